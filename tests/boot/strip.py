# SPDX-License-Identifier: BSD-2-Clause
"""The strip on the top edge of a screenshot, read as a person reads it."""
import time

import qemu
from PIL import Image

# 3 x 5 dots of each digit, row by row
DIGITS = ["####.##.##.####", ".#.##..#..#.###", "###..#####..###", "###..####..####", "#.##.####..#..#",
          "####..###..####", "####..####.####", "###..#..#..#..#", "####.#####.####", "####.####..####"]
RED, WHITE, BLACK = (255, 0, 0), (255, 255, 255), (0, 0, 0)
CELLS = {(0, 255, 0): range(1, 40), (0, 255, 255): range(40, 60), (255, 255, 0): range(60, 80), WHITE: range(80, 100)}


class Strip:
    """number: int or None; stopped: bool; passed: the stages that have a cell"""

    def __init__(self, image):
        self.image = image.convert("RGB")
        self.scale = 2 if self.image.height >= 1600 else 1
        colours = {self.dot(x, y) for x in range(1, 23) for y in range(15)} - {BLACK}
        self.stopped = colours == {RED}
        digits = [self.digit(0), self.digit(1)]
        self.number = None if None in digits or len(colours) != 1 else digits[0] * 10 + digits[1]
        self.passed = [nr for nr in range(100) if nr in CELLS.get(self.dot(28 + 6 * nr + 2, 8), ())]

    def dot(self, x, y):
        return self.image.getpixel((x * self.scale, y * self.scale))

    def digit(self, nr):
        dots = "".join("." if self.dot(2 + 12 * nr + 3 * x, 3 * y + 1) == BLACK else "#"
                       for y in range(5) for x in range(3))
        return DIGITS.index(dots) if dots in DIGITS else None


def on_screen(machine, path, number):
    """The strip, once it shows NUMBER; the serial line is written first at times."""
    for _ in range(qemu.LOOKS):
        machine.screenshot(path)
        with Image.open(path) as image:
            strip = Strip(image)
        if strip.number == number:
            return strip
        time.sleep(0.1)
    raise AssertionError(f"the strip shows {strip.number}, not {number}: {path}")
