# SPDX-License-Identifier: BSD-2-Clause
"""Reading the text off a screenshot: every cell is compared with the glyphs of the font the kernel has."""
import gzip
import struct

from PIL import Image

FONT = "/usr/share/consolefonts/Uni2-Terminus16.psf.gz"
WIDTH, HEIGHT = 8, 16
TOP_ROWS = 16			# pixels that belong to the EFI stub, FBCON_TOP_ROWS


def glyphs():
    """{16 bytes: character} for the printable ASCII characters"""
    with gzip.open(FONT) as file:
        data = file.read()
    magic, mode, size = struct.unpack_from("<HBB", data)
    assert magic == 0x0436 and size == HEIGHT, "not a PSF1 font of 16 rows"
    count = 512 if mode & 1 else 256
    table, at = {}, 4 + count * size
    for glyph in range(count):
        pixels = data[4 + glyph * size:4 + (glyph + 1) * size]
        while True:
            code, = struct.unpack_from("<H", data, at)
            at += 2
            if code == 0xffff:
                break
            if 0x20 <= code < 0x7f:
                table.setdefault(pixels, chr(code))
    return table


def read(path):
    """The lines of text on a screenshot; what is no ASCII character becomes '?'."""
    table = glyphs()
    with Image.open(path) as image:
        image = image.convert("L").point(lambda level: 255 if level > 100 else 0, "1")
        lines = []
        for top in range(TOP_ROWS, image.height - HEIGHT + 1, HEIGHT):
            row = ""
            for left in range(0, image.width - WIDTH + 1, WIDTH):
                cell = image.crop((left, top, left + WIDTH, top + HEIGHT)).tobytes()
                row += table.get(cell, "?")
            lines.append(row.rstrip())
    return lines
