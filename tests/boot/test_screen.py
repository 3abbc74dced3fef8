# SPDX-License-Identifier: BSD-2-Clause
"""The screen: pixels compared, not looked at."""
import io
import re
import shutil
import subprocess
import time

import expect
import pytest
import qemu
import screentext
from PIL import Image


def look(machine, path):
    with Image.open(machine.screenshot(path)) as image:
        return image.convert("RGB")


def text_pixels(image):
    return sum(count for count, colour in image.getcolors(1 << 24) if max(colour) > 100)


def test_screen_shows_text(boot, tmp_path):
    machine = boot(vga="std", cmdline="deterministic")
    machine.expect(expect.BANNER)
    machine.expect(expect.PROMPT)
    image = look(machine, tmp_path / "plain.png")
    colours = dict((colour, count) for count, colour in image.getcolors(1 << 24))
    assert len(colours) > 1, "the screen is one colour"
    background = max(colours, key=colours.get)
    assert max(background) < 100, "the background is not dark"
    # several lines of text, not only a cursor or a strip
    assert text_pixels(image) > 2000


@pytest.mark.parametrize("gop", ["bgr", "mask", "rgb"])
def test_red_and_blue_are_where_the_firmware_says(boot, tmp_path, gop):
    """QEMU's pixels are BGR, said as such or with bit masks; a kernel told RGB must show the same text with both exchanged."""
    machine = boot(vga="std", saboteur=[f'gop={gop} -- deterministic monitor.exec="map"'])
    text = screentext.said(machine)
    want = screentext.picture(text, *look(machine, tmp_path / "first.png").size)
    if gop == "rgb":
        red, green, blue = want.split()
        want = Image.merge("RGB", (blue, green, red))
    screentext.compare(lambda: screentext.below_the_strip(look(machine, tmp_path / "screen.png")), want)


@pytest.mark.parametrize("gop", ["base0", "pitch"])
def test_impossible_graphics_mode_is_not_used(boot, gop):
    machine = boot(vga="std", saboteur=[f"gop={gop} -- efi=debug monitor.exec=poweroff"])
    assert machine.wait() == "guest-shutdown"
    assert "no framebuffer" in machine.log


def vga_text(machine, path, cols=80, lines=25):
    """The characters in the memory of a VGA text screen, line by line."""
    machine.qmp("pmemsave", val=0xb8000, size=2 * cols * lines, filename=str(path))
    text = path.read_bytes()[::2].decode("cp437")
    return [text[i:i + cols].rstrip() for i in range(0, cols * lines, cols)]


@pytest.fixture
def grub_text_iso(tmp_path):
    """A CD whose GRUB, for BIOS, starts Lantern by the 32-bit protocol in text mode."""
    folder = tmp_path / "grub-text"
    grub = folder / "cd" / "boot" / "grub"
    grub.mkdir(parents=True)
    shutil.copy(qemu.LANTERN, folder / "cd" / "lantern.efi")
    (grub / "grub.cfg").write_text("terminal_output console\nset gfxpayload=text\nclear\necho started by grub\n"
                                   "linux /lantern.efi deterministic\nboot\n", encoding="ascii")
    subprocess.run(["grub-mkrescue", "-d", "/usr/lib/grub/i386-pc", "-o", str(folder / "grub.iso"),
                    str(folder / "cd")], check=True, stderr=subprocess.DEVNULL)
    return str(folder / "grub.iso")


def test_text_screen_shows_the_end_of_the_log(boot, tmp_path, grub_text_iso):
    machine = boot(firmware="bios", cdrom=grub_text_iso, vga="std")
    machine.expect(expect.BANNER)
    machine.expect(expect.PROMPT)
    log = [line[i:i + 80].rstrip() for line in machine.log.split("\n") for i in range(0, max(len(line), 1), 80)]
    for _ in range(qemu.LOOKS):			# the serial line is written first
        shown = vga_text(machine, tmp_path / "text")
        if shown == log[-25:]:
            break
        time.sleep(0.1)
    assert shown == log[-25:]
    machine.screenshot(tmp_path / "text.png")
    with Image.open(tmp_path / "text.png") as image:
        assert image.size == (720, 400)
        assert text_pixels(image.convert("RGB")) > 2000


CELL = 8 * 16


def coloured_cells(text):
    """{background: cells} of text with SGR sequences; lines without one do not count."""
    cells, background = {}, 0
    for sequence, plain in re.findall(r"\x1b\[([0-9;]*)m([^\x1b\n]*)", text):
        background = next((int(code) - 40 for code in sequence.split(";") if code[:1] == "4" and len(code) == 2), 0)
        cells[background] = cells.get(background, 0) + len(plain)
    return cells


def test_the_bar_of_memory_has_its_colours_on_screen_and_serial_line(boot, tmp_path):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="vga=0x318 nokaslr", vga="std", memory="256M")
    machine.expect(expect.PROMPT)
    machine.serial.logfile_read = raw = io.StringIO()	# with the escape sequences
    machine.send("map\r")
    machine.expect("memory: the books balance\n")
    machine.expect(expect.PROMPT)
    bar = machine.before
    assert max(len(line) for line in bar.split("\n")) <= 80
    legend = dict((name, int(kib)) for name, kib in re.findall(r" \S {2}(\S.{18}) +(\d+) KiB", bar))
    legend = {name.strip(): kib for name, kib in legend.items()}
    assert legend["kernel"] == sum(int(kib) for kib in re.findall(r"memory: kernel \w+ +(\d+) KiB", machine.log))
    for name, line in (("free", "free"), ("free, not touched", "free, not initialised yet"), ("struct pages", "struct pages"),
                       ("tables of the boot", "page tables of the boot")):
        assert legend[name] == int(re.search(rf"memory: {line} +(\d+) KiB", machine.log).group(1)), name

    cells = coloured_cells(raw.getvalue().split("the books balance")[1])
    assert len(cells) > 5 and min(cells.values()) >= 3
    pixels = {}
    for _ in range(qemu.LOOKS):				# the serial line is written first, and no look is taken at once
        before = pixels
        machine.screenshot(tmp_path / "bar.png")
        with Image.open(tmp_path / "bar.png") as image:
            pixels = dict((colour, count) for count, colour in image.convert("RGB").getcolors(1 << 24))
        if pixels == before and pixels.get(screentext.PALETTE[4], 0) and \
                pixels.get(screentext.PALETTE[2], 0) >= cells[2] * CELL / 2:
            break
        time.sleep(0.1)
    for background, nr in cells.items():
        shown = pixels[screentext.PALETTE[background]]
        assert nr * CELL * 0.5 < shown, f"background {background}"	# letters take their part of each cell
        if background not in (0, 7):			# these are colours of plain text, too
            assert shown <= nr * CELL, f"background {background}"
