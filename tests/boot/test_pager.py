# SPDX-License-Identifier: BSD-2-Clause
"""The monitor as somebody at a terminal has it: pages, Ctrl-C, pictures, and what is left after a panic."""
import re
import time

import expect
import qemu
import screentext

MORE = "-- more --"
TITLE = "Lantern: CPUs, memory, interrupts"
PANIC_PROMPT = "panic> "


def start(boot, append="", terminal=None, **kwargs):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", append=f"nokaslr {append}", **kwargs)
    machine.serial.terminal = terminal
    machine.expect(expect.PROMPT)
    return machine


def test_a_terminal_gets_pages_and_nobody_else_does(boot):
    machine = start(boot)
    machine.serial.terminal = (30, 80)
    machine.send("dmesg\r")			# first: what is printed later drives it out of the log
    machine.expect(MORE)
    machine.send("\x1b")
    machine.expect(expect.PROMPT)
    machine.serial.terminal = None
    machine.send("pt\r")
    machine.expect("pt\n")
    machine.expect(expect.PROMPT)			# nobody answers: all of it at once
    assert machine.before.count("\n") > 2 * 23 + 1 and MORE not in machine.before
    whole = machine.before

    machine.serial.terminal = (24, 80)
    machine.send("pt\r")
    machine.expect("pt\n")
    machine.expect(MORE)
    assert machine.before.count("\n") == 23
    machine.send(" ")
    machine.expect(MORE)
    assert machine.before.count("\n") == 23
    machine.send("\r")
    machine.expect(MORE)
    assert machine.before.count("\n") == 1
    machine.send("q")
    machine.expect(expect.PROMPT)
    assert not machine.before.strip()

    # what the pages hold together is what it is without them
    machine.serial.terminal = (30, 80)
    machine.send("pt\r")
    machine.expect("pt\n")
    text = ""
    while machine.serial.expect([MORE, expect.PROMPT]) == 0:
        text += machine.before
        machine.send(" ")
    assert (text + machine.before).replace(" " * 10, "").split("\n") == whole.replace(" " * 10, "").split("\n")
    machine.send("sleep 300\rregs\r")			# typed ahead, and kept for the prompt
    machine.expect(expect.PROMPT + "regs\n")
    machine.expect("cr3")
    machine.expect(expect.PROMPT)
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"


def test_ctrl_c_ends_what_runs(boot):
    machine = start(boot)
    began = time.monotonic()
    machine.send("sleep 1000000\r")
    machine.expect("sleep 1000000\n")
    machine.send("help sleep\r\x03")			# and what was typed ahead is gone
    machine.expect(r"\^C\n" + expect.PROMPT)
    machine.send("\r")
    machine.expect("\n" + expect.PROMPT)
    assert "usage" not in machine.before
    machine.send("selftest mm\rpeek " + "ffffffff81000000 512\r\x03")
    machine.expect(r"\^C\n")
    machine.expect(expect.PROMPT)
    machine.send("memtest 1000\r")
    machine.expect("memtest: testing")
    machine.send("\x03")
    machine.expect("stopped by a key, 0 errors")
    machine.expect(expect.PROMPT)
    assert time.monotonic() - began < 1000
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"


def test_ctrl_c_ends_a_script(boot):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", append='monitor.exec="sleep 1000000;poweroff"')
    machine.expect("sleep 1000000\n")
    machine.send("\x03")
    machine.expect(r"\^C\n" + expect.PROMPT)
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"


def check_panel(text, cpus):
    assert len(re.findall(r"^ +\d  [#.]{28} +\d+\.\d% ", text, re.M)) == cpus
    used, total = map(int, re.search(r"(\d+) of (\d+) KiB", text).groups())
    assert 1000 < used < (16384 if qemu.is_sanitized() else 8192) and 250000 < total < 262144
    assert re.search(r"^ +timer +\d+ +\d+$", text, re.M)
    assert max(map(len, text.split("\n"))) <= 80 and text.count("\n") < 24


def test_panel_is_drawn_each_second_until_a_key(boot):
    machine = start(boot, smp=4, terminal=(24, 79))
    machine.send("panel\r")				# too narrow: once, in plain lines
    machine.expect("panel\n")
    machine.expect(expect.PROMPT)
    assert machine.before.count(TITLE) == 1
    check_panel(machine.before, 4)
    machine.serial.terminal = (24, 80)
    machine.send("panel\r")
    for _ in range(3):
        machine.expect(TITLE)
    check_panel(machine.before, 4)
    machine.send("\x1b[A")				# an arrow is a key, and none of its bytes is left over
    machine.expect(expect.PROMPT)
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"
    assert "lantern> poweroff\n" in machine.log


def test_panel_on_the_screen(boot, tmp_path):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", smp=4, vga="std",
                   append="console=tty0 console=ttyS0 vga=0x318")
    machine.expect(expect.PROMPT)
    for key in ("p", "a", "n", "e", "l", "ret"):
        machine.qmp("send-key", keys=[{"type": "qcode", "data": key}])
        time.sleep(0.1)
    for _ in range(3):
        machine.expect(TITLE)
    for _ in range(qemu.LOOKS):				# the serial line is written first
        machine.screenshot(tmp_path / "panel.png")
        page = screentext.read(tmp_path / "panel.png")
        if any("memory in use" in line for line in page) and sum("%" in line for line in page) == 4:
            break
        time.sleep(0.1)
    assert any("ready threads   interrupts/s" in line for line in page)
    assert any("memory in use" in line for line in page) and sum("%" in line for line in page) == 4
    machine.qmp("send-key", keys=[{"type": "qcode", "data": "left"}])
    machine.expect(expect.PROMPT)


def panicked(boot, append, how="pf", **kwargs):
    return boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", fatal=(),
                append=f'nokaslr {append} monitor.exec="crash {how}"', **kwargs)


def ask(machine, line):
    machine.send(line + "\r")
    machine.expect(re.escape(line) + "\n")
    machine.expect(PANIC_PROMPT)
    return machine.before


def test_a_panic_leaves_a_monitor_that_reads_only(boot):
    for cpu in ("pf", "other"):
        machine = panicked(boot, "monitor=unsafe", cpu, smp=4)
        machine.expect(expect.PANIC_STOPPED)
        machine.expect(PANIC_PROMPT)
        text = ask(machine, "help")
        assert "peek" in text and "poke" not in text and "memtest" not in text and "crash" not in text
        assert "not safe after a panic" in ask(machine, "poke ffffffff81000000 0")
        assert "not safe after a panic" in ask(machine, "threads")
        assert "cr3" in ask(machine, "regs")
        assert re.search(r"ffffffff81000000: [0-9a-f]{16}  ", ask(machine, "peek ffffffff81000000"))
        assert "cannot be read" in ask(machine, "peek 10")
        assert "crash" in ask(machine, "dmesg")
        for line in ("map", "pt check", "buddy", "cpus", "irq", "cpuid 1", "msr 10", "locks", "nonsense", ""):
            assert ask(machine, line).strip() or not line
        machine.send("reboot\r")
        assert machine.wait() == "guest-reset"


def test_panic_n_resets_only_when_nobody_types(boot):
    machine = panicked(boot, "panic=2")
    machine.expect(PANIC_PROMPT)
    assert machine.wait() == "guest-reset"
    machine = panicked(boot, "panic=15")
    machine.expect(PANIC_PROMPT)
    machine.send("h")
    time.sleep(17)
    machine.send("elp regs\r")
    machine.expect("usage: regs")
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"
