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
HEADER = struct.Struct("<QQQIIIIIIIIQ")
HEADER_SIZE = HEADER.size + 8  # the header's own checksum comes last

NOTE_HEAD = 16		# of an ELF note: three sizes and types, then "GNU"

MIN_MATCH = 4
LENGTH_MORE = 15	# nibble of a token: bytes with the rest of the length follow
WORTH_IT = 7		# a match this long saves more bytes than the time its sequence takes


def read_length(block, pos, nibble):
    length = nibble
    while nibble == LENGTH_MORE:
        length += block[pos]
        pos += 1
        if block[pos - 1] != 255:
            break
    return length, pos


def sequences(block):
    """[(literals, distance, length of match)] of an LZ4 block; the last has no match."""
    found, pos = [], 0
    while True:
        token = block[pos]
        count, pos = read_length(block, pos + 1, token >> 4)
        literals, pos = block[pos:pos + count], pos + count
        if pos == len(block):
            return found + [(literals, 0, 0)]
        distance = int.from_bytes(block[pos:pos + 2], "little")
        length, pos = read_length(block, pos + 2, token & 15)
        found.append((literals, distance, length + MIN_MATCH))


def more_length(length):
    """The bytes that follow a full nibble."""
    if length < LENGTH_MORE:
        return b""
    return b"\xff" * ((length - LENGTH_MORE) // 255) + bytes([(length - LENGTH_MORE) % 255])


def block_of(parts):
    out = bytearray()
    for literals, distance, length in parts:
        rest = length - MIN_MATCH if length else 0
        out.append(min(len(literals), LENGTH_MORE) << 4 | min(rest, LENGTH_MORE))
        out += more_length(len(literals)) + literals
        if length:
            out += distance.to_bytes(2, "little") + more_length(rest)
    return bytes(out)


def fewer_sequences(parts, image):
    """Without short matches, where their bytes fit among the literals that one step copies: each sequence takes time."""
    done, literals, pos = [], b"", 0
    for (more, distance, length), (after, _, _) in zip(parts, parts[1:] + [(b"", 0, 0)]):
        literals += more
        pos += len(more)
        match = image[pos:pos + length]
        pos += length
        if 0 < length < WORTH_IT and len(literals) + length + len(after) < LENGTH_MORE:
            literals += match
        else:
            done.append((literals, distance, length))
            literals = b""
    return done


def compress(image):
    block = lz4.block.compress(image, mode="high_compression", compression=9, store_size=False)
    block = block_of(fewer_sequences(sequences(block), image))
    if lz4.block.decompress(block, uncompressed_size=len(image)) != image:
        sys.exit("what is compressed is not what was to be")
    return block


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

    build_id = image[offset("__build_id_start") + NOTE_HEAD:][:8]
    block = compress(image)
    memory_size = offset("_end")
    header = HEADER.pack(
        MAGIC, base, xxhash.xxh64(image).intdigest(),
        len(image), memory_size, offset("_etext"), offset("__relr_start"),
        offset("__relr_end") - offset("__relr_start"), offset("startup_64"),
        HEADER_SIZE, len(block), int.from_bytes(build_id, "big"))
    header += struct.pack("<Q", xxhash.xxh64(header).intdigest())
    with open(out_path, "wb") as f:
        f.write(header + block)
    with open(size_path, "w") as f:
        f.write("#define PAYLOAD_IMAGE_SIZE %#x\n" % len(image))
        f.write("#define PAYLOAD_MEMORY_SIZE %#x\n" % memory_size)
        f.write("#define PAYLOAD_SIZE %#x\n" % (HEADER_SIZE + len(block)))


main()
