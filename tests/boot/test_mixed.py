# SPDX-License-Identifier: BSD-2-Clause
"""32-bit UEFI on a 64-bit CPU: the same file, through .compat and through the 32-bit handover."""
import json
import random
import subprocess
import sys

import expect
import grub
import pytest
import qemu
import strip
import xxhash

INITRD = random.Random(4).randbytes(70003)
OPTIONS = "initrd.verify efi=debug monitor.exec=poweroff"


def mixed(boot, ia32, files=None, **kwargs):
    """A machine with 32-bit firmware that starts IA32, an EFI program, in a place of its own."""
    files = dict(files or {}, **{"EFI/BOOT/BOOTIA32.EFI": ia32, "lantern.efi": qemu.LANTERN})
    return boot(files=files, lantern_at=None, firmware="ovmf32", esp_mib=64, **kwargs)


@pytest.fixture
def initrd(tmp_path):
    path = tmp_path / "one.img"
    path.write_bytes(INITRD)
    return str(path)


def check(log):
    """What must hold for every start by 32-bit firmware."""
    assert "firmware: 32-bit UEFI" in log
    assert log.count("runtime services off: the firmware is 32-bit") == 1
    assert expect.levels(log) == 4
    expect.MemoryMap(log).check()
    assert int(expect.INITRD.search(log).group(4), 16) == xxhash.xxh64(INITRD).intdigest()
    for nr in [23] + list(range(2, 20)):
        assert expect.stage(nr) in log, f"efi=debug does not show stage {nr}"


@pytest.mark.parametrize("options", ["nokaslr", "", "no5lvl"])
def test_compat_entry(boot, tmp_path, initrd, options):
    cmdline = tmp_path / "cmdline.txt"
    cmdline.write_text(f"{options} {OPTIONS}\n", encoding="utf-8")
    machine = mixed(boot, qemu.COMPAT, {"initrd.img": initrd, "cmdline.txt": str(cmdline)})
    assert machine.wait() == "guest-shutdown"	# by ACPI: there are no runtime services
    check(machine.log)
    assert "door: EFI application" in machine.log


def test_memory_above_four_gib_is_the_kernels_all_the_same(boot, tmp_path, initrd):
    cmdline = tmp_path / "cmdline.txt"
    cmdline.write_text(f"initrd=/one.img {OPTIONS}\n", encoding="utf-8")
    machine = mixed(boot, qemu.COMPAT, {"one.img": initrd, "cmdline.txt": str(cmdline)}, memory="6G")
    assert machine.wait() == "guest-shutdown"
    check(machine.log)
    assert expect.MemoryMap(machine.log).usable_kib() > 5 * 1024 * 1024
    assert expect.placement(machine.log)[0] < 1 << 32


def test_grub_for_32_bit_firmware_hands_over(boot, tmp_path, initrd):
    loader = grub.make(tmp_path, "i386-efi", [f"linuxefi /lantern.efi probe=grub {OPTIONS}", "initrdefi /one.img"],
                       "linuxefi")
    machine = mixed(boot, loader, {"one.img": initrd})
    assert machine.wait() == "guest-shutdown"
    check(machine.log)
    assert "door: EFI handover" in machine.log
    assert "from the loader's boot_params" in machine.log
    assert "probe=grub" in expect.command_line(machine.log)


@pytest.mark.parametrize("cpu, cmdline, message, status", [
    ("coreduo,nx=on", "", expect.error(23, "no 64-bit mode"), "Unsupported"),
    ("max", "initrd=/missing", expect.error(12, "initrd=/missing"), "Not Found"),
], ids=["cpu-without-long-mode", "missing-initrd"])
def test_a_refusal_returns_to_the_firmware(boot, tmp_path, cpu, cmdline, message, status):
    path = tmp_path / "cmdline.txt"
    path.write_text(cmdline + " \n", encoding="utf-8")
    machine = mixed(boot, qemu.COMPAT, {"cmdline.txt": str(path)}, cpu=cpu, fatal=(qemu.FIRMWARE_CRASH,))
    machine.expect(message)
    machine.expect(f"compat: the entry returned: {status}")
    assert machine.wait() == "guest-shutdown"


def test_stops_at_the_check_of_the_cpu_when_asked(boot, tmp_path):
    machine = mixed(boot, qemu.COMPAT, {"cmdline.txt": "text:stop=cpu-check"}, vga="std")
    machine.expect(r"lantern: stopped at 23 cpu-check[\r\n]")
    assert strip.on_screen(machine, tmp_path / "strip.png", 23).stopped


def test_the_boot_report_of_32_bit_firmware(boot, tmp_path):
    """The stub's other build writes it all the same."""
    image = tmp_path / "esp.img"
    pairs = {"EFI/BOOT/BOOTIA32.EFI": qemu.COMPAT, "lantern.efi": qemu.LANTERN,
             "cmdline.txt": r"text:bootreport=\a.json efi=debug monitor.exec=poweroff"}
    subprocess.run([sys.executable, f"{qemu.ROOT}/esp/mkesp", str(image), "16", *(f"{to}={what}" for to, what in pairs.items())],
                   check=True)
    machine = boot(lantern_at=None, firmware="ovmf32", vga="std",
                   extra=["-drive", f"if=none,id=esp,format=raw,file={image}"] + qemu.DISKS["ahci"])
    assert machine.wait() == "guest-shutdown"
    report = json.loads(subprocess.run(["mtype", "-i", str(image), "::a.json"], check=True, stdout=subprocess.PIPE, text=True).stdout)
    assert (report["firmware"]["bits"], report["complete"], report["stages"][-1]["number"]) == (32, False, 24)
    assert report["gop_modes"] and report["memory"]["efi"] and report["efi_variables"]
