# SPDX-License-Identifier: BSD-2-Clause
"""A boot loader hands over while the firmware still serves (boot.rst, EFI handover protocol)."""
import random

import expect
import grub
import qemu
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
