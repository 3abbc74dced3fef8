#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Draw the time line of a boot, or of two in one picture, from what the serial line said.

    tests/tools/timeline.py LOG [LOG] > timeline.svg

A log is all of it or any part that has the "stage:" lines; with `timeline` on the
command line it also tells of firmware and loader.
"""
import html
import os
import re
import sys

STAGE = re.compile(r"^stage: +(\d+) (\S+) +at +(\d+) us, took +(\d+) us\s*$", re.M)
BEFORE = re.compile(r"^before: (.*?)\s*$", re.M)
BUILD = re.compile(r"^Lantern \S+ \(build (\w+)\)", re.M)

ROW, BAR, LEFT, WIDTH, RIGHT, HEAD = 18, 12, 190, 900, 130, 60
COLOURS = ("#3b6ea5", "#d08030")


class Boot:
    def __init__(self, name, text):
        self.name = name
        self.stages = [(int(nr), stage, int(at), int(took)) for nr, stage, at, took in STAGE.findall(text)]
        if not self.stages:
            sys.exit(f"{name}: no stages with times in it (deterministic prints none)")
        build = BUILD.findall(text)
        self.title = f"{name}, build {build[-1]}" if build else name
        self.before = BEFORE.findall(text)
        self.end = max(at + took for _, _, at, took in self.stages)


def rows(boots):
    """Stages of all boots, in the order of the first; those only a later one has, where they were in it."""
    order = []
    for boot in boots:
        after = 0
        for stage in ((nr, name) for nr, name, _, _ in boot.stages):
            if stage in order:
                after = order.index(stage) + 1
            else:
                order.insert(after, stage)
                after += 1
    return order


def text(x, y, content, extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {extra}>{html.escape(content)}</text>'


def svg(boots):
    order = rows(boots)
    step = ROW if len(boots) == 1 else 2 * ROW - 4
    notes = [f"{boot.name}: {line}" if len(boots) > 1 else line for boot in boots for line in boot.before]
    height = HEAD + step * len(order) + 30 + 16 * len(notes)
    end = max(max(boot.end for boot in boots), 1)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{height}" '
           'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="white"/>']
    for i, boot in enumerate(boots):
        out.append(text(10, 18 + 16 * i, f"{boot.title}: {boot.end} us", f'fill="{COLOURS[i]}" font-weight="bold"'))
    for tick in range(11):
        x = LEFT + WIDTH * tick / 10
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{HEAD - 6}" y2="{HEAD + step * len(order)}" stroke="#ddd"/>')
        out.append(text(x, HEAD - 10, f"{end * tick // 10}", 'text-anchor="middle" fill="#666" font-size="10"'))
    for row, (nr, name) in enumerate(order):
        y = HEAD + step * row
        out.append(text(10, y + BAR, f"{nr:2} {name}"))
        for i, boot in enumerate(boots):
            for at, took in [(at, took) for n, s, at, took in boot.stages if (n, s) == (nr, name)]:
                x, width = LEFT + WIDTH * at / end, max(WIDTH * took / end, 1)
                top = y + 2 + i * (BAR + 2)
                out.append(f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{BAR}" fill="{COLOURS[i]}">'
                           f'<title>{nr} {html.escape(name)}: at {at} us, took {took} us</title></rect>')
                out.append(text(x + width + 4, top + BAR - 2, f"{took}", f'fill="{COLOURS[i]}" font-size="10"'))
    for i, line in enumerate(notes):
        out.append(text(10, HEAD + step * len(order) + 24 + 16 * i, line, 'fill="#444"'))
    return "\n".join(out + ["</svg>"]) + "\n"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    boots = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8", errors="replace") as log:
            boots.append(Boot(os.path.basename(path), log.read()))
    sys.stdout.write(svg(boots))


if __name__ == "__main__":
    main()
