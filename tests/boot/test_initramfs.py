# SPDX-License-Identifier: BSD-2-Clause
"""The initial RAM disk becomes the root: plain, packed, in a row, damaged, in a format that is not known."""
import gzip
import os
import subprocess
import sys

import lz4.block
import pytest

import qemu

MKINITRAMFS = os.path.join(qemu.ROOT, "esp", "mkinitramfs")


def archive(folder, name, text):
    """A cpio archive that holds etc/NAME with TEXT, and a link to it."""
    source, out = folder / f"{name}.txt", folder / f"{name}.cpio"
    source.write_text(text)
    subprocess.run([sys.executable, MKINITRAMFS, out, f"etc/{name}={source}", f"link_{name} -> etc/{name}"], check=True)
    return out.read_bytes()


def legacy_lz4(data):
    block = lz4.block.compress(data, store_size=False)
    return b"\x02\x21\x4c\x18" + len(block).to_bytes(4, "little") + block


def log_of(folder, contents, commands):
    image = folder / "initrd.img"
    image.write_bytes(contents)
    script = ";".join(["unpack", *commands, "map", "poweroff"])
    with qemu.Machine(firmware="bios", kernel=qemu.LANTERN, append=f'console=ttyS0 monitor.exec="{script}"',
                      extra=["-initrd", str(image)]) as machine:
        machine.expect("powering off")
        return machine.log


@pytest.mark.parametrize("pack", [bytes, gzip.compress, legacy_lz4], ids=["plain", "gzip", "lz4"])
def test_what_is_packed_is_in_the_root(tmp_path, pack):
    log = log_of(tmp_path, pack(archive(tmp_path, "motd", "text of the file\n")), ["cat /link_motd", "ls /etc"])
    assert "text of the file" in log
    assert "books balance" in log


def test_archives_in_a_row(tmp_path):
    row = (archive(tmp_path, "one", "first\n") + gzip.compress(archive(tmp_path, "two", "second\n")) + bytes(5)
           + legacy_lz4(archive(tmp_path, "three", "third\n")) + bytes(100) + archive(tmp_path, "one", "replaced\n"))
    log = log_of(tmp_path, row, ["cat /etc/one", "cat /etc/two", "cat /link_three"])
    assert "replaced" in log and "second" in log and "third" in log


def test_damage_is_told_and_what_came_before_stays(tmp_path):
    packed = bytearray(gzip.compress(os.urandom(5000)))
    packed[2000] ^= 0x55
    log = log_of(tmp_path, archive(tmp_path, "good", "it is there\n") + bytes(packed), ["cat /etc/good"])
    assert "it is there" in log
    assert "initramfs: gzip: " in log


@pytest.mark.parametrize("magic, name", [(b"\x28\xb5\x2f\xfd", "zstd"), (b"\xfd7zXZ\0", "xz"), (b"BZh9", "bzip2")])
def test_other_formats_are_named(tmp_path, magic, name):
    log = log_of(tmp_path, magic + os.urandom(500), ["ls /"])
    assert f"initramfs: {name}; gzip and LZ4 are" in log
