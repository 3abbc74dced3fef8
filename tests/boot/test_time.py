# SPDX-License-Identifier: BSD-2-Clause
"""Clocks: found, measured, chosen, replaced.

With -icount one instruction takes eight nanoseconds of the guest, whatever the host
does, and the time stamp counter counts nanoseconds: all rates are known.
"""
import re
import subprocess

import expect
import pytest
import qemu

ICOUNT = ["-icount", "shift=3,sleep=off"]
TSC = re.compile(r"^tsc: (\d+)\.(\d{3}) MHz from ([^\n,]+)", re.M)
CLOCK = re.compile(r"^time: clock (\w+)", re.M)


def start(boot, commands="reboot", options="", cpu="max", extra=(), **kwargs):
    """SeaBIOS, no devices that are not asked for, time that follows the instructions."""
    return boot(kernel=qemu.LANTERN, append=f'{options} monitor.exec="{commands}"', firmware="bios", memory="128M",
                cpu=cpu, extra=ICOUNT + list(extra), **kwargs)


def log_of(machine):
    assert machine.wait() in ("guest-reset", "guest-shutdown")
    return machine.log


@pytest.mark.parametrize("machine, options, source", [
    ("q35", "", "hpet"),
    ("pc,hpet=off", "", "acpi_pm"),
    ("q35,hpet=off", "pmtmr=0", "pit"),
    ("pc,acpi=off,hpet=off", "", "pit"),
    ("q35", "hpet=disable pmtmr=0x608", "acpi_pm"),
])
def test_tsc_is_measured_against_what_there_is(boot, machine, options, source):
    log = log_of(start(boot, machine=machine, options=options))
    mhz, khz, by = TSC.search(log).groups()
    assert by == source
    assert abs(int(mhz) * 1000 + int(khz) - 1000000) < 1000, "more than 0.1 % off"
    assert CLOCK.search(log).group(1) == "tsc"
    assert not re.search(expect.warning(90), log)


def test_without_any_other_clock_the_rate_is_a_guess_and_said_to_be(boot):
    log = log_of(start(boot, machine="microvm,pit=off", options="hpet=disable pmtmr=0"))
    assert re.search(expect.warning(90, "taken for 5 GHz"), log)
    assert CLOCK.search(log).group(1) == "tsc"


@pytest.mark.parametrize("options, clock, message", [
    ("notsc", "hpet", None),
    ("tsc=unstable hpet=disable", "acpi_pm", None),
    ("clocksource=pit", "pit", None),
    ("clocksource=sundial", "tsc", "clocksource=sundial: there is none of this name"),
    ("notsc hpet=disable pmtmr=0x3f0", "pit", "clock acpi_pm stands still"),	# a port where nobody is
])
def test_the_command_line_chooses(boot, options, clock, message):
    log = log_of(start(boot, options=options))
    assert CLOCK.search(log).group(1) == clock
    if message:
        assert re.search(expect.warning(90, re.escape(message)), log)
    else:
        assert not re.search(expect.warning(90), log)


def test_deterministic_boots_print_no_rate(boot):
    log = log_of(start(boot, options="deterministic"))
    assert "tsc: rate from hpet" in log and not TSC.search(log)

EVENTS = re.compile(r"^time: interrupts by (\S+)", re.M)
SLEPT = re.compile(r"^slept (\d+) us", re.M)


@pytest.mark.parametrize("machine, options, clock, events, cpu", [
    ("q35", "", "tsc", "lapic", "max"),
    ("q35", "", "tsc", "lapic", "max,-x2apic"),
    ("pc,hpet=off", "notsc idle=mwait", "acpi_pm", "lapic", "max"),
    ("q35", "nolapic_timer", "tsc", "hpet", "max"),
    ("pc", "nolapic notsc", "hpet", "hpet", "max"),
    ("pc,acpi=off,hpet=off", "nolapic", "tsc", "pit", "max"),
    ("pc,acpi=off,hpet=off", "notsc", "pit", "lapic", "max"),
    ("microvm", "", "tsc", "lapic", "max"),
])
def test_sleeps_end_at_their_time_by_another_clock(boot, machine, options, clock, events, cpu):
    """What interrupts has a rate of its own: a sleep measured by the clock shows that both are right."""
    log = log_of(start(boot, "sleep 1;sleep 70;sleep 5000;sleep 0;timers;reboot", options, machine=machine, cpu=cpu))
    assert CLOCK.search(log).group(1) == clock
    assert EVENTS.search(log).group(1) == events
    for asked, slept in zip((1, 70, 5000, 0), map(int, SLEPT.findall(log)), strict=True):
        assert asked * 1000 <= slept <= asked * 1001 + 100
    assert not re.search(expect.warning(90), log)
    assert re.search(rf"^clock {clock} .*in use$", log, re.M)


def test_nothing_that_interrupts_is_told_and_sleeps_go_on(boot):
    log = log_of(start(boot, "sleep 20;timers;reboot", "nolapic_timer hpet=disable", machine="microvm,pit=off"))
    assert re.search(expect.warning(90, "nothing interrupts at a time"), log)
    assert int(SLEPT.search(log).group(1)) >= 20000


def symbol(name):
    out = subprocess.run(["nm", qemu.VMLINUX], check=True, stdout=subprocess.PIPE, text=True).stdout
    return next(int(line.split()[0], 16) for line in out.splitlines() if line.split()[2] == name)


READ, MULT = 8, 32			# offsets in struct clocksource
CONSTANT = "efi_firmware_bits"		# a function that returns the same each time
MOMENT_MULTS = (24, 64)			# of both moments in tk
MOMENT_CYCLES = (16, 56)


@pytest.mark.parametrize("harm, message", [
    ("stop", "clock tsc stands still: hpet"),
    ("back", r"clock tsc went back by 1\d{4} ms, time goes on from where it was"),
    ("double", r"clock tsc drifts, \d+ ppm beside hpet: hpet"),
    ("stop hpet", "clock hpet stands still: not used any more"),
])
def test_a_clock_that_fails_while_it_is_used_is_replaced(boot, harm, message):
    """The debugger has a clock read a constant, or count double, or be 20 s behind what was read before."""
    machine = start(boot, "sleep 100;sleep 9000;timers;sleep 1000;reboot", "nokaslr", gdb=True)
    machine.gdb.run_to(symbol("cmd_sleep"))
    if harm == "double":
        for at in [symbol("clocksource_tsc") + MULT] + [symbol("tk") + at for at in MOMENT_MULTS]:
            mult = int.from_bytes(machine.gdb.read(at, 8), "little")
            machine.gdb.write(at, (mult * 2).to_bytes(8, "little"))
    elif harm == "back":
        for at in MOMENT_CYCLES:
            cycles = int.from_bytes(machine.gdb.read(symbol("tk") + at, 8), "little")
            machine.gdb.write(symbol("tk") + at, (cycles + 20 * 10**9).to_bytes(8, "little"))
    else:
        name = "clocksource_hpet" if "hpet" in harm else "clocksource_tsc"
        machine.gdb.write(symbol(name) + READ, symbol(CONSTANT).to_bytes(8, "little"))
    machine.gdb.go()
    log = log_of(machine)
    assert re.search(expect.warning(90, message), log)
    assert re.search(r"^clock %s .*in use$" % ("tsc" if harm in ("stop hpet", "back") else "hpet"), log, re.M)
    assert int(SLEPT.findall(log)[-1]) in range(1000000, 1001100), "time goes at the right rate afterwards"


def test_date(boot):
    extra = ["-rtc", "base=2024-02-29T23:59:57,clock=vm"]
    log = log_of(start(boot, "date;sleep 5000;date;reboot", extra=extra))
    first, second = re.findall(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC, from RTC", log, re.M)
    assert first in ("2024-02-29 23:59:57", "2024-02-29 23:59:58")
    assert second in ("2024-03-01 00:00:02", "2024-03-01 00:00:03")


def test_no_date_is_told(boot):
    log = log_of(start(boot, "date;reboot", machine="microvm,rtc=off"))
    assert re.search(expect.warning(90, "no clock tells the date"), log)
    assert "1970-01-01 00:00:00 UTC, from nowhere" in log
