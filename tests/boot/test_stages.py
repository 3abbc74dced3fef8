# SPDX-License-Identifier: BSD-2-Clause
"""The boot stopped on purpose at every stage: its number is on the serial line and on
the screen, in the strip along the top edge.

A boot can stop once, so there is one for each stage: by the door that is quickest to
get there, SeaBIOS but for the stub, and QEMU's -kernel.
"""
import os

import expect
import pytest
import qemu
import strip

STUB = [nr for nr in expect.STAGES if nr <= 21]
SETUP = [nr for nr in expect.STAGES if 40 <= nr < 50]
LOADER = [50, 52, 51, 17, 53, 6, 7, 8, 9, 10, 21]
KERNEL = [nr for nr in expect.STAGES if nr >= 60]


def stopped(nr):
    return rf"lantern: stopped at {nr} {expect.STAGES[nr]}[\r\n]"


@pytest.mark.parametrize("nr", STUB)
def test_stub_stops_with_its_number_on_screen(boot, tmp_path, nr):
    machine = boot(kernel=qemu.LANTERN, append=f"stop={expect.STAGES[nr]}", vga="std", memory="256M")
    machine.expect(stopped(nr))
    shown = strip.on_screen(machine, tmp_path / "strip.png", nr)
    assert shown.stopped
    assert shown.passed == [n for n in STUB if n <= max(nr, 4)]	# 4 reads the command line
    assert expect.BANNER not in machine.log


def test_stub_stops_at_its_report(boot, tmp_path):
    machine = boot(kernel=qemu.LANTERN, append=r"bootreport=\a.json stop=boot-report", vga="std", memory="256M")
    machine.expect(stopped(24))
    assert strip.on_screen(machine, tmp_path / "strip.png", 24).stopped


@pytest.mark.parametrize("nr", SETUP)
def test_setup_code_stops_with_its_number(boot, nr):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append=f"console=ttyS0 stop={expect.STAGES[nr]}", memory="128M",
                   extra=["-fw_cfg", "name=etc/sercon-port,string=0"])
    machine.expect(stopped(nr))


INITRAMFS = os.path.join(qemu.BUILD, "tests", "user", "initramfs.cpio")


def bios(boot, tmp_path, nr, words=""):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append=f"console=ttyS0 vga=0x318 {words} stop={expect.STAGES[nr]}",
                   vga="std", memory="128M", extra=["-fw_cfg", "name=etc/sercon-port,string=0"] +
                   ["-initrd", INITRAMFS] * (expect.STAGES[nr] == "init"))
    machine.expect(stopped(nr))
    return strip.on_screen(machine, tmp_path / "strip.png", nr)


@pytest.mark.parametrize("nr", LOADER)
def test_loader_stops_with_its_number_on_screen(boot, tmp_path, nr):
    shown = bios(boot, tmp_path, nr, "nokaslr")
    assert shown.stopped and nr in shown.passed
    assert not set(KERNEL) & set(shown.passed)


@pytest.mark.parametrize("nr", KERNEL)
def test_kernel_stops_with_its_number_on_screen(boot, tmp_path, nr):
    """Half of them without a console on the screen, which then nobody clears or maps."""
    shown = bios(boot, tmp_path, nr, "console=tty0" if nr % 2 else "")
    assert shown.stopped and nr in shown.passed and set(SETUP) <= set(shown.passed)


def test_a_boot_that_goes_on_shows_white_digits_and_every_cell(boot, tmp_path):
    machine = boot(cmdline="", vga="std", memory="256M")
    machine.expect(expect.PROMPT)
    shown = strip.on_screen(machine, tmp_path / "strip.png", 99)
    assert not shown.stopped
    assert set(STUB) | set(KERNEL) - {98} <= set(shown.passed)	# there is no program to start
    assert not set(SETUP) & set(shown.passed)


def test_a_crash_leaves_the_number_in_red(boot, tmp_path):
    machine = boot(cmdline="monitor.exec=\"crash panic\"", vga="std", memory="256M", fatal=())
    machine.expect(expect.PANIC_STOPPED)
    assert strip.on_screen(machine, tmp_path / "strip.png", 99).stopped


def test_stages_after_the_firmware_is_left_are_on_the_serial_line(boot):
    machine = boot(cmdline="efi=debug monitor.exec=poweroff", memory="256M")
    assert machine.wait() == "guest-shutdown"
    at = [machine.log.index(expect.stage(nr)) for nr in STUB + [60, 61, 62, 63, 64, 65, 80, 81]]
    assert at == sorted(at)


def test_a_stage_that_does_not_exist_is_named(boot):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="stop=nowhere monitor.exec=poweroff", memory="128M")
    assert machine.wait() == "guest-shutdown"
    assert expect.re.search(expect.warning(65, "stop=nowhere: there is no such stage"), machine.log)
