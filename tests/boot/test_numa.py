# SPDX-License-Identifier: BSD-2-Clause
"""Nodes: from the firmware's tables to where pages come from, with tables that lie as well."""
import re
import struct

import pytest
import qemu

from test_memory import check_books, check_selftest

CMDLINE = 'monitor.exec="selftest mm;buddy;map;poweroff"'
NODE = re.compile(r"^numa: node (\d+): domain (\d+), CPUs (\d+), RAM (\d+) KiB, "
                  r"room to plug in (\d+) KiB, distances ([\d ]+)$", re.M)
ZONE = re.compile(r"^(?:node (\d+) )?(DMA32|NORMAL) +(\d+) pages free of +(\d+), +(\d+) not initialised", re.M)
BAD = r"lantern: warning 85 [\w-]+: "


def nodes(*sizes):
    """QEMU's words for one CPU and that much memory on each node; None: a node without."""
    args = []
    for node, size in enumerate(sizes):
        backend = ""
        if size:
            args += ["-object", f"memory-backend-ram,id=node{node},size={size},reserve=off"]
            backend = f",memdev=node{node}"
        args += ["-numa", f"node,nodeid={node},cpus={node}{backend}"]
    return args


def run(boot, memory, append="", smp=1, extra=()):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory=memory, smp=smp, extra=extra,
                   append=f"{append} {CMDLINE}", machine="pc")
    assert machine.wait() == "guest-shutdown"
    check_books(machine.log)
    check_selftest(machine.log, 1)
    return machine.log


def zones(log):
    """{(node, kind): pages, initialised or not}"""
    return {(int(node or 0), kind): int(managed) + int(deferred)
            for node, kind, _, managed, deferred in ZONE.findall(log)}


@pytest.mark.parametrize("memory, sizes, extra, expected", [
    ("256M", ("128M", "128M"), (), {(0, "DMA32"): 128, (1, "DMA32"): 128}),
    # one ends in the middle of a block, and the sections are shared
    ("199M", ("67M", "132M"), (), {(0, "DMA32"): 64, (1, "DMA32"): 135}),
    ("384M", (None, "128M", "256M"), (), {(1, "DMA32"): 128, (2, "DMA32"): 256}),
    ("6G", ("5G", "1G"), ("-numa", "dist,src=0,dst=1,val=33"),
     {(0, "DMA32"): 3072, (0, "NORMAL"): 2048, (1, "NORMAL"): 1024}),
])
def test_nodes_have_their_memory(boot, memory, sizes, extra, expected):
    log = run(boot, memory, "nosmp", smp=len(sizes), extra=nodes(*sizes) + list(extra))	# CPU 0 alone allocates
    found = NODE.findall(log)
    assert [(int(n[0]), int(n[1]), int(n[2])) for n in found] == [(i, i, 1) for i in range(len(sizes))]
    far = 33 if extra else 20
    assert [n[5].split() for n in found] == [[str(10 if i == j else far) for j in range(len(sizes))]
                                            for i in range(len(sizes))]
    mine = {zone: pages for zone, pages in zones(log).items() if pages}
    assert mine.keys() == expected.keys()
    for zone, pages in mine.items():		# less struct pages, kernel, first MiB
        assert expected[zone] * 0.97 - 8 <= pages * 4 / 1024 <= expected[zone]
    # nothing was taken from node 1 while there was some on node 0: not more is initialised than nearby
    if memory == "6G":
        assert "node 1 NORMAL        0 pages free of        0," in log


def test_numa_off(boot):
    log = run(boot, "256M", append="numa=off", smp=2, extra=nodes("128M", "128M"))
    assert not NODE.search(log) and zones(log)[(0, "DMA32")] * 4 > 240 * 1024


def table(signature, body, revision=3):
    """A file for -acpitable; QEMU sets length and checksum."""
    return struct.pack("<4sIBB6s8sI4sI", signature, 36 + len(body), revision, 0, b"LANTRN", b"TESTTABL", 1,
                       b"TEST", 1) + body


def memory_entry(domain, base, length, flags=1):
    return struct.pack("<BBIHQQIIQ", 1, 40, domain, 0, base, length, 0, flags, 0)


MIB = 1 << 20
TWO = memory_entry(7, 0, 128 * MIB) + memory_entry(9, 128 * MIB, 128 * MIB)


@pytest.mark.parametrize("entries, says", [
    (memory_entry(0, 0, 160 * MIB) + memory_entry(1, 128 * MIB, 128 * MIB), "memory of two domains overlaps"),
    (TWO + b"\x01\x28", "an entry reaches past the end"),
    (TWO + b"\x00\x00" + bytes(14), "an entry reaches past the end"),
    (b"".join(memory_entry(i, i * MIB, MIB) for i in range(17)), "more domains than the kernel has nodes"),
    (memory_entry(0, (1 << 64) - MIB, 2 * MIB), "memory beyond the last address"),
], ids=["overlap", "cut", "no length", "17 domains", "wraps"])
def test_bad_srat_is_one_node(boot, tmp_path, entries, says):
    path = tmp_path / "srat"
    path.write_bytes(table(b"SRAT", bytes(12) + entries))
    log = run(boot, "256M", extra=["-acpitable", f"file={path}"])
    assert re.search(BAD + rf"SRAT: {says}, one node assumed\n", log)
    assert not NODE.search(log)


def test_srat_with_holes_and_room_to_plug(boot, tmp_path):
    """Odd domains; RAM in no domain; a disabled entry; a SLIT that contradicts itself."""
    srat, slit = tmp_path / "srat", tmp_path / "slit"
    srat.write_bytes(table(b"SRAT", bytes(12) + memory_entry(2, 0, 64 * MIB) +
                           memory_entry(1000, 0, 1 << 40, flags=0) +
                           memory_entry(1, 128 * MIB, 64 * MIB) + memory_entry(1, 1 << 40, 1 << 30, flags=3)))
    slit.write_bytes(table(b"SLIT", struct.pack("<Q", 3) + bytes([10, 20, 20, 20, 10, 9, 20, 20, 10]), revision=1))
    log = run(boot, "256M", extra=["-acpitable", f"file={srat}", "-acpitable", f"file={slit}"])
    found = NODE.findall(log)
    assert [(n[1], n[4]) for n in found] == [("2", "0"), ("1", str(1 << 20))]
    assert int(found[1][3]) == 64 * 1024 and int(found[0][3]) > 180 * 1024
    assert re.search(BAD + r"SRAT: 1\d{5} KiB of RAM in no domain, counted to node 0\n", log)
    assert re.search(BAD + r"SLIT: a distance makes no sense", log)


@pytest.mark.parametrize("memory, append", [
    ("64M", ""), ("1G", "mem=700M memmap=0x1234000$0x9000000 memmap=5M$0x10000123 memmap=64K!0x20000000"),
    ("256G", ""),
])
def test_books_balance(boot, memory, append):
    log = run(boot, memory, append)
    assert bool(append) == ("e820: edited by mem= or memmap=" in log)
