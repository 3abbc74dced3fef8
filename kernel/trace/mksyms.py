#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make the table of function names that kernel/trace/ksyms.c reads.

usage: nm -n vmlinux | mksyms.py [--raw] > ksyms.S

Written is an assembly file with the table in section .ksyms; with --raw the
bytes themselves. All numbers are little-endian. The table:

  u32 magic "SYM1", nr_syms, and the places, from the table's start, of:
      marks, names, tokens, token_text
  u32 offsets[nr_syms + 1]   from _text, rising; the last is the end of text
  u32 marks[]                place in names of every 16th name
  u16 tokens[128]            place in token_text of the text of codes 128..255
  names                      each a length byte and that many codes; a code below
                             128 is a character, others stand for a token
  token_text                 each a length byte and that many characters

Tokens are found by joining the most frequent pair of neighbours 128 times.
Equal input gives equal output.
"""
import struct
import sys
from collections import Counter

NAMES_PER_MARK = 16
FIRST_TOKEN, NR_TOKENS = 128, 128
MAX_NAME = 255
HEADER_SIZE = 24

# Names of the linker script that mark places and are no functions
BASE, END = "_text", ("_etext", "__etext", "etext")
MARKERS = (BASE, "_stext") + END


def rank(kind, name):
    """Of several names for one address the lowest is kept: global, plain, short."""
    return ("TWti".find(kind) if kind in "TWti" else 9,
            len(name) - len(name.lstrip("_")), len(name), name)


def read_symbols(lines):
    """Return (address of _text, end of text, [(address, name)] rising)."""
    best, base, end = {}, None, None
    for line in lines:
        fields = line.split()
        if len(fields) != 3 or fields[1] not in "tTwWi":
            if len(fields) == 3 and fields[2] == BASE:
                base = int(fields[0], 16)
            if len(fields) == 3 and fields[2] in END:
                end = int(fields[0], 16)
            continue
        address, kind, name = int(fields[0], 16), fields[1], fields[2]
        if name == BASE:
            base = address
        if name in END:
            end = address
        if name in MARKERS or name.startswith((".L", "$")):
            continue
        if not name.isascii() or len(name) > MAX_NAME:
            continue
        if address not in best or rank(kind, name) < rank(*best[address]):
            best[address] = (kind, name)
    if base is None:
        base = min(best, default=0)
    symbols = [(a, best[a][1]) for a in sorted(best) if a >= base and (end is None or a < end)]
    if end is None:
        end = symbols[-1][0] + 1 if symbols else base
    return base, end, symbols


def join(codes, pair, code):
    """Replace each occurrence of pair in codes by code."""
    out, i = [], 0
    while i < len(codes):
        if i + 1 < len(codes) and (codes[i], codes[i + 1]) == pair:
            out.append(code)
            i += 2
        else:
            out.append(codes[i])
            i += 1
    return out


def compress(names):
    """Return (names as lists of codes, texts of codes 128, 129, ...)."""
    coded = [list(name.encode("ascii")) for name in names]
    text = {c: bytes([c]) for c in range(FIRST_TOKEN)}
    tokens = []
    while len(tokens) < NR_TOKENS:
        pairs = Counter()
        for codes in coded:
            pairs.update(zip(codes, codes[1:]))
        pairs = {p: n for p, n in pairs.items() if len(text[p[0]]) + len(text[p[1]]) <= MAX_NAME}
        if not pairs:
            break
        pair, count = min(pairs.items(), key=lambda item: (-item[1], item[0]))
        if count < 3:
            break
        code = FIRST_TOKEN + len(tokens)
        text[code] = text[pair[0]] + text[pair[1]]
        tokens.append(text[code])
        coded = [join(codes, pair, code) for codes in coded]
    return coded, tokens


def counted_strings(strings):
    """Return (the strings, a length byte before each; the place of each)."""
    blob, places = bytearray(), []
    for s in strings:
        places.append(len(blob))
        blob += bytes([len(s)]) + bytes(s)
    return bytes(blob), places


def build(base, end, symbols):
    coded, tokens = compress([name for _, name in symbols])
    names, name_places = counted_strings(coded)
    token_text, token_places = counted_strings(tokens)
    token_places += [0] * (NR_TOKENS - len(tokens))
    offsets = [a - base for a, _ in symbols] + [end - base]
    if offsets[-1] >= 1 << 32:
        sys.exit("mksyms.py: text is larger than 4 GiB")
    marks = name_places[::NAMES_PER_MARK]

    at_marks = HEADER_SIZE + 4 * len(offsets)
    at_tokens = at_marks + 4 * len(marks)
    at_names = at_tokens + 2 * NR_TOKENS
    at_token_text = at_names + len(names)
    table = struct.pack("<4s5I", b"SYM1", len(symbols), at_marks, at_names, at_tokens, at_token_text)
    table += struct.pack(f"<{len(offsets)}I", *offsets)
    table += struct.pack(f"<{len(marks)}I", *marks)
    table += struct.pack(f"<{NR_TOKENS}H", *token_places)
    table += names + token_text
    return table + bytes(-len(table) % 4)


def write_asm(out, table, count):
    out.write(f"/* Made by kernel/trace/mksyms.py: {count} functions, {len(table)} bytes. */\n")
    out.write('\t.section .ksyms, "a", @progbits\n\t.balign 4\n')
    for i in range(0, len(table), 32):
        words = struct.iter_unpack("<I", table[i:i + 32])
        out.write("\t.long " + ", ".join(f"0x{w:x}" for (w,) in words) + "\n")
    out.write('\t.section .note.GNU-stack, "", @progbits\n')


def main():
    args = sys.argv[1:]
    if args not in ([], ["--raw"]):
        sys.exit(__doc__.strip())
    base, end, symbols = read_symbols(sys.stdin)
    table = build(base, end, symbols)
    if args:
        sys.stdout.buffer.write(table)
    else:
        write_asm(sys.stdout, table, len(symbols))


if __name__ == "__main__":
    main()
