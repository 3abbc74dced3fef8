# SPDX-License-Identifier: BSD-2-Clause
"""The Multiboot2 door, by GRUB for BIOS and for UEFI."""
import shutil
import struct
import subprocess

import expect
import pytest
import qemu
import strip

CONFIG = """\
serial --unit=0
terminal_output serial
insmod multiboot2
insmod all_video
set gfxpayload={video}
multiboot2 /lantern.efi {append}
{module}
boot
"""
STARTUP_64 = 0x1200000		# where the kernel is without KASLR
RAMDISK = 0x218


@pytest.fixture
def multiboot2(boot, tmp_path):
    """multiboot2(append, firmware, ...): a machine whose CD has GRUB for both firmwares."""
    def start(append, firmware="bios", video="text", initrd=None, **kwargs):
        grub = tmp_path / "cd" / "boot" / "grub"
        grub.mkdir(parents=True)
        shutil.copy(qemu.LANTERN, tmp_path / "cd" / "lantern.efi")
        if initrd is not None:
            (tmp_path / "cd" / "initrd").write_bytes(initrd)
        (grub / "grub.cfg").write_text(CONFIG.format(
            video=video, append=append, module="module2 /initrd" if initrd is not None else ""), encoding="ascii")
        subprocess.run(["grub-mkrescue", "-o", str(tmp_path / "grub.iso"), str(tmp_path / "cd")],
                       check=True, stderr=subprocess.DEVNULL)
        return boot(firmware=firmware, cdrom=str(tmp_path / "grub.iso"), **kwargs)
    return start


def test_file_is_multiboot2():
    subprocess.run(["grub-file", "--is-x86-multiboot2", qemu.LANTERN], check=True)


@pytest.mark.parametrize("firmware, machine, memory", [
    ("bios", "pc", "64M"), ("bios", "q35", "6G"), ("ovmf", "q35", "512M"), ("ovmf", "pc", "6G"),
])
def test_boots(multiboot2, firmware, machine, memory):
    guest = multiboot2("probe=mb2 nokaslr monitor.exec=poweroff", firmware, machine=machine, memory=memory)
    assert guest.wait() == "guest-shutdown"		# ACPI was found, so the RSDP has arrived
    assert "door: Multiboot2" in guest.log
    assert expect.command_line(guest.log) == "probe=mb2 nokaslr monitor.exec=poweroff"
    usable = int(dict(expect.E820_TOTAL.findall(guest.log))["usable"])
    kib = qemu.mib(memory) * 1024
    assert kib * 0.9 < usable <= kib


def test_kaslr(multiboot2):
    guest = multiboot2("monitor.exec=poweroff", memory="1G")
    assert guest.wait() == "guest-shutdown"
    assert "KASLR on" in guest.log


@pytest.mark.parametrize("firmware, video", [("bios", "800x600x32"), ("bios", "1024x768x16"), ("ovmf", "keep")])
def test_screen(multiboot2, tmp_path, firmware, video):
    from test_screen import Image, text_pixels
    guest = multiboot2("deterministic", firmware, video=video, vga="std")
    guest.expect(expect.PROMPT)
    guest.screenshot(tmp_path / "screen.png")
    with Image.open(tmp_path / "screen.png") as image:
        assert text_pixels(image.convert("RGB")) > 2000
    assert "screen not used" not in guest.log


def test_module_is_the_initrd(multiboot2):
    content = bytes(i * 11 & 0xff for i in range(50003))
    guest = multiboot2("nokaslr", initrd=content, gdb=True)
    guest.gdb.run_to(STARTUP_64)
    params = guest.gdb.registers()["rsi"]
    start, size = struct.unpack("<II", guest.gdb.read(params + RAMDISK, 8))
    assert size == len(content)
    assert guest.gdb.read(start, 512) == content[:512]
    assert guest.gdb.read(start + size - 512, 512) == content[-512:]


def test_stops_at_the_door_when_asked(multiboot2, tmp_path):
    guest = multiboot2("stop=multiboot2", video="1024x768x32", vga="std")
    guest.expect(r"lantern: stopped at 57 multiboot2[\r\n]")
    assert strip.on_screen(guest, tmp_path / "strip.png", 57).stopped
