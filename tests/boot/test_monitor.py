# SPDX-License-Identifier: BSD-2-Clause
"""The monitor, by hand and scripted."""
import re

import expect
import qemu


def ask(machine, line):
    """Type a line, return what it printed."""
    machine.send(line + "\r")
    machine.expect(expect.re.escape(line[:100]))	# the echo; a line has a limit
    machine.expect(expect.PROMPT)
    return machine.before


def test_commands_by_hand(boot):
    machine = boot(cmdline="nokaslr")
    machine.expect(expect.PROMPT)

    text = ask(machine, "help")
    for command in expect.MONITOR_COMMANDS:
        assert command in text, f"help does not name {command}"
    assert max(map(len, text.split("\n"))) < 80

    assert expect.MemoryMap(ask(machine, "map")).check() is None

    text = ask(machine, "regs").lower()
    for register in expect.REGISTERS:
        assert register in text, f"regs does not show {register}"

    # kernel text is mapped to where the kernel says it lies; something else is not mapped
    physical, virtual = expect.placement(machine.log)
    assert f"{physical:x}" in ask(machine, f"pt {virtual:#x}")
    assert "not" in ask(machine, "pt 0x1000")

    # keys that edit a line, as a terminal sends them; an empty one is left
    machine.send("re\t\t")
    machine.expect("reboot  regs  ")
    machine.expect(expect.PROMPT)
    machine.send("\x01\x1b[C\x04\x04\x05\x08\x0b x\x17\r")
    machine.expect(expect.PROMPT)
    machine.send("junk\x1b[A\x1b[A\x1b[Bp\x15egs\x1b[1~r\r")
    machine.expect("cr3")
    machine.expect(expect.PROMPT)
    assert "not without monitor=unsafe" in ask(machine, f"poke {virtual:x} 0")
    for line in ("pt what", "pt 0x10000000000000000", "nonsense", "", "   ", "x" * 300, "map now please"):
        ask(machine, line)				# a message, and the prompt again
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"


def test_reboot(boot):
    machine = boot(cmdline="monitor.exec=reboot")
    assert machine.wait() == "guest-reset"


def test_script_runs_in_order_and_a_wrong_command_does_not_stop_it(boot):
    machine = boot(cmdline='monitor.exec="help;nonsense;regs;poweroff"')
    assert machine.wait() == "guest-shutdown"
    log = expect.from_stub(machine.log)
    assert log.index("nonsense", log.index(expect.PROMPT)) < log.rindex("cr3")


def test_registers_and_memory_can_be_looked_at_and_memory_changed_when_allowed(boot):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="nokaslr monitor=unsafe", memory="256M")
    machine.expect(expect.PROMPT)
    assert re.search(r"cpuid 00000000\.0: eax \w+  ebx 68747541  ecx 444d4163  edx 69746e65", ask(machine, "cpuid"))
    assert re.search(r"msr c0000080: 0{13}d01", ask(machine, "msr c0000080"))
    _, text = expect.placement(machine.log)
    table = int(re.search(r"gdt (\w+)", ask(machine, "regs")).group(1), 16)
    before = re.findall(rf"{table + 8:016x}: (\w+)", ask(machine, f"peek {table:x} 2"))[0]
    assert ask(machine, f"poke {table + 8:x} 1122334455667788").count("\n") <= 1
    assert f"{table + 8:016x}: 1122334455667788  .wfUD3\"." in ask(machine, f"peek {table + 8:x}")
    ask(machine, f"poke {table + 8:x} {before}")
    for address in ("8000000000000000", "1000", "ffffffffffffffff"):	# no address, not mapped, over the end
        assert "cannot be read" in ask(machine, f"peek {address}")
    assert "cannot be written" in ask(machine, f"poke {text:x} 0")
    for line in ("peek", "peek x", "peek 0 513", "poke 1", "msr 100000000", "cpuid 0 0 0"):
        assert "usage: " in ask(machine, line)
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"
