# SPDX-License-Identifier: BSD-2-Clause
"""The first inputs of each fuzz target, made from memory maps.

The maps of MACHINES are those real machines print when Linux boots on them, as
found in public bug reports; long_map() goes on in the manner of such firmware to
the several hundred entries that desktops and servers have been seen with.
"""
import os
import random
import struct
import sys

import zlib

import lz4.block

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import microcode  # noqa: E402

RAM, RESERVED, ACPI, NVS = 1, 2, 3, 4
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

# [(start, end, e820 type)]
MACHINES = {
    "laptop-2013": [		# BIOS mode, page 0x58000 taken by the graphics, two NVS areas
        (0x0, 0x58000, RAM), (0x58000, 0x59000, RESERVED), (0x59000, 0x9e000, RAM), (0x9e000, 0xa0000, RESERVED),
        (0x100000, 0xad853000, RAM), (0xad853000, 0xad85a000, NVS), (0xad85a000, 0xae0d3000, RAM),
        (0xae0d3000, 0xae374000, RESERVED), (0xae374000, 0xbd8c6000, RAM), (0xbd8c6000, 0xbdacf000, RESERVED),
        (0xbdacf000, 0xbde01000, RAM), (0xbde01000, 0xbeb06000, NVS), (0xbeb06000, 0xbefff000, RESERVED),
        (0xbefff000, 0xbf000000, RAM)],
    "laptop-2015": [		# an Apple machine: RAM and firmware take turns below 2.2 GiB
        (0xa0000, 0xc0000, RESERVED), (0x100000, 0x8ad01000, RAM), (0x8ad01000, 0x8ad49000, NVS),
        (0x8ad49000, 0x8ad61000, RAM), (0x8ad61000, 0x8ad8f000, ACPI), (0x8ad8f000, 0x8ae3a000, RAM),
        (0x8ae3a000, 0x8ae8f000, RESERVED), (0x8ae8f000, 0x8aecc000, RAM), (0x8aecc000, 0x8aeff000, RESERVED),
        (0x8aeff000, 0x8afaa000, RAM), (0x8afaa000, 0x8afdf000, RESERVED), (0x8afdf000, 0x8b000000, RAM),
        (0x8b000000, 0x90000000, RESERVED), (0xe00f8000, 0xe00f9000, RESERVED)],
    "desktop": [		# BIOS mode: the EBDA cut to a KiB, holes for devices, RAM above 4 GiB
        (0x0, 0x90400, RAM), (0x90400, 0xa0000, RESERVED), (0xe0000, 0x100000, RESERVED), (0x100000, 0xc9f99000, RAM),
        (0xc9f99000, 0xc9f9a000, NVS), (0xc9f9a000, 0xc9f9b000, RESERVED), (0xc9f9b000, 0xd987d000, RAM),
        (0xd987d000, 0xdaeb4000, RESERVED), (0xdaeb4000, 0xdaef8000, ACPI), (0xdaef8000, 0xdb819000, NVS),
        (0xdb819000, 0xdbdff000, RESERVED), (0xdbdff000, 0xdbe00000, RAM), (0xdbe00000, 0xe0000000, RESERVED),
        (0xf8000000, 0xfc000000, RESERVED), (0xfe000000, 0xfe011000, RESERVED), (0xfec00000, 0xfec01000, RESERVED),
        (0xfee00000, 0xfee01000, RESERVED), (0xff000000, 0x100000000, RESERVED), (0x100000000, 0x21e000000, RAM)],
}
# [(start, end, EFI memory type)]: pieces in the middle of a tablet's and a server's map
EFI_MACHINES = {
    "tablet": [
        (0x78de0000, 0x79126000, 3), (0x79126000, 0x79156000, 0), (0x79156000, 0x79166000, 9), (0x79166000, 0x798d7000, 10),
        (0x798d7000, 0x79b5e000, 6), (0x79b5e000, 0x79bac000, 5), (0x79bac000, 0x79bad000, 4), (0x79bad000, 0x79bef000, 6),
        (0x79bef000, 0x79d5d000, 4), (0x79d5d000, 0x79ffa000, 6), (0x79ffa000, 0x7a000000, 4)],
    "server": [
        (0x7e4a5000, 0x7e4f0000, 4), (0x7e4f0000, 0x7e4fe000, 3), (0x7e4fe000, 0x7e552000, 4), (0x7e552000, 0x7e575000, 3),
        (0x7e575000, 0x7e5d4000, 4), (0x7e5d4000, 0x7e5f8000, 3), (0x7e5f8000, 0x7e5fe000, 4), (0x7e5fe000, 0x7e5ff000, 3),
        (0x7e5ff000, 0x7e609000, 4), (0x7e609000, 0x7e611000, 3), (0x7e611000, 0x7e612000, 4), (0x7e612000, 0x7e615000, 3)],
}
EFI_OF_E820 = {RAM: 7, RESERVED: 0, ACPI: 9, NVS: 10}
E820_OF_EFI = {0: RESERVED, 3: RAM, 4: RAM, 5: RESERVED, 6: RESERVED, 7: RAM, 9: ACPI, 10: NVS}


def long_map(entries, overlaps, seed):
    """Boot services' code and data take turns, with tables and free memory between them, then RAM above 4 GiB.
    One in OVERLAPS begins a page before the last one ended."""
    rng, at, result = random.Random(seed), 0x100000, []
    for _ in range(entries - 1):
        size = 0x1000 * (rng.randrange(1, 0x40) if rng.randrange(8) else rng.randrange(1, 0x8000))
        kind = rng.choice([3, 4, 3, 4, 3, 4, 7, 7, 6, 5, 9, 10, 0])
        if overlaps and at > 0x101000 and not rng.randrange(overlaps):
            at -= 0x1000
        result.append((at, at + size, kind))
        at += size
    return result + [(4 * GIB, 4 * GIB + rng.randrange(1, 256) * GIB, 7)]


def efi_maps():
    maps = dict(EFI_MACHINES)
    maps.update({name: [(start & ~0xfff, end, EFI_OF_E820[kind]) for start, end, kind in entries]
                 for name, entries in MACHINES.items()})
    maps["desktop-312"] = long_map(312, 0, 1)
    maps["server-390"] = long_map(390, 0, 2)
    maps["overlaps-200"] = long_map(200, 6, 3)
    maps["backwards-150"] = long_map(150, 9, 4)[::-1]
    return maps


def e820_maps():
    maps = dict(MACHINES)
    maps.update({name: [(start, end, E820_OF_EFI[kind]) for start, end, kind in entries]
                 for name, entries in efi_maps().items() if name not in MACHINES})
    return maps


def efi_e820():
    for name, entries in efi_maps().items():
        for stride in (40, 48):
            desc = b"".join(struct.pack("<IIQQQQ", kind, 0, start, 0, (end - start) >> 12, 0xf).ljust(stride, b"\0")
                            for start, end, kind in entries)
            yield f"{name}-{stride}", bytes([1, stride - 40]) + desc


def e820():
    for name, entries in e820_maps().items():
        yield name, b"".join(struct.pack("<QQI", start, end - start, kind) for start, end, kind in entries)


def e820_edit():
    """Edits as e820_edit_fuzz.c reads them (kind, shift, start, size, low bit, from, to), before a map."""
    edits = [bytes([0, 20]) + struct.pack("<HHBBB", 0, 512, 1, 0, 0),
             bytes([3, 12]) + struct.pack("<HHBBB", 0x8000, 0x100, 0, 0, 0),
             bytes([5, 16]) + struct.pack("<HHBBB", 0, 0xffff, 0, 0, 1), bytes([7, 20]) + struct.pack("<HHBBB", 16, 64, 0, 1, 0)]
    for name, entries in e820_maps().items():
        table = b"".join(bytes([12]) + struct.pack("<HHB", start >> 12 & 0xffff, (end - start) >> 12 & 0xffff, kind - 1)
                         for start, end, kind in entries)
        yield name, bytes([len(edits)]) + b"".join(edits) + table


def memparse():
    lines = ["mem=512M", "memmap=64M$0x10000000", "memmap=4K#0x7ffe0000,1G@4G mem=0x80000000", "memmap=exactmap memmap=640K@0",
             "memmap=2M%1M-1+2 memmap=1G!4G", "memmap=0xffffffffffffffff%0-1", "memmap=16E mem=18446744073709551616",
             "memmap=1k$1K,1m$1M,1g$1G,1t$1T,1p$1P"]
    lines += ["memmap=exactmap " + " ".join(f"memmap={end - start:#x}{'?@$#!'[kind]}{start:#x}" for start, end, kind in entries)
              for entries in MACHINES.values()]
    for nr, line in enumerate(lines):
        yield f"line-{nr}", line.encode()


def cmdline():
    lines = ["efi=debug,nosoftreserve nokaslr m=1", 'm="a b" "efi=debug" efi="', "m= m=x\tm\nefi=,debug, nokaslr\x01x"]
    for nr, line in enumerate(lines):
        yield f"line-{nr}", bytes([16]) + line.encode()


def lz4_blocks():
    texts = [b"", b"abc", b"lantern " * 100, bytes(5000), bytes(range(256)) * 3 + b"abcabcabcabcabc" * 20]
    for nr, text in enumerate(texts):
        yield f"block-{nr}", struct.pack("<H", len(text)) + lz4.block.compress(text, store_size=False)


def deflate():
    texts = [b"", b"abc", b"lantern " * 100, bytes(5000), bytes(range(256)) * 3 + b"abcabcabcabcabc" * 20]
    for nr, text in enumerate(texts):
        for level in 0, 1, 9:
            packer = zlib.compressobj(level, zlib.DEFLATED, -15)
            yield f"bare-{nr}-{level}", b"\0" + packer.compress(text) + packer.flush()
            packer = zlib.compressobj(level, zlib.DEFLATED, 31)
            yield f"gzip-{nr}-{level}", b"\1" + packer.compress(text) + packer.flush()


def memblock():
    """Calls of memblock_fuzz.c: (what, first cell, cells, use). All RAM, then a map or a comb on it, then allocations."""
    def call(what, first, nr, use=0):
        return struct.pack("<BHBB", what, first, nr, use)

    all_ram = b"".join(call(0, first, 255) for first in range(0, 1024, 255))
    comb = b"".join(call(2, first, 1, first % 11) for first in range(8, 700, 2))
    holes = b"".join(call(0, first, 2) for first in range(0, 600, 3)) + call(0, 769, 255)
    alloc = b"".join(call(6, 1 << shift, 8, 5) for shift in range(12)) * 4
    frees = b"".join(call(4, first, 1) for first in range(8, 700, 4))
    yield "comb", all_ram + comb + alloc + frees
    yield "comb-first", comb + all_ram + alloc
    yield "holes", holes + comb + alloc + frees
    yield "high", call(0, 1024, 16) + call(2, 1028, 12, 3) + call(4, 1033, 11) + all_ram + call(7, 100, 0) + alloc
    for name, entries in e820_maps().items():
        calls = [call(0 if kind == RAM else 2, start >> 12 & 0x3ff, min((end - start) >> 12, 255), kind)
                 for start, end, kind in entries]
        yield name, b"".join(calls) + alloc


def madt():
    """A table as QEMU makes it, one of many CPUs, one with an entry of length 0."""
    fixed = b"APIC" + bytes(32) + struct.pack("<II", 0xfee00000, 1)
    io_apic = struct.pack("<BBBBII", 1, 12, 0, 0, 0xfec00000, 0)
    overrides = b"".join(struct.pack("<BBBBIH", 2, 10, 0, irq, gsi, 0xd) for irq, gsi in ((0, 2), (5, 5), (9, 9)))
    cpus = b"".join(struct.pack("<BBBBI", 0, 8, nr, nr, 1) for nr in range(4))
    x2apic = b"".join(struct.pack("<BBHIII", 9, 16, 0, nr, 1, nr) for nr in range(100))
    nmi = struct.pack("<BBBHB", 4, 6, 0xff, 0, 1) + struct.pack("<BBHIBBBB", 10, 12, 0, 0xffffffff, 1, 0, 0, 0)
    yield "qemu", fixed + cpus + io_apic + overrides + nmi
    yield "many", fixed + x2apic + cpus
    yield "endless", fixed + cpus + bytes(8)


def s5():
    """AML as QEMU has it, with two byte constants, and with a package length of two bytes."""
    yield "qemu", b"\x08_S5_\x12\x06\x04\x00\x00\x00\x00"
    yield "bytes", b"\x10\x20\\_SB_\x08_S5_\x12\x0a\x04\x0a\x05\x0a\x05\x0a\x00\x0a\x00"
    yield "long", b"\x08\\_S5_\x12\x45\x00\x02\x01\x01"


def cpio():
    early = microcode.early("GenuineIntel", bytes(range(64)))
    yield "early", early
    yield "two", microcode.cpio([("init", b"#!"), ("dev", b""), ("etc/passwd\0\0\0", b"root:")]) + early
    yield "end", microcode.cpio([], align=4)


def intel():
    """A byte, 1 to have the checksums made right, then the file; intel_fuzz.c has the CPU."""
    cpu, other = (microcode.SKYLAKE, 1), (0x406e3, 0x80)
    updates = [microcode.intel(1, *cpu, data_size=64), microcode.intel(7, *other, others=[cpu, cpu], data_size=400),
               microcode.intel(-3, *cpu, others=[other], data_size=4), microcode.intel(2, *cpu, old_sizes=True)]
    yield "empty", b"\0"
    for nr, update in enumerate(updates):
        yield f"one-{nr}", b"\1" + update
    for repair in range(2):
        yield f"all-{repair}", bytes([repair]) + b"".join(updates)


def amd():
    one = microcode.amd({0x800f11: 0x8011, 0x800f12: 0x8012}, [(3, 0x8012), (9, 0x8011), (5, 0x8012)])
    yield "one", one
    yield "two", microcode.amd({0x830f10: 0x8310}, [(7, 0x8310), (8, 0x8012)]) + one
    yield "table", microcode.amd({}, [])


def elf():
    """A static file, a static PIE with odd alignments, one with an interpreter."""
    def file(kind, *phdrs):
        header = b"\x7fELF\2\1\1" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", kind, 62, 1, 0x401000, 64, 0, 0, 64, 56,
                                                            len(phdrs), 64, 0, 0)
        return header + b"".join(struct.pack("<IIQQQQQQ", *p) for p in phdrs)
    text, stack = (1, 5, 0, 0x400000, 0, 0x1800, 0x1800, 0x1000), (0x6474e551, 6, 0, 0, 0, 0, 0, 16)
    yield "static", file(2, text, (1, 6, 0x1800, 0x402800, 0, 0x100, 0x2000, 0x1000), stack)
    yield "pie", file(3, (1, 4, 0, 0, 0, 0x400, 0x400, 0x200000), (1, 6, 0x400, 0x200400, 0, 0, 1 << 40, 3), stack)
    yield "interp", file(3, (6, 4, 64, 64, 64, 168, 168, 8), (3, 4, 0x200, 0x200, 0, 28, 28, 1), text)


def keyboard():
    """Set and layout in the first byte, then what a keyboard sends: words with Shift, AltGr, dead keys, locks, Pause."""
    set1 = bytes.fromhex("2a1e9eaa 3aba1e 1d2e9d e0381003e0b8 e048e0c8 e11d45e19dc5 291e 45c54752 1d38e053 00 ff fa fe")
    set2 = bytes.fromhex("121cf01cf012 58f058 e011f011 e075e0f075 e11477e1f014f077 0e1c 77f0776c 1411e071 00 fa aa")
    for layout in range(6):
        yield f"set1-{layout}", bytes([layout]) + set1 * 3
        yield f"set2-{layout}", bytes([0x80 | layout]) + set2 * 3


def terminal():
    """Columns, rows and chunk size in three bytes, then what an editor, a log and a curious program send."""
    editor = (b"\x1b[?1049h\x1b[?2004h\x1b[1;24r\x1b[H\x1b[2J~\r\n~\x1b[24;1H\x1b[7m\"file\" 3L\x1b[m\x1b[2;1H\x1b[L\x1b[4habc\x1b[4l\x1b[3P\x1b[2@"
              b"\x1b[M\x1bM\x1b[K\x1b[?25l\x1b[6n\x1b[?25h\x1b[r\x1b[?1049l")
    colours = b"\x1b[1;31mbold\x1b[0;38;5;208;48;5;17mindexed\x1b[38;2;1;2;3;4;7mexact\x1b[22;24;27;39;49m\x1b[m\ttab\x1bH\x1b[3g\x1b#8"
    charsets = "\x1b(0lqqk\x1b(B\x0e\x0f\x1b)0 é€漢😀e\u0301\x1b%@ä\x1b%G".encode() + b"\xff\xc2\x80\xe2\x82"
    strings = b"\x1b]0;title\x07\x1b]P1aabbcc\x1bP1$r\x1b\\\x1b[c\x1b[>c\x1b[5n\x1b7\x1b8\x1bc\x1b[20h\n\x0b\x0c\x08\x18\x1a"
    for size in (bytes([79, 24, 200]), bytes([9, 4, 0]), bytes([0, 0, 2])):
        for name, text in ("editor", editor), ("colours", colours), ("charsets", charsets), ("strings", strings):
            yield f"{name}-{size[0]}", size + text * 3


def hid():
    """Reports of eight bytes, each with its length before it and a time behind: letters, Shift, too many keys, none."""
    report = [bytes([8]) + bytes.fromhex(keys) + b"\x05" for keys in (
        "0000040000000000", "0200040500000000", "0000010101010101", "0000060504000000", "0000000000000000")]
    yield "typing", b"".join(report) * 3
    yield "short", b"\x01\x02\x01" + b"\x03\x00\x00\x04\xff" * 3


def usb_descriptors():
    """A keyboard, a hub and a receiver for mouse and keyboard, as they say it; and what they say of themselves."""
    keyboard = "090400000103010100 092111010001223f00 0705810308000a"
    mouse = "090401000103010200 092111010001223f00 07058203040001"
    hub = "090400000109000000 0705810301000c 090400010109000200 0705810301000c"
    for name, text in ("keyboard", keyboard), ("both", mouse + keyboard), ("hub", hub):
        body = bytes.fromhex(text)
        yield name, struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), 1, 1, 0, 0xa0, 50) + body
    yield "device", bytes.fromhex("1201000200000040 6d041cc310640102 0001")
    yield "ports", bytes.fromhex("0929040900326400ff")


def space():
    """Calls for memory at random: nothing in them is a format."""
    for n in range(12):
        yield f"random-{n}", random.Random(n).randbytes(60 << n // 2)


SEEDS = {"mm/space": space, "kernel/drivers/usb/hid": hid, "kernel/drivers/usb/descriptor": usb_descriptors, "efistub/efi_e820": efi_e820, "kernel/lib/e820": e820, "kernel/lib/e820_edit": e820_edit,
         "kernel/lib/cpio": cpio, "arch/x86/kernel/microcode/intel": intel, "arch/x86/kernel/microcode/amd": amd,
         "kernel/drivers/acpi/madt": madt, "kernel/drivers/acpi/s5": s5, "kernel/tty/keyboard": keyboard, "kernel/tty/vt": terminal, "kernel/task/elf_check": elf,
         "kernel/lib/memparse": memparse, "kernel/lib/cmdline": cmdline, "kernel/lib/lz4": lz4_blocks, "kernel/lib/inflate": deflate, "mm/memblock": memblock}
