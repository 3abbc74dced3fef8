#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write a PSF console font of 8x16 pixels as a C file for <kernel/font.h>.

usage: mkfont.py IN.psf[.gz] OUT.c

PSF1 and PSF2 with a unicode table are read. Sequences of several code points
are left out: a text cell shows one character. Equal input gives equal output.
"""
import gzip
import os
import struct
import sys

WIDTH, HEIGHT, MAX_GLYPHS = 8, 16, 512
REPLACEMENTS = (0xFFFD, ord("?"))


def fail(text):
    sys.exit("mkfont.py: " + text)


def read_psf1(data):
    """Return (glyph bitmaps, unicode table as one list of code points per glyph)."""
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
    return WIDTH, height, data[4:4 + count * height], count, lists


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
    return width, height, data[start:start + count * size], count, lists


def read_font(path):
    with open(path, "rb") as f:
        data = f.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:2] == b"\x36\x04":
        width, height, bits, count, lists = read_psf1(data)
    elif data[:4] == b"\x72\xb5\x4a\x86":
        width, height, bits, count, lists = read_psf2(data)
    else:
        fail(path + " is not a PSF font")
    if (width, height) != (WIDTH, HEIGHT):
        fail(f"{path} is {width}x{height}, not {WIDTH}x{HEIGHT}")
    if count > MAX_GLYPHS or len(bits) != count * HEIGHT or len(lists) != count:
        fail(f"{path}: {count} glyphs, {len(bits)} bytes, {len(lists)} unicode entries")
    glyphs = [bits[i * HEIGHT:(i + 1) * HEIGHT] for i in range(count)]
    return glyphs, lists


def code_point_map(lists):
    """First glyph wins; code points above 16 bits are not kept."""
    cps = {}
    for glyph, singles in enumerate(lists):
        for cp in singles:
            if cp <= 0xFFFF:
                cps.setdefault(cp, glyph)
    return cps


def drop_unused(glyphs, cps):
    """Keep glyphs that some code point shows, equal ones once. Return new (glyphs, cps)."""
    number, kept = {}, []
    for cp in sorted(cps):
        bits = glyphs[cps[cp]]
        if bits not in number:
            number[bits] = len(kept)
            kept.append(bits)
    return kept, {cp: number[glyphs[cps[cp]]] for cp in cps}


def write_c(path, source, glyphs, cps):
    replacement = next((cps[cp] for cp in REPLACEMENTS if cp in cps), 0)
    lines = [
        f"/* Made by kernel/tty/mkfont.py from {os.path.basename(source)}; do not edit. */",
        "#include <kernel/font.h>",
        "",
        f"static const u8 glyphs[{len(glyphs)}][FONT_HEIGHT] = {{",
    ]
    lines += ["\t{ " + ", ".join(f"0x{b:02x}" for b in g) + " }," for g in glyphs]
    lines += ["};", "", f"static const struct font_map map[{len(cps)}] = {{"]
    lines += [f"\t{{ 0x{cp:04x}, {cps[cp]} }}," for cp in sorted(cps)]
    lines += [
        "};",
        "",
        "const struct font console_font = {",
        "\t.glyphs = glyphs,",
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
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    glyphs, lists = read_font(sys.argv[1])
    glyphs, cps = drop_unused(glyphs, code_point_map(lists))
    missing = [chr(c) for c in range(0x20, 0x7F) if c not in cps]
    if missing:
        fail("no glyph for " + "".join(missing))
    write_c(sys.argv[2], sys.argv[1], glyphs, cps)


if __name__ == "__main__":
    main()
