#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Wrap the flat kernel image for the boot part.

nm vmlinux | mkpayload.py vmlinux.bin payload.bin payload-size.h

payload.bin is struct payload_header (payload.h) followed by one LZ4 block;
payload-size.h tells the setup header how much room the kernel needs.
"""
import struct
import sys

import lz4.block
import xxhash

MAGIC = 0x314C5041504E544C  # "LTNPAPL1"
PAGE = 4096
HEADER = struct.Struct("<QQQIIIIIIII")
HEADER_SIZE = HEADER.size + 8  # the header's own checksum comes last


def main():
    image_path, out_path, size_path = sys.argv[1:]
    symbols = {}
    for line in sys.stdin:
        fields = line.split()
        if len(fields) == 3:
            symbols[fields[2]] = int(fields[0], 16)
    with open(image_path, "rb") as f:
        image = f.read()

    base = symbols["_text"]

    def offset(name):
        return symbols[name] - base

    # objcopy drops trailing zeros of nothing: the file ends where loaded data ends
    if len(image) != offset("_edata"):
        sys.exit("vmlinux.bin has %d bytes, _edata says %d" % (len(image), offset("_edata")))

    block = lz4.block.compress(image, mode="high_compression", compression=12, store_size=False)
    memory_size = offset("_end")
    header = HEADER.pack(
        MAGIC, base, xxhash.xxh64(image).intdigest(),
        len(image), memory_size, offset("_etext"), offset("__relr_start"),
        offset("__relr_end") - offset("__relr_start"), offset("startup_64"),
        HEADER_SIZE, len(block))
    header += struct.pack("<Q", xxhash.xxh64(header).intdigest())
    with open(out_path, "wb") as f:
        f.write(header + block)
    with open(size_path, "w") as f:
        f.write("#define PAYLOAD_IMAGE_SIZE %#x\n" % len(image))
        f.write("#define PAYLOAD_MEMORY_SIZE %#x\n" % memory_size)
        f.write("#define PAYLOAD_SIZE %#x\n" % (HEADER_SIZE + len(block)))


main()
