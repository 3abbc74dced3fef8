# SPDX-License-Identifier: BSD-2-Clause
"""Text and pixels of the screen, both ways: the text read off a screenshot by the
glyphs of the font the kernel has, and the picture that a text should give."""
import gzip
import io
import re
import struct
import time

import expect
from PIL import Image, ImageChops

FONTS = {16: "/usr/share/consolefonts/Uni2-Terminus16.psf.gz", 32: "/usr/share/consolefonts/Uni2-Terminus32x16.psf.gz"}
WIDTH, HEIGHT = 8, 16
TOP_ROWS = 16			# pixels of the strip, STRIP_ROWS, on screens of less than 1600 rows

# of vt_colour.c
PALETTE = [(0x10, 0x14, 0x1c), (0xd0, 0x54, 0x4c), (0x6c, 0xb0, 0x5c), (0xd0, 0xa0, 0x48),
           (0x50, 0x8c, 0xd8), (0xb0, 0x78, 0xc8), (0x48, 0xb0, 0xb0), (0xc8, 0xcc, 0xd0),
           (0x6c, 0x74, 0x80), (0xff, 0x80, 0x74), (0x98, 0xe0, 0x84), (0xff, 0xd0, 0x70),
           (0x84, 0xbc, 0xff), (0xdc, 0xa8, 0xf4), (0x78, 0xe4, 0xe4), (0xff, 0xff, 0xff)]
TOKEN = re.compile(r"\x1b\[([0-9;]*)m|([^\x1b])")


def bitmaps(height=HEIGHT):
    """{character: bitmap} of a font, for the printable ASCII characters and for lines"""
    with gzip.open(FONTS[height]) as file:
        data = file.read()
    if data[:2] == b"\x36\x04":
        start, size, count, end, unit = 4, data[3], 512 if data[2] & 1 else 256, b"\xff\xff", 2
    else:
        start, _, count, size = struct.unpack_from("<4I", data, 8)
        end, unit = b"\xff", 1
    assert size == height * height // 16, f"the font is not {height} rows high"
    table, at = {}, start + count * size
    for glyph in range(count):
        pixels = data[start + glyph * size:start + (glyph + 1) * size]
        while data[at:at + unit] != end:
            code = data[at] if unit == 1 else data[at] | data[at + 1] << 8
            if 0x20 <= code < 0x7f or 0x2500 <= code < 0x2580:
                table.setdefault(chr(code), pixels)
            at += unit
        at += unit
    return table


def read(path):
    """The lines of text on a screenshot; what is no ASCII character, and no line, becomes '?'."""
    table = {}		# of characters that look the same, the first one
    for character, pixels in sorted(bitmaps().items()):
        table.setdefault(pixels, character)
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


def cells(text, cols, rows):
    """What a terminal shows of text with colours: rows of (character, foreground, background), and the cursor.

    A line that scrolls in has the background of that moment to its end.
    """
    lines, fg, bg, bold = [[]], 7, 0, False
    rest = {}			# of line number, the background behind its text
    for codes, character in TOKEN.findall(text.replace("\r", "")):
        if character == "\n":
            rest[len(lines)] = bg
            lines.append([])
        elif character:
            if len(lines[-1]) == cols:
                rest[len(lines)] = bg
                lines.append([])
            lines[-1].append((character, fg + 8 if bold and fg < 8 else fg, bg))
        else:
            for code in [int(code or 0) for code in codes.split(";")]:
                if code in (0, 1):
                    fg, bg, bold = (fg, bg, True) if code else (7, 0, False)
                elif 30 <= code < 38 or 90 <= code < 98:
                    fg = code % 10 + (8 if code >= 90 else 0)
                elif 40 <= code < 48:
                    bg = code - 40
                else:
                    raise ValueError(f"SGR {code}")
    cursor = (min(len(lines), rows) - 1, min(len(lines[-1]), cols - 1))
    for nr, line in enumerate(lines):
        line += [(" ", 7, rest.get(nr, 0) if nr >= rows else 0)] * (cols - len(line))
    return lines[-rows:], cursor


def picture(text, width, height, font=None, rotate=0):
    """The text of a terminal that has so many pixels, below the strip (which is not drawn)."""
    font = font or (32 if min(width, height) >= 1400 else 16)
    top = 32 if height >= 1600 else 16
    size = (width, height - top) if rotate % 2 == 0 else (height - top, width)
    cols, rows = size[0] // (font // 2), size[1] // font
    lines, cursor = cells(text, cols, rows)
    glyphs = {character: Image.frombytes("1", (font // 2, font), pixels) for character, pixels in bitmaps(font).items()}
    image = Image.new("RGB", size, PALETTE[0])
    cursor_seen = False
    for row, line in enumerate(lines):
        for col, (character, fg, bg) in enumerate(line):
            if (row, col) == cursor:
                fg, bg, cursor_seen = 0, 7, True
            box = (col * font // 2, row * font, (col + 1) * font // 2, (row + 1) * font)
            if bg:
                image.paste(PALETTE[bg], box)
            if character != " ":
                image.paste(PALETTE[fg], box, glyphs[character])
    assert cursor_seen
    return image.transpose({1: Image.ROTATE_270, 2: Image.ROTATE_180, 3: Image.ROTATE_90}[rotate]) if rotate else image


def said(machine):
    """Boot to the prompt; return all that the console said, with its colours."""
    machine.serial.logfile_read = raw = io.StringIO()
    machine.expect("the books balance\n")
    machine.expect(expect.PROMPT)
    text = raw.getvalue().replace("\r", "")
    return text[re.search(expect.BANNER, text).start():]


def compare(look, want, tries=3000):
    """LOOK() gives the screen below the strip; the serial line is written first, so it may take a moment."""
    for _ in range(tries):
        got = look()
        if got.size == want.size and not ImageChops.difference(got, want).getbbox():
            return
        time.sleep(0.1)
    assert got.size == want.size
    box = ImageChops.difference(got, want).getbbox()
    raise AssertionError(f"the screen differs within {box}")


def below_the_strip(image):
    return image.crop((0, 32 if image.height >= 1600 else 16, image.width, image.height))
