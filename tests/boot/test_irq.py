# SPDX-License-Identifier: BSD-2-Clause
"""Interrupts by every controller, and exceptions that are none of the program's fault."""
import re
import time

import expect
import pytest
import qemu
from test_paging import symbols

VECTOR = re.compile(r"^vector +(\d+) +irq (\d+) +(I/O APIC|PIC) +(\d+) +(\S+)$", re.M)


def lines(text):
    """{name: (line, controller, interrupts so far)} of what irq printed."""
    return {name: (int(irq), chip, int(count)) for _, irq, chip, count, name in VECTOR.findall(text)}


def at_prompt(boot, append="", kernel=qemu.LANTERN, **kwargs):
    machine = boot(kernel=kernel, firmware="bios", memory="64M", append=append, **kwargs)
    machine.expect(expect.PROMPT)
    return machine


def ask(machine, line):
    machine.send(line + "\r")
    machine.expect(re.escape(line))
    machine.expect(expect.PROMPT)
    return machine.before


def press(machine, *keys):
    for key in keys:
        machine.qmp("send-key", keys=[{"type": "qcode", "data": key}])


def sleeps(machine):
    """Whether the CPU halts, or does in a moment."""
    for _ in range(qemu.LOOKS):
        if "HLT=1" in machine.qmp("human-monitor-command", **{"command-line": "info registers"}):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("machine, append, cpu, chip", [
    ("q35", "", "max", "I/O APIC"),
    ("pc", "nox2apic", "max,-x2apic", "I/O APIC"),
    ("q35", "noapic", "max", "PIC"),
    ("pc", "acpi=off", "max", "PIC"),
    ("pc", "nolapic", "max", "PIC"),
    ("pc", "", "qemu64,-apic", "PIC"),
])
def test_keys_wake_the_monitor(boot, machine, append, cpu, chip):
    """Each console's interrupt arrived once in the test of the boot, and again with each key."""
    m = at_prompt(boot, append, machine=machine, cpu=cpu)
    before = lines(ask(m, "irq"))
    assert before["ttyS0"][:2] == (4, chip) and before["kbd0"][:2] == (1, chip)
    press(m, "r", "e", "g", "s", "ret")
    m.expect(r"cr3 [0-9a-f]+")
    m.expect(expect.PROMPT)
    after = lines(ask(m, "irq"))
    assert after["kbd0"][2] >= before["kbd0"][2] + 5
    assert after["ttyS0"][2] > before["ttyS0"][2]
    assert "not arrive" not in m.log and "unknown interrupt" not in m.log
    # between keys the CPU sleeps
    assert sleeps(m)


def test_microvm_without_a_keyboard(boot):
    """And with the CPUID of a CPU that has most weaknesses, and no microcode that helps."""
    m = at_prompt(boot, kernel=qemu.VMLINUX, machine="microvm", cpu="Skylake-Server-v5")
    assert re.search(r"^speculation: spectre_v2, ssb, meltdown, l1tf, mds, mmio; on: RSB filling, .*PTI, PTE inversion; "
                     r"not done: .*; "
                     r"this CPU has no IBPB, STIBP, SSBD, VERW$", m.log, re.M)
    assert lines(ask(m, "irq"))["ttyS0"][:2] == (4, "I/O APIC")


def test_what_is_reported_and_goes_on(boot):
    """NMI, single step, a vector nobody has, a line nobody claims: one boot takes all."""
    m = at_prompt(boot)
    for nr in (1, 2):
        m.qmp("inject-nmi")
        m.expect(expect.warning(99, f"NMI {nr} on CPU 0 at 0x[0-9a-f]+, no reason given"))
    assert re.search(expect.warning(99, "#DB at 0x"), ask(m, "crash db"))
    assert re.search(expect.warning(99, "unknown interrupt, vector 153"), ask(m, "crash int"))
    assert "unknown" not in ask(m, "crash int"), "an unknown vector is told once"
    assert "unknown" not in ask(m, "crash spurious"), "nobody pulled a line of the PIC"
    assert re.search(r"^vector  39 +1 +nobody's\nvector  47 +1 +nobody's$", ask(m, "irq"), re.M)
    m.send("crash storm\r")
    m.expect(expect.warning(99, r"irq 9 \(storm\): \d+ interrupts in a row that no handler claims, line masked"))
    count = lines(ask(m, "irq"))["storm"]
    assert count == lines(ask(m, "irq"))["storm"], "the line still interrupts"
    m.send("poweroff\r")
    assert m.wait() == "guest-shutdown"


def test_machine_check_of_the_hardware(boot):
    """An uncorrected error with the state of the CPU lost, in bank 9: it is read out, and all stops."""
    m = at_prompt(boot, cpu="max")
    status = 1 << 63 | 1 << 61 | 1 << 60 | 1 << 58 | 1 << 57	# VAL, UC, EN, ADDRV, PCC
    m.qmp("human-monitor-command", **{"command-line": f"mce 0 9 {status:#x} 0x4 0x1234000 0"})
    m.expect(r"bank 9 status 0x[0-9a-f]+ address 0x1234000, not corrected, state of the CPU is lost\n")
    m.expect(r"exception 18, #MC")
    m.expect(expect.PANIC_STOPPED)


@pytest.mark.parametrize("how, report", [
    ("mc", r"exception 18, #MC machine check\n"),
    ("smep", r"exception 14, #PF page fault\nerror code 0x11: kernel instruction fetch, page protection\naddress +0x0*400000\n"),
    ("smap", r"exception 14, #PF page fault\nerror code 0x1: kernel read, page protection\naddress +0x0*400000\n"),
    ("canary", r"panic: a buffer of overflow_buffer[.\w]*\(\) has run over into the stack frame\n"),
])
def test_what_stops(boot, how, report):
    boot.reports_wanted = how == "canary"	# SAN=1 tells of it before the canary does
    m = at_prompt(boot)
    m.send(f"crash {how}\r")
    m.expect(report)
    m.expect(expect.PANIC_STOPPED)
    m.check_no_triple_fault()


def test_a_cpu_without_smep_and_smap(boot):
    """Neither guards user pages, and their instructions are not used; the page can be mapped again."""
    m = at_prompt(boot, cpu="qemu64")
    for how in ("smep", "smap") * 2:
        assert "crash: this CPU does not mind\n" in ask(m, f"crash {how}")


def test_an_early_nmi_is_told_later(boot):
    m = boot(firmware="bios", kernel=qemu.LANTERN, cpu="max,la57=off", memory="64M", append="nokaslr", gdb=True)
    m.gdb.run_to(symbols()["x86_64_start_kernel"])
    m.qmp("inject-nmi")
    m.gdb.go()
    m.expect(expect.warning(84, "1 NMIs while the kernel started"))
    m.expect(expect.PROMPT)
