#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write console fonts of 8x16 and 16x32 pixels as a C file for <kernel/font.h>.

usage: mkfont.py SMALL.psf[.gz] LARGE.psf[.gz] OUT.c

PSF1 and PSF2 with a unicode table are read; both must show the same characters,
so that a cell means the same in each. Sequences of several code points are left
out: a text cell shows one character. Block elements that bars are made of are
added where the fonts have none. Equal input gives equal output.
"""
import gzip
import os
import struct
import sys

SIZES = ((8, 16), (16, 32))
MAX_GLYPHS = 512
REPLACEMENTS = (0xFFFD, ord("?"))

# {code point: (left, right, top, bottom), the filled part of a cell in eighths}
BLOCKS = {0x2580: (0, 8, 0, 4), 0x2584: (0, 8, 4, 8), 0x258C: (0, 4, 0, 8), 0x2590: (4, 8, 0, 8)}

# {code point: one that looks nearly the same}: of a VT100's graphics set
ALIKE = {0x25C6: 0x2666, 0x23BA: 0x2500, 0x23BB: 0x2500, 0x23BC: 0x2500, 0x23BD: 0x2500, 0x2593: 0x2592}


def fail(text):
    sys.exit("mkfont.py: " + text)


def read_psf1(data):
    """Return (size, glyph bitmaps, unicode table as one list of code points per glyph)."""
    mode, height = data[2], data[3]
    count = 512 if mode & 1 else 256
    if not mode & 6:
        fail("no unicode table")
    table = data[4 + count * height:]
    units = [u for (u,) in struct.iter_unpack("<H", table[:len(table) & ~1])]
    lists, current, in_sequence = [], [], False
    for unit in units:
        if unit == 0xFFFF:
            lists.append(current)
            current, in_sequence = [], False
        elif unit == 0xFFFE:
            in_sequence = True
        elif not in_sequence:
            current.append(unit)
    return (8, height), data[4:4 + count * height], count, lists


def read_psf2(data):
    _, _, start, flags, count, size, height, width = struct.unpack_from("<8I", data)
    if not flags & 1:
        fail("no unicode table")
    if size != height * ((width + 7) // 8):
        fail("glyph size does not fit width and height")
    lists = []
    for entry in data[start + count * size:].split(b"\xff")[:count]:
        singles = entry.split(b"\xfe")[0]
        lists.append([ord(c) for c in singles.decode("utf-8")])
    return (width, height), data[start:start + count * size], count, lists


def code_point_map(lists):
    """First glyph wins; code points above 16 bits are not kept."""
    cps = {}
    for glyph, singles in enumerate(lists):
        for cp in singles:
            if cp <= 0xFFFF:
                cps.setdefault(cp, glyph)
    return cps


def read_font(path, size):
    """Return {code point: bitmap}."""
    with open(path, "rb") as f:
        data = f.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:2] == b"\x36\x04":
        found, bits, count, lists = read_psf1(data)
    elif data[:4] == b"\x72\xb5\x4a\x86":
        found, bits, count, lists = read_psf2(data)
    else:
        fail(path + " is not a PSF font")
    if found != size:
        fail(f"{path} is {found[0]}x{found[1]}, not {size[0]}x{size[1]}")
    length = size[0] // 8 * size[1]
    if len(bits) != count * length or len(lists) != count:
        fail(f"{path}: {count} glyphs, {len(bits)} bytes, {len(lists)} unicode entries")
    cps = code_point_map(lists)
    return {cp: bits[glyph * length:(glyph + 1) * length] for cp, glyph in cps.items()}


def block(part, size):
    width, height = size
    left, right, top, bottom = part
    row = sum(1 << (width - 1 - x) for x in range(left * width // 8, right * width // 8)).to_bytes(width // 8, "big")
    return b"".join(row if top * height <= 8 * y < bottom * height else bytes(width // 8) for y in range(height))


def number_glyphs(fonts):
    """Equal glyphs once. Return (one tuple of bitmaps for each glyph, {code point: glyph})."""
    number, kept, cps = {}, [], {}
    for cp in sorted(fonts[0]):
        bits = tuple(font[cp] for font in fonts)
        if bits not in number:
            number[bits] = len(kept)
            kept.append(bits)
        cps[cp] = number[bits]
    if len(kept) > MAX_GLYPHS:
        fail(f"{len(kept)} glyphs, more than {MAX_GLYPHS}")
    return kept, cps


def c_bytes(data):
    return ", ".join(f"0x{b:02x}" for b in data)


def write_c(path, sources, glyphs, cps):
    replacement = next((cps[cp] for cp in REPLACEMENTS if cp in cps), 0)
    names = " and ".join(os.path.basename(source) for source in sources)
    lines = [f"/* Made by kernel/tty/mkfont.py from {names}; do not edit. */", "#include <kernel/font.h>", ""]
    for i, (width, height) in enumerate(SIZES):
        lines += [f"static const u8 glyphs_{width}x{height}[{len(glyphs)}][{width // 8 * height}] = {{"]
        lines += [f"\t{{ {c_bytes(bits[i])} }}," for bits in glyphs] + ["};", ""]
    lines += [f"static const struct font_map map[{len(cps)}] = {{"]
    lines += [f"\t{{ 0x{cp:04x}, {cps[cp]} }}," for cp in sorted(cps)]
    lines += ["};", "", f"const struct font console_fonts[{len(SIZES)}] = {{"]
    lines += [f"\t{{ .glyphs = glyphs_{width}x{height}[0], .width = {width}, .height = {height} }}," for width, height in SIZES]
    lines += [
        "};",
        "",
        "const struct font_chars console_chars = {",
        "\t.map = map,",
        f"\t.nr_glyphs = {len(glyphs)},",
        f"\t.nr_map = {len(cps)},",
        f"\t.replacement = {replacement},",
        "};",
        "",
    ]
    with open(path, "w", encoding="ascii", newline="\n") as f:
        f.write("\n".join(lines))


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__.strip())
    sources = sys.argv[1:3]
    fonts = [read_font(source, size) for source, size in zip(sources, SIZES)]
    if set(fonts[0]) != set(fonts[1]):
        fail("the fonts show different characters")
    for font, size in zip(fonts, SIZES):
        for cp, part in BLOCKS.items():
            font.setdefault(cp, block(part, size))
        for cp, other in ALIKE.items():
            font.setdefault(cp, font[other])
    missing = [chr(c) for c in range(0x20, 0x7F) if c not in fonts[0]]
    if missing:
        fail("no glyph for " + "".join(missing))
    write_c(sys.argv[3], sources, *number_glyphs(fonts))


if __name__ == "__main__":
    main()
