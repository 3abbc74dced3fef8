# SPDX-License-Identifier: BSD-2-Clause
"""Microcode containers and the archives they come in, with made-up contents."""
import struct

DATE = 0x03142024		# 14 March 2024
SKYLAKE = 0x506e3
FIRST = 1			# the bit of platform ID 0


def cpio(files, align=512):
    """A newc archive of [(name, contents)]; a name may bring NULs of its own."""
    out = b""
    for nr, (name, data) in enumerate([*files, ("TRAILER!!!", b"")]):
        name = name.encode() + b"\0"
        mode = 0o100644 if data or nr < len(files) else 0
        fields = (nr, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        out += b"070701" + b"".join(b"%08X" % field for field in fields) + name
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return out + bytes(-len(out) % align)


def early(vendor, container):
    """An initrd whose first archive has the microcode of VENDOR; a compressed one follows."""
    return cpio([("kernel/x86/microcode/." + vendor, b"not this"),
                 (f"kernel/x86/microcode/{vendor}.bin", container)]) + b"\x1f\x8b\x08" + bytes(range(256))


def negative_sum(data):
    return -sum(struct.unpack(f"<{len(data) // 4}I", data)) & 0xffffffff


def intel(revision, signature, platforms=FIRST, others=(), data_size=2000, old_sizes=False):
    """One update; OTHERS are the (signature, platforms) of its table. SDM 3A 10.11.1."""
    def header(signature, platforms, checksum):
        sizes = (0, 0) if old_sizes else (data_size, total)
        return struct.pack("<7I", 1, revision & 0xffffffff, DATE, signature, checksum, 1, platforms) + \
            struct.pack("<5I", *sizes, 0, 0, 0)

    data = bytes(i * 7 + revision & 0xff for i in range(data_size))
    total = 48 + data_size + (20 + 12 * len(others) if others else 0)
    checksums = [negative_sum(header(*cpu, 0) + data) for cpu in ((signature, platforms), *others)]
    update = header(signature, platforms, checksums[0]) + data
    if others:
        body = b"".join(struct.pack("<III", *cpu, checksum) for cpu, checksum in zip(others, checksums[1:]))
        fixed = struct.pack("<5I", len(others), 0, 0, 0, 0)
        update += struct.pack("<5I", len(others), negative_sum(fixed + body), 0, 0, 0) + body
    return update


def amd(equivalent, patches):
    """One container: {CPUID.1:EAX: number}, [(revision, number)]."""
    table = b"".join(struct.pack("<IIIHH", cpu, 0, 0, nr, 0) for cpu, nr in equivalent.items()) + bytes(16)
    out = struct.pack("<III", 0x00414d44, 0, len(table)) + table
    for revision, nr in patches:
        patch = struct.pack("<IIHBBIIIH", DATE, revision, 0x8004, 0, 0, 0, 0, 0, nr).ljust(64, b"\0") + b"\xa5" * 960
        out += struct.pack("<II", 1, len(patch)) + patch
    return out
