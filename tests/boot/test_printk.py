# SPDX-License-Identifier: BSD-2-Clause
"""The log: what of it consoles show, what dmesg shows, and that an NMI does not tear it."""
import re

import expect
import qemu

TIME = r"\[ *\d+\.\d{6}\] "


def run(boot, cmdline, **kwargs):
    """Boot by QEMU's -kernel, the quickest door; return the kernel's log."""
    machine = boot(kernel=qemu.LANTERN, firmware="bios", memory="256M", append=f"{cmdline} panic=1", fatal=(), **kwargs)
    assert machine.wait() in ("guest-shutdown", "guest-reset")
    return machine.log.replace("\r", "")


def test_quiet_hides_messages_but_no_answers_and_dmesg_has_them(boot):
    log = run(boot, 'quiet loglevel=what monitor.exec="regs;dmesg err;dmesg 4;dmesg;crash ud"')
    shown, err, warn, everything = log.split(expect.PROMPT)[:4]
    assert "e820" not in shown and "warning" not in shown
    regs, err, warn, everything, crash = log.split(expect.PROMPT)[1:6]
    assert "cr3" in regs
    assert err == "dmesg err\n"
    assert re.fullmatch(rf"dmesg 4\n{TIME}{expect.warning(81, 'loglevel=what')}[^\n]*\n(?: {{15}}[^\n]*\n)?", warn)
    # all of the boot, each line with its time, and none of the answers
    lines = everything.strip().split("\n")[1:]
    assert all(re.match(TIME, line) or line.startswith(15 * " ") for line in lines)
    assert max(map(len, lines)) <= 80
    assert re.match(TIME + expect.BANNER, lines[0] + "\n")
    assert sum("stage: 99" in line for line in lines) == 1 and "cr3" not in everything
    # a crash is told whatever loglevel= says
    assert re.search(r"lantern: error 99 monitor: exception 6, #UD", crash)
    assert "cmd_crash+" in crash


def test_printk_time_and_ignore_loglevel(boot):
    log = run(boot, 'loglevel=0 ignore_loglevel printk.time=1 monitor.exec="poweroff"')
    boot_lines = [line for line in log[:log.index(expect.PROMPT)].split("\n") if "e820: " in line or "stage: " in line]
    assert len(boot_lines) > 30
    assert all(re.match(TIME, line) for line in boot_lines)
    times = [float(re.match(r"\[ *([\d.]+)\]", line).group(1)) for line in boot_lines]
    assert times == sorted(times) and times[-1] > 0
    assert "\nlantern> poweroff\n" in log


def test_deterministic_has_no_times(boot):
    log = run(boot, 'deterministic printk.time=1 monitor.exec="dmesg info;poweroff"')
    assert not re.search(TIME, log)
    assert log.count("e820: total all types") == 2


def test_nmi_while_printing_tears_no_line(boot):
    """Every line of the maps printed again and again is one of the first map's, or the NMI's."""
    rounds = 60
    machine = boot(kernel=qemu.LANTERN, firmware="bios", memory="256M",
                   append='monitor.exec="%s"' % ";".join(["map"] * rounds))
    machine.expect(expect.re.escape(expect.PROMPT + "map"))
    for _ in range(20):
        machine.expect("e820: total usable")
        machine.qmp("inject-nmi")
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"
    answers = machine.log.split(expect.PROMPT + "map\n")[1:rounds]
    nmi = re.compile(r"\n?" + expect.warning(99, r"NMI \d+ on CPU 0") + r"[^\n]*\n")
    assert nmi.search(machine.log)
    whole = answers[-1]
    assert whole.count("\n") > 10
    for answer in answers:
        assert nmi.sub("", answer).replace("\n", "") == whole.replace("\n", "")
