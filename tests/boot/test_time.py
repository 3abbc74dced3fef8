# SPDX-License-Identifier: BSD-2-Clause
"""Clocks: found, measured, chosen, replaced.

With -icount one instruction takes one nanosecond of the guest, whatever the host
does, and the time stamp counter is that nanosecond: all rates are known.
"""
import re

import expect
import pytest
import qemu

ICOUNT = ["-icount", "shift=0,sleep=off"]
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
