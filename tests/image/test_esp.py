# SPDX-License-Identifier: BSD-2-Clause
"""The tools in esp/: images that are the same twice, and an install that is careful."""
import os
import pathlib
import struct
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ESP = os.path.join(ROOT, "esp")
LANTERN = pathlib.Path(os.environ.get("LANTERN_EFI", os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build")), "lantern.efi")))
DAY_ONE = "1980-01-01"


def run(*command, **env):
    return subprocess.run([str(word) for word in command], env=dict(os.environ, **env), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def mkesp(out, size, *pairs, **env):
    return run(sys.executable, f"{ESP}/mkesp", out, size, *pairs, **env)


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "lantern.efi"
    path.write_bytes(b"MZ" + bytes(range(256)) * 1000)
    return path


@pytest.mark.parametrize("size", [8, 64])
def test_esp_image_is_the_same_twice_and_sound(tmp_path, image, size):
    pairs = (f"EFI/BOOT/BOOTX64.EFI={image}", "EFI/BOOT/cmdline.txt=text:nokaslr", f"README.txt={ESP}/README.txt")
    assert mkesp(tmp_path / "a.img", size, *pairs).returncode == 0
    os.utime(image, (10 ** 9, 10 ** 9))
    assert mkesp(tmp_path / "b.img", size, *pairs, TZ="Asia/Tokyo").returncode == 0
    assert (tmp_path / "a.img").read_bytes() == (tmp_path / "b.img").read_bytes()
    assert run("/usr/sbin/fsck.vfat", "-n", tmp_path / "a.img").returncode == 0
    listing = run("mdir", "-i", tmp_path / "a.img", "-/", "-b", "::").stdout
    assert "::/EFI/BOOT/BOOTX64.EFI" in listing and "::/README.txt" in listing
    assert run("mtype", "-i", tmp_path / "a.img", "::/EFI/BOOT/cmdline.txt").stdout == "nokaslr\n"
    copy = tmp_path / "copy"
    run("mcopy", "-i", tmp_path / "a.img", "::/EFI/BOOT/BOOTX64.EFI", copy)
    assert copy.read_bytes() == image.read_bytes()


def test_esp_image_too_small_leaves_nothing(tmp_path, image):
    large = tmp_path / "large"
    large.write_bytes(b"x" * (3 << 20))
    done = mkesp(tmp_path / "a.img", 2, f"large={large}")
    assert done.returncode != 0 and "mkesp:" in done.stdout
    assert not (tmp_path / "a.img").exists()


@pytest.mark.parametrize("pair", ["no-equals-sign", "x=/nonexistent/file", "../out=text:x"])
def test_esp_image_with_a_wrong_pair_is_refused(tmp_path, pair):
    assert mkesp(tmp_path / "a.img", 8, pair).returncode != 0


def test_iso_is_the_same_twice_and_has_an_efi_partition(tmp_path, image):
    assert mkesp(tmp_path / "esp.img", 8, f"EFI/BOOT/BOOTX64.EFI={image}").returncode == 0
    for name in ("a.iso", "b.iso"):
        done = run("sh", f"{ESP}/mkiso", tmp_path / name, tmp_path / "esp.img", f"README.txt={ESP}/README.txt")
        assert done.returncode == 0, done.stdout
    data = (tmp_path / "a.iso").read_bytes()
    assert data == (tmp_path / "b.iso").read_bytes()
    assert data[512:520] == b"EFI PART", "no GPT"
    # C12A7328-F81F-11D2-BA4B-00A0C93EC93B, an EFI System Partition, in the GPT's byte order
    assert bytes.fromhex("28732ac11ff8d211ba4b00a0c93ec93b") in data[1024:1024 + 128 * 128]
    report = run("xorriso", "-indev", tmp_path / "a.iso", "-report_el_torito", "plain").stdout
    assert "UEFI" in report


def test_usb_image_is_the_same_twice_and_has_one_active_partition(tmp_path, image):
    config = f"syslinux.cfg={ESP}/syslinux.cfg"
    assert mkesp(tmp_path / "esp.img", 64, f"EFI/BOOT/BOOTX64.EFI={image}", config).returncode == 0
    for name in ("a.img", "b.img"):
        done = run(sys.executable, f"{ESP}/mkusb", tmp_path / name, tmp_path / "esp.img")
        assert done.returncode == 0, done.stdout
    data = (tmp_path / "a.img").read_bytes()
    assert data == (tmp_path / "b.img").read_bytes()
    assert data[510:512] == b"\x55\xaa" and data[446] == 0x80 and data[462:510] == bytes(48)
    first, sectors = struct.unpack_from("<II", data, 446 + 8)
    assert (first + sectors) * 512 == len(data)
    assert struct.unpack_from("<I", data, first * 512 + 0x1c) == (first,), "the volume does not know where it lies"
    copy = tmp_path / "copy"
    run("mcopy", "-i", f"{tmp_path}/a.img@@{first * 512}", "::/EFI/BOOT/BOOTX64.EFI", copy)
    assert copy.read_bytes() == image.read_bytes()


def test_the_file_for_32_bit_firmware_differs_in_its_pe_header_alone(tmp_path):
    done = run(sys.executable, f"{ESP}/mkia32", tmp_path / "ia32.efi", LANTERN)
    assert done.returncode == 0, done.stdout
    data, want = (tmp_path / "ia32.efi").read_bytes(), LANTERN.read_bytes()
    pe, = struct.unpack_from("<I", want, 0x3c)
    size, = struct.unpack_from("<H", want, pe + 20)
    end = pe + 24 + size
    assert len(data) == len(want) and data[:pe + 4] == want[:pe + 4] and data[end:] == want[end:]
    report = run("objdump", "-p", "-h", tmp_path / "ia32.efi").stdout
    assert "pei-i386" in report and "(PE32)" in report
    # EDK II takes no optional header that is longer than its directories
    assert struct.unpack_from("<I", data, pe + 24 + 92) == ((size - 96) // 8,)
    for wrong in (want[:pe + 4] + bytes(2) + want[pe + 6:], want[:pe] + bytes(4), bytes(100)):
        (tmp_path / "wrong").write_bytes(wrong)
        done = run(sys.executable, f"{ESP}/mkia32", tmp_path / "none.efi", tmp_path / "wrong")
        assert done.returncode == 1 and "mkia32: not a PE" in done.stdout
    assert not (tmp_path / "none.efi").exists()


# --- install.sh, with stand-ins for the tools that look at the machine ---

@pytest.fixture
def machine(tmp_path, image):
    """A mounted ESP at tmp_path/efi on /dev/sdz1, as findmnt and lsblk would tell."""
    tools = tmp_path / "bin"
    tools.mkdir()

    def tool(name, script):
        path = tools / name
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)

    tool("findmnt", 'case "$3" in FSTYPE) echo ${FSTYPE:-vfat};; SOURCE) echo /dev/sdz1;; esac\n'
                    'exit ${NOT_MOUNTED:-0}\n')
    tool("lsblk", "echo sdz\n")
    tool("efibootmgr", f'printf "%s\\n" "$@" > {tmp_path}/efibootmgr.args\n')
    partition = tmp_path / "sys" / "class" / "block" / "sdz1"
    partition.mkdir(parents=True)
    (partition / "partition").write_text("1\n")
    (tmp_path / "efi" / "EFI").mkdir(parents=True)

    def install(esp=tmp_path / "efi", **env):
        return run("sh", f"{ESP}/install.sh", image, esp, PATH=f"{tools}:{os.environ['PATH']}",
                   SYSFS=str(tmp_path / "sys"), **env)
    return install


def test_install_copies_and_prints_the_boot_menu_line(machine, tmp_path, image):
    done = machine()
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "efi/EFI/LANTERN/lantern.efi").read_bytes() == image.read_bytes()
    assert (tmp_path / "efi/EFI/LANTERN/cmdline.txt").exists()
    assert r"efibootmgr --create --disk /dev/sdz --part 1 --label Lantern --loader '\EFI\LANTERN\lantern.efi'" in done.stdout
    assert not (tmp_path / "efibootmgr.args").exists(), "efibootmgr ran without APPLY=1"


def test_install_tells_and_makes_the_entries_of_boot_managers(machine, tmp_path):
    entries = tmp_path / "efi/loader/entries"
    text = machine().stdout
    assert "chainloader /EFI/LANTERN/lantern.efi" in text and "loader/entries" not in text
    entries.mkdir(parents=True)
    assert str(entries / "lantern.conf") in machine().stdout
    assert not (entries / "lantern.conf").exists(), "an entry was made without APPLY=1"
    assert machine(APPLY="1").returncode == 0
    assert (entries / "lantern.conf").read_text() == "title Lantern\nefi /EFI/LANTERN/lantern.efi\n"


def test_install_keeps_the_users_command_line(machine, tmp_path):
    folder = tmp_path / "efi/EFI/LANTERN"
    folder.mkdir()
    (folder / "cmdline.txt").write_text("nokaslr\n")
    assert machine().returncode == 0
    assert (folder / "cmdline.txt").read_text() == "nokaslr\n"
    assert sorted(os.listdir(folder)) == ["cmdline.txt", "lantern.efi"]


def test_install_applies_when_asked(machine, tmp_path):
    assert machine(APPLY="1").returncode == 0
    assert (tmp_path / "efibootmgr.args").read_text().split() == [
        "--create", "--disk", "/dev/sdz", "--part", "1", "--label", "Lantern", "--loader", r"\EFI\LANTERN\lantern.efi"]


@pytest.mark.parametrize("env", [{"NOT_MOUNTED": "1"}, {"FSTYPE": "ext4"}])
def test_install_refuses_what_is_no_mounted_fat(machine, tmp_path, env):
    done = machine(**env)
    assert done.returncode != 0 and done.stdout.startswith("install: ")
    assert not (tmp_path / "efi/EFI/LANTERN").exists()


def test_install_refuses_a_volume_without_efi_folder(machine, tmp_path):
    (tmp_path / "other").mkdir()
    assert machine(esp=tmp_path / "other").returncode != 0
    assert machine(esp="").returncode != 0
