#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Write the table of stages, from include/boot/stage.h, into README.md.

    tests/tools/stages_table.py README.md

It stands between the lines <!-- stages --> and <!-- /stages -->.
"""
import os
import re
import sys

HEADER = os.path.join(os.path.dirname(__file__), "..", "..", "include", "boot", "stage.h")
STAGE = re.compile(r'S\( *(\d+), \w+,\s*"([^"]+)",\s*"([^"]+)",\s*\\\s*"([^"]+)"\)')
PLACE = re.compile(r"(?<=<!-- stages -->\n).*?(?=<!-- /stages -->)", re.S)


def stages():
    """[(number, name, what begins, what to try)]"""
    with open(HEADER, encoding="ascii") as file:
        return [(int(nr), *rest) for nr, *rest in STAGE.findall(file.read())]


def table():
    rows = [f"| {nr} | `{name}` | {text} | {hint} |" for nr, name, text, hint in stages()]
    return "\n".join(["| | Stage | What begins there | If it stops there |", "|---:|---|---|---|"] + rows) + "\n"


def in_readme(text):
    return PLACE.search(text).group()


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as readme:
        old = readme.read()
    with open(sys.argv[1], "w", encoding="utf-8") as readme:
        readme.write(PLACE.sub(lambda match: table(), old, count=1))
