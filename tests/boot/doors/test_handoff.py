# SPDX-License-Identifier: BSD-2-Clause
"""Handoffs of the 64-bit boot protocol, good and bad, by a loader of our own
(efi/loader.c). A mistake gives one numbered line that names the field, then the
safe choice or a stop.
"""
import os

import expect
import media
import pytest
import qemu

LOADER = os.path.join(qemu.BUILD, "tests", "loader.efi")
CMDLINE = "probe=handoff nokaslr monitor.exec=poweroff"
ABOVE_4G = 0x140000000
NUMBERED = r"lantern: (warning|error) \d+ [\w-]+: "


def start(boot, tmp_path, words, cmdline=CMDLINE, memory="512M"):
    m = media.Media(tmp_path)
    machine = qemu.Machine(drive=m.esp({"EFI/BOOT/BOOTX64.EFI": LOADER, "loader.txt": f"text:{words} -- {cmdline}"}, mib=8),
                           memory=memory, fatal=())
    boot.machines.append(machine)
    return machine


def boots(machine):
    assert machine.wait() == "guest-shutdown"
    log = machine.log[expect.re.search(expect.BANNER, machine.log).start():]
    assert expect.door(log).startswith("64-bit boot protocol,")
    return log


@pytest.mark.parametrize("words", [
    "",
    f"kernel={ABOVE_4G:#x}",
    f"params={ABOVE_4G:#x} cmdline={ABOVE_4G + 0x10000:#x}",
    f"kernel={ABOVE_4G:#x} params={ABOVE_4G + 0x4000000:#x} cmdline={ABOVE_4G + 0x4010000:#x} "
    f"initrd={ABOVE_4G + 0x5000000:#x} initrd-size=0x12345",
], ids=["anywhere", "image-above-4g", "params-and-cmdline-above-4g", "all-above-4g"])
@pytest.mark.parametrize("kaslr", ["nokaslr", "kaslr"])
def test_a_correct_handoff_boots_without_complaint(boot, tmp_path, words, kaslr):
    log = boots(start(boot, tmp_path, words, memory="6G", cmdline=CMDLINE.replace("nokaslr", kaslr)))
    assert "probe=handoff" in expect.command_line(log)
    assert not expect.re.search(NUMBERED, log.replace("warning 81 console", "")), "a correct handoff has complaints"
    expect.MemoryMap(log).check()


@pytest.mark.parametrize("words, names", [
    ("header=long", "sentinel"),
    ("header=short", "HdrS"),
    ("initrd-size=0x10000 initrd-claim=0x700000000", "(?:initrd|ramdisk_image)"),
    ("initrd-size=0x10000 initrd-claim=0xfffffffffffff000", "(?:initrd|ramdisk_image)"),
    ("setup-data=loop", "setup_data"),
    ("setup-data=nowhere", "setup_data"),
    ("e820=overlap", "overlapping"),
])
def test_a_mistake_is_named_and_survived(boot, tmp_path, words, names):
    machine = start(boot, tmp_path, words)
    log = boots(machine)
    named = [line for line in machine.log.splitlines() if expect.re.match(NUMBERED + f".*{names}", line)]
    assert len(named) == 1, f"{len(named)} lines name {names}"
    expect.MemoryMap(log).check()


@pytest.mark.parametrize("words, names", [
    ("initrd-size=0x10000 inside=initrd", "ramdisk_image"),
    ("inside=cmdline", "cmd_line_ptr"),
    ("inside=params", "boot_params"),
    ("e820=none", "RAM"),
    ("e820=reserved", "RAM"),
])
def test_a_fatal_mistake_stops_with_its_name(boot, tmp_path, words, names):
    machine = start(boot, tmp_path, words)
    machine.expect(rf"lantern: error \d+ [\w-]+: [^\n]*{names}")
    machine.check_no_triple_fault()
