#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make the table of source lines that kernel/trace/klines.c reads.

usage: readelf -W --debug-dump=decodedline vmlinux | mklines.py BASE > klines.S

BASE is the address of _text. Written is an assembly file with the table in
section .klines: u32 number of rows, u32 reserved; for each row u32 offset from
_text, u16 file, u16 line, rising; a row counts up to the next one, line 0 is no
code of ours; then for each file u32 place of its name, from the table's start.
Equal input gives equal output.
"""
import re
import sys

PATH = re.compile(r"^(?:CU: )?(?:\./)?(\S+):(?:\[\+\+\])?$")
ROW = re.compile(r"^\S+\s+(\d+|-)\s+(0x[0-9a-f]+)(.*)$")


def read_rows(lines):
    """Return {address: (path, line)}; of several rows for one address the last counts."""
    rows, path = {}, "?"
    for line in lines:
        row = ROW.match(line)
        if row:
            if row.group(1) == "-":		# the end of a sequence: another may begin there
                rows.setdefault(int(row.group(2), 16), (path, 0))
            elif " x" in row.group(3) or int(row.group(2), 16) not in rows:
                rows[int(row.group(2), 16)] = (path, min(int(row.group(1)), 0xffff))
        elif PATH.match(line):
            path = PATH.match(line).group(1)
    return rows


def main():
    base = int(sys.argv[1], 16)
    rows, files, table = read_rows(sys.stdin), {}, []
    for address in sorted(a for a in rows if a >= base):
        path, line = rows[address]
        row = (files.setdefault(path, len(files)), line)
        if not table or table[-1][1:] != row:
            table.append((address - base,) + row)
    out = sys.stdout
    out.write('\t.section .klines, "a", @progbits\n\t.balign 8\nklines:\n')
    out.write(f"\t.long {len(table)}, {len(files)}\n")
    for offset, file, line in table:
        out.write(f"\t.long {offset:#x}, {line << 16 | file:#x}\n")
    for nr in range(len(files)):
        out.write(f"\t.long .Lname{nr} - klines\n")
    for nr, path in enumerate(files):
        out.write(f'.Lname{nr}:\t.asciz "{path}"\n')
    out.write('\t.section .note.GNU-stack, "", @progbits\n')


if __name__ == "__main__":
    main()
