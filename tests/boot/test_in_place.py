# SPDX-License-Identifier: BSD-2-Clause
"""Whole pages of a plain initial RAM disk become their file's; what cannot be so is copied; a file that goes gives all back."""
import gzip
import hashlib
import random
import re
import stat

import pytest

import qemu
from test_initramfs import legacy_lz4
from test_memory import check_books
from test_numa import nodes

PAGE, HEADER = 4096, 110
FILES = re.compile(r"^initramfs: (\d+) files, (\d+) KiB, (\d+) KiB in place$", re.M)
UNPACK = 'console=ttyS0 monitor.exec="unpack;map;poweroff"'

# What programs see: all as the archive has it, changes, and whether the memory comes back.
INIT = """#!/bin/busybox sh
cd /
busybox mount -t proc proc /proc
busybox md5sum data/*
busybox printf X | busybox dd of=data/tail bs=1 seek=5000 conv=notrunc 2>/dev/null
busybox truncate -s 5000 data/exact
busybox truncate -s 9000 data/exact
busybox md5sum data/tail data/exact | busybox sed 's/^/changed /'
free() { while read name kib unit; do [ $name = MemFree: ] && echo $kib; done </proc/meminfo; }
before=$(free)
busybox rm data/large
n=0
while [ $(free) -lt $((before + LARGE)) ] && [ $n -lt 300 ]; do n=$((n + 1)); busybox usleep 100000; done
[ $(free) -ge $((before + LARGE)) ] && echo memory is back
busybox poweroff -f
"""


def contents(name, size):
    return random.Random(name).randbytes(size)


class Newc:
    """A cpio archive; where it begins in the RAM disk, which begins at a page, decides what is in place of it."""

    def __init__(self, at=0):
        self.at, self.data, self.pages = at, bytearray(), 0

    def add(self, name, data=b"", offset=0, mode=stat.S_IFREG | 0o755, ino=0, nlink=1, in_place=True, size=None):
        """@data begins @offset bytes behind a page's begin; @size is what the header says of it."""
        room = len(name) + 1
        room += (offset - (self.at + len(self.data) + HEADER + room)) % PAGE
        fields = (ino, mode, 0, 0, nlink, 0, len(data) if size is None else size, 0, 0, 0, 0, room, 0)
        self.data += b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode().ljust(room, b"\0")
        self.data += data + bytes(-len(data) % 4)
        self.pages += len(data) // PAGE if in_place and not offset else 0
        return data

    def directory(self, name):
        self.add(name, mode=stat.S_IFDIR | 0o755)

    def end(self, *, pad=512):
        self.add("TRAILER!!!", offset=128)
        self.data += bytes(-len(self.data) % pad)
        return bytes(self.data)


def some(at=0, name="file"):
    """Three pages and a bit."""
    archive = Newc(at)
    archive.add(name, contents(name, 3 * PAGE + 100))
    return archive


def small_and_large():
    """(archive, {file: its contents}): of each kind of file some, a large one at the end."""
    a, files = Newc(), {}
    with open("/bin/busybox", "rb") as file:
        a.directory("bin")
        a.add("bin/busybox", file.read())
    a.directory("data")
    a.directory("proc")

    def add(name, pages, rest=0, **how):
        files[name] = a.add(f"data/{name}", contents(name + str(pages), pages * PAGE + rest), **how)

    add("exact", 3)
    add("tail", 5, 1234)
    add("shifted", 4, 5, offset=4)
    add("page", 1)
    add("less", 0, 4095)
    add("empty", 0)
    add("twice", 6)
    add("twice", 2, 7)			# another file of the name replaces it
    add("first", 0, ino=7, nlink=2)
    add("second", 3, 9, ino=7, nlink=2)	# contents come with the second name
    files["first"] = files["second"]
    add("left", 4, 1, ino=8, nlink=2)
    add("right", 6, 2, ino=8, nlink=2, in_place=False)	# contents with both: the later ones are written over it
    files["left"] = files["right"]
    add("large", 1500, 77)
    return a, files


def check_user_space(log, files):
    sums = dict(reversed(line) for line in re.findall(r"^(\w{32})  data/(\w+)$", log, re.M))
    assert sums == {name: hashlib.md5(data).hexdigest() for name, data in files.items()}
    tail = bytearray(files["tail"])
    tail[5000:5001] = b"X"
    exact = files["exact"][:5000] + bytes(4000)
    assert re.findall(r"^changed (\w+)", log, re.M) == [hashlib.md5(data).hexdigest() for data in (tail, exact)]
    assert "memory is back" in log


@pytest.mark.parametrize("memory, extra", [("64M", []), ("2G", []), ("256M", nodes("248M", "8M"))],
                         ids=["64M", "2G", "numa"])
def test_programs_see_no_difference(boot, tmp_path, memory, extra):
    """Behind the plain archive a packed one, another plain one, and an entry that claims more than there is."""
    archive, files = small_and_large()
    back = len(files["large"]) // 1024 * 3 // 4		# KASAN's shadow of what is free takes an eighth
    archive.add("init", INIT.replace("LARGE", str(back)).encode(), offset=8)
    packed = Newc()
    files["packed"] = packed.add("data/packed", contents("packed", 3 * PAGE))
    image = archive.end() + gzip.compress(packed.end(), mtime=0)
    last = Newc(len(image) + -len(image) % 4)
    files["last"] = last.add("data/last", contents("last", 2 * PAGE + 1))
    last.add("data/cut", contents("cut", 2 * PAGE), in_place=False, size=0x7fffffff)
    (tmp_path / "initrd").write_bytes(image.ljust(last.at, b"\0") + last.data)
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory=memory, smp=2, machine="pc", append="console=ttyS0",
                   extra=["-initrd", str(tmp_path / "initrd"), *extra])
    assert machine.wait() == "guest-shutdown"
    assert "the contents are cut short" in machine.log
    assert int(FILES.search(machine.log)[3]) == (archive.pages + last.pages) * 4
    check_user_space(machine.log, files)


@pytest.mark.parametrize("pack, pages", [(bytes, 3), (gzip.compress, 0), (legacy_lz4, 0)], ids=["plain", "gzip", "lz4"])
@pytest.mark.parametrize("memory", ["32M", "2G"])
def test_what_is_packed_is_copied(boot, tmp_path, pack, pages, memory):
    (tmp_path / "initrd").write_bytes(pack(some().end()))
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory=memory, append=UNPACK,
                   extra=["-initrd", str(tmp_path / "initrd")])
    assert machine.wait() == "guest-shutdown"
    assert FILES.search(machine.log).groups() == ("1", "13", str(pages * 4))
    check_books(machine.log)


def test_archives_that_the_stub_joins(boot, tmp_path):
    """The second one begins in the middle of a page: what is at a page there is another file's."""
    one, two = some(), Newc()
    two.add("two", contents("two", 3 * PAGE))
    two.add("three", contents("three", 5 * PAGE), offset=PAGE - 512)
    (tmp_path / "one").write_bytes(one.end(pad=PAGE) + bytes(512))
    (tmp_path / "two").write_bytes(two.end())
    machine = boot(cmdline=f"initrd=/one initrd=/two {UNPACK}",
                   files={"one": str(tmp_path / "one"), "two": str(tmp_path / "two")})
    assert machine.wait() == "guest-shutdown"
    assert int(FILES.search(machine.log)[3]) == (3 + 5) * 4
    check_books(machine.log)
