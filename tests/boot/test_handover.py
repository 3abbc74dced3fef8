# SPDX-License-Identifier: BSD-2-Clause
"""A boot loader hands over while the firmware still serves (boot.rst, EFI handover protocol)."""
import random

import expect
import grub
import pytest
import qemu
import strip
import xxhash

INITRD = random.Random(3).randbytes(70001)


def test_grub_linuxefi_hands_over_in_64_bit_mode(boot, tmp_path):
    initrd = tmp_path / "one.img"
    initrd.write_bytes(INITRD)
    loader = grub.make(tmp_path, "x86_64-efi", ["linuxefi /lantern.efi probe=grub initrd.verify efi=debug monitor.exec=poweroff",
                                                "initrdefi /one.img"], "linuxefi")
    machine = boot(files={"EFI/BOOT/BOOTX64.EFI": loader, "lantern.efi": qemu.LANTERN, "one.img": str(initrd)},
                   lantern_at=None, esp_mib=64)
    assert machine.wait() == "guest-shutdown"
    log = machine.log
    assert expect.re.search(r"door: EFI handover, started by ", log)
    assert "from the loader's boot_params" in log
    assert "probe=grub" in expect.command_line(log)
    assert int(expect.INITRD.search(log).group(4), 16) == xxhash.xxh64(INITRD).intdigest()
    expect.MemoryMap(log).check()


def hand_over(boot, tmp_path, line, **kwargs):
    """A machine whose boot loader is efi/handover.c, doing what LINE says."""
    script = tmp_path / "handover.txt"
    script.write_text(line + "\n", encoding="utf-8")
    return boot(files={"EFI/BOOT/BOOTX64.EFI": qemu.HANDOVER, "lantern.efi": qemu.LANTERN,
                       "handover.txt": str(script), **kwargs.pop("files", {})}, lantern_at=None, **kwargs)


@pytest.mark.parametrize("tricks", ["", "high ", "sentinel "])
def test_boots_wherever_the_loader_put_us(boot, tmp_path, tricks):
    machine = hand_over(boot, tmp_path, tricks + "-- probe=here monitor.exec=poweroff", memory="8G")
    assert machine.wait() == "guest-shutdown"
    log = expect.from_stub(machine.log)
    assert "door: EFI handover" in log
    assert "probe=here" in expect.command_line(log)
    expect.MemoryMap(log).check()
    assert bool(expect.re.search(expect.warning(4, "sentinel"), log)) == (tricks == "sentinel ")


def test_long_command_line_is_cut_and_named(boot, tmp_path):
    machine = hand_over(boot, tmp_path, "long -- probe=long monitor.exec=poweroff")
    assert machine.wait() == "guest-shutdown"
    assert expect.re.search(expect.warning(4, "longer than"), machine.log)
    assert expect.command_line(machine.log).startswith("probe=long monitor.exec=poweroff xxxx")


def test_without_a_command_line_the_monitor_waits(boot, tmp_path):
    """Neither the load options of the loader nor cmdline.txt in its folder are ours."""
    machine = hand_over(boot, tmp_path, "nocmdline --", files={"EFI/BOOT/cmdline.txt": "text:probe=not-ours"})
    machine.expect(expect.PROMPT)
    assert "probe" not in expect.command_line(machine.log)


def test_initrd_of_boot_params_wins_over_the_command_line(boot, tmp_path):
    machine = hand_over(boot, tmp_path, "twoinits -- initrd=/missing initrd.verify monitor.exec=poweroff")
    assert machine.wait() == "guest-shutdown"
    match = expect.INITRD.search(machine.log)
    assert int(match.group(4), 16) == xxhash.xxh64(b"\x5a" * 1234).intdigest()


@pytest.mark.parametrize("tricks, message", [
    ("noheader", expect.error(4, "no setup header")),
    ("null", None),
])
def test_a_refusal_ends_the_loader(boot, tmp_path, tricks, message):
    """The firmware goes on: with nothing else to boot, it starts its shell."""
    machine = hand_over(boot, tmp_path, tricks + " --", fatal=(qemu.FIRMWARE_CRASH,))
    if message:
        machine.expect(message)
    machine.expect("UEFI Interactive Shell")


def test_stops_at_the_door_when_asked(boot, tmp_path):
    machine = hand_over(boot, tmp_path, "-- stop=efi-handover", vga="std")
    machine.expect(r"lantern: stopped at 22 efi-handover[\r\n]")
    assert strip.on_screen(machine, tmp_path / "strip.png", 22).stopped
