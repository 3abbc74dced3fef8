# SPDX-License-Identifier: BSD-2-Clause
"""Screens of all sizes and kinds: every pixel below the strip is compared with a
picture of what the serial line said, colours and cursor included.

Sizes that the video BIOS has are set by it and looked at by screenshot. The others,
1366x768 among them, are told to the kernel by a loader that gdb changes boot_params for;
what it paints is then read from the memory of the graphics card.
"""
import os
import re
import struct
import subprocess
import time

import expect
import pytest
import qemu
import screentext
from PIL import Image, ImageChops
from screentext import below_the_strip, compare, said

CARD = ["-device", "VGA,id=card,vgamem_mb=64"]
SCRIPT = 'deterministic nokaslr monitor.exec="map"'
LFB_WIDTH, LFB_BASE, LFB_LINELENGTH, MASKS = 0x12, 0x18, 0x24, 0x26
BGR, RGB = (8, 16, 8, 8, 8, 0, 0, 0), (8, 0, 8, 8, 8, 16, 0, 0)		# red is at bit 16 or at 0


@pytest.mark.parametrize("options, size, font, rotate", [
    ("video=640x480", (640, 480), 16, 0),
    ("vga=0x318", (1024, 768), 16, 0),			# 24 bits a pixel
    ("vga=0x317", (1024, 768), 16, 0),			# 16
    ("video=2560x1600", (2560, 1600), 32, 0),
    ("video=3840x2160", (3840, 2160), 32, 0),
    ("video=1280x800 fbcon=font:TER16x32", (1280, 800), 32, 0),
    ("video=3840x2160 fbcon=rotate:2", (3840, 2160), 32, 2),
    ("video=1280x800 fbcon=rotate:1", (1280, 800), 16, 1),
    ("video=1280x800 fbcon=rotate:3,font:16x32", (1280, 800), 32, 3),
])
def test_screen_shows_what_the_serial_line_says(boot, tmp_path, options, size, font, rotate):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", append=f"{SCRIPT} {options}", extra=CARD)
    text = said(machine)
    want = screentext.picture(text, *size, font=font, rotate=rotate)

    def look():
        with Image.open(machine.screenshot(tmp_path / "screen.png")) as image:
            return below_the_strip(image.convert("RGB"))

    if options == "vga=0x317":			# five and six bits of each colour: QEMU makes eight of them
        want = Image.merge("RGB", [part.point(lambda v, n=n: v >> n) for part, n in zip(want.split(), (3, 2, 3))])
        compare(lambda: Image.merge("RGB", [part.point(lambda v, n=n: v >> n) for part, n in
                                            zip(look().split(), (3, 2, 3))]), want)
    else:
        compare(look, want)


# ------------------------------------------------------- what the loader says of it is changed

@pytest.fixture(scope="module")
def entry_point(shared_boot):
    """Physical address of startup_64, the same at each boot of this machine."""
    symbols = subprocess.run(["nm", qemu.VMLINUX], check=True, stdout=subprocess.PIPE, text=True).stdout
    values = {name: int(value, 16) for value, _, name in re.findall(r"^(\w+) (\w) (\w+)$", symbols, re.M)}
    machine = shared_boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", extra=CARD,
                          append='deterministic nokaslr vga=0x318 monitor.exec="poweroff"')
    assert machine.wait() == "guest-shutdown"
    return expect.placement(machine.log)[0] + values["startup_64"] - values["_text"]


@pytest.fixture
def at_kernel_entry(boot, entry_point):
    def start(options=""):
        machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", append=f"{SCRIPT} vga=0x318 {options}",
                       extra=CARD, gdb=True, fatal=())
        machine.gdb.run_to(entry_point)
        return machine, machine.gdb.registers()["rsi"]
    return start


def change_screen(machine, params, width, height, depth, pitch, masks):
    machine.gdb.write(params + LFB_WIDTH, struct.pack("<HHH", width, height, depth))
    machine.gdb.write(params + LFB_LINELENGTH, struct.pack("<H8B", pitch, *masks))


@pytest.mark.parametrize("size, depth, masks, options, rotate", [
    ((1366, 768), 32, BGR, "", 0),
    ((1366, 768), 32, RGB, "", 0),
    ((1366, 768), 24, BGR, "", 0),
    ((1366, 768), 24, RGB, "", 0),
    ((2560, 1600), 24, RGB, "", 0),
    ((3840, 2160), 32, RGB, "", 0),
    ((3840, 2160), 24, BGR, "", 0),
    ((800, 1280), 32, BGR, "fbcon=rotate:3", 3),	# a tablet
])
def test_memory_of_a_screen_no_video_bios_has(at_kernel_entry, tmp_path, size, depth, masks, options, rotate):
    machine, params = at_kernel_entry(options)
    base, = struct.unpack("<I", machine.gdb.read(params + LFB_BASE, 4))
    pitch = size[0] * depth // 8 + (24 if depth == 24 else 64)		# a row is followed by something
    change_screen(machine, params, *size, depth, pitch, masks)
    machine.gdb.go()
    want = screentext.picture(said(machine), *size, rotate=rotate)

    def look():
        machine.qmp("pmemsave", val=base, size=pitch * size[1], filename=str(tmp_path / "memory"))
        mode = {32: "RGBX" if masks == RGB else "BGRX", 24: "RGB" if masks == RGB else "BGR"}[depth]
        image = Image.frombytes("RGB", size, (tmp_path / "memory").read_bytes(), "raw", mode, pitch)
        return below_the_strip(image)

    compare(look, want)
    look().save(tmp_path / "screen.png")


@pytest.mark.parametrize("change, said_of_it", [
    (lambda w: w(LFB_BASE, "<I", 0), "its address is 0"),
    (lambda w: w(LFB_LINELENGTH, "<H", 1000), "a row of pixels is longer than its pitch"),
    (lambda w: w(0x16, "<H", 12), "its depth is not 15, 16, 24 or 32 bits"),
    (lambda w: w(0x16, "<H", 8), "its depth is not 15, 16, 24 or 32 bits"),
    (lambda w: w(MASKS, "<8B", 8, 16, 8, 16, 8, 0, 0, 0), "its colour masks overlap or do not fit the depth"),
    (lambda w: w(MASKS, "<8B", 8, 20, 8, 8, 8, 0, 0, 0), "its colour masks overlap or do not fit the depth"),
    (lambda w: w(LFB_WIDTH, "<HH", 3, 200), "has no room for text"),
], ids=["base-0", "pitch", "depth-12", "depth-8", "masks-overlap", "masks-outside", "three-pixels-wide"])
def test_a_screen_that_cannot_be_is_left_out_and_told(at_kernel_entry, change, said_of_it):
    machine, params = at_kernel_entry()
    change(lambda offset, layout, *values: machine.gdb.write(params + offset, struct.pack(layout, *values)))
    machine.gdb.go()
    machine.expect(rf"lantern: warning \d+ console: [^\n]*{said_of_it}")
    machine.expect("the books balance\n")
    machine.expect(expect.PROMPT)


# --------------------------------------------------------- what a loader says from the start

def loader_with_screen(boot, address, **kwargs):
    machine = boot(files={"EFI/BOOT/BOOTX64.EFI": os.path.join(qemu.BUILD, "tests", "loader.efi")},
                   lantern_at="lantern.efi", **kwargs)
    machine.expect("loader> ")
    machine.send(f"screen={address:#x} -- {SCRIPT}\r")
    return machine


def test_a_framebuffer_above_4_gib_is_used(boot, tmp_path):
    """RAM stands in for the card: nobody else gets it, and what is painted there is the picture."""
    base = 0x140000000
    machine = loader_with_screen(boot, base, memory="6G")
    want = screentext.picture(said(machine), 1024, 768)

    def look():
        machine.qmp("pmemsave", val=base, size=4096 * 768, filename=str(tmp_path / "memory"))
        return below_the_strip(Image.frombytes("RGB", (1024, 768), (tmp_path / "memory").read_bytes(), "raw", "BGRX", 4096))

    compare(look, want)


@pytest.mark.parametrize("address, said_of_it", [
    (0x7f0000000000, "is outside physical memory"),		# of a CPU with 40 bits
    (1 << 52, "it lies beyond physical memory"),
])
def test_a_framebuffer_no_cpu_can_reach_is_left_out_and_told(boot, address, said_of_it):
    machine = loader_with_screen(boot, address)
    machine.expect(rf"lantern: warning \d+ console: [^\n]*{said_of_it}")
    machine.expect(expect.PROMPT)


# ----------------------------------------------------------------------------- while it runs

def test_shift_page_up_scrolls_back_and_a_key_returns(boot, tmp_path):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", append=f"{SCRIPT} video=640x480", extra=CARD)
    text = said(machine)
    now = screentext.picture(text, 640, 480)

    def look():
        with Image.open(machine.screenshot(tmp_path / "screen.png")) as image:
            return below_the_strip(image.convert("RGB"))

    def press(*keys):
        machine.qmp("send-key", keys=[{"type": "qcode", "data": key} for key in keys])

    compare(look, now)
    press("shift", "pgup")
    rows = screentext.cells(text, 80, 10000)[0]
    back = "\n".join("".join(character for character, _, _ in line) for line in rows[:-14])
    plain = screentext.picture(back, 640, 480).convert("L").point(lambda level: 255 if level > 100 else 0)
    for _ in range(qemu.LOOKS):				# the cursor is not shown, colours are another test's
        got = look()
        shown = got.crop((0, 0, 640, 15 * 16)).convert("L").point(lambda level: 255 if level > 100 else 0)
        if not ImageChops.difference(shown, plain.crop((0, 0, 640, 15 * 16))).getbbox():
            break
        time.sleep(0.1)
    else:
        raise AssertionError("Shift-PgUp does not show what was there half a screen ago")
    press("shift", "pgdn")
    compare(look, now)
