# SPDX-License-Identifier: BSD-2-Clause
"""The screen: pixels compared, not looked at."""
import expect
import pytest
from PIL import Image


def picture(boot, tmp_path, name, **kwargs):
    """Boot to the prompt with a display, return the screen's pixels."""
    machine = boot(vga="std", **kwargs)
    machine.expect(expect.BANNER)
    machine.expect(expect.PROMPT)
    path = tmp_path / f"{name}.png"
    machine.screenshot(path)
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"
    with Image.open(path) as image:
        return image.convert("RGB")


def text_pixels(image):
    return sum(count for count, colour in image.getcolors(1 << 24) if max(colour) > 100)


def test_screen_shows_text(boot, tmp_path):
    image = picture(boot, tmp_path, "plain", cmdline="deterministic")
    colours = dict((colour, count) for count, colour in image.getcolors(1 << 24))
    assert len(colours) > 1, "the screen is one colour"
    background = max(colours, key=colours.get)
    assert max(background) < 100, "the background is not dark"
    # several lines of text, not only a cursor or a strip
    assert text_pixels(image) > 2000


def test_pixel_formats_give_the_same_picture(boot, tmp_path):
    """BGR as the firmware says it, and the same layout said with bit masks."""
    pictures = [picture(boot, tmp_path, gop, saboteur=[f"gop={gop} -- deterministic"]) for gop in ("bgr", "mask")]
    assert pictures[0].tobytes() == pictures[1].tobytes()


@pytest.mark.parametrize("gop", ["base0", "pitch"])
def test_impossible_graphics_mode_is_not_used(boot, gop):
    machine = boot(vga="std", saboteur=[f"gop={gop} -- efi=debug monitor.exec=poweroff"])
    assert machine.wait() == "guest-shutdown"
    assert "no framebuffer" in machine.log
