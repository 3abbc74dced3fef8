# SPDX-License-Identifier: BSD-2-Clause
"""The boot report: valid JSON of the schema in README.md, true to the log, and a page made of it."""
import json
import os
import re
import subprocess
import sys

import expect
import pytest
import qemu
from PIL import Image

sys.path.insert(0, os.path.join(qemu.ROOT, "tests", "tools"))
import report_html  # noqa: E402
import timeline as timeline_svg  # noqa: E402

KINDS = {			# of values, by their names in the README
    "number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "text": lambda value: isinstance(value, str),
    "hex": lambda value: isinstance(value, str) and re.fullmatch(r"0x[0-9a-f]+|0", value),
    "bool": lambda value: isinstance(value, bool),
}


def read_schema():
    with open(os.path.join(qemu.ROOT, "README.md"), encoding="utf-8") as readme:
        return json.loads(re.search(r"<!-- report -->\n```json\n(.*?)```", readme.read(), re.S).group(1))


SCHEMA = read_schema()


KERNEL_ONLY = ("cpu", "before", "handoff", "screen", "acpi", "pci", "e820", "totals_kib")


def check(value, schema, path="report", without=()):
    if isinstance(schema, dict):
        assert isinstance(value, dict), path
        for key, rest in schema.items():
            if key in without:
                assert key not in value, f"{path}.{key}"
                continue
            assert key in value, f"{path}.{key} is missing"
            check(value[key], rest, f"{path}.{key}", without)
    elif isinstance(schema, list):
        assert isinstance(value, list), path
        for i, entry in enumerate(value):
            check(entry, schema[0], f"{path}[{i}]", without)
    else:
        assert KINDS[schema](value), f"{path} is no {schema}: {value!r}"


def page_of(tmp_path, text):
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    return subprocess.run([sys.executable, os.path.join(qemu.ROOT, "tests", "tools", "report_html.py"), str(path)],
                          check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.mark.parametrize("firmware", ["ovmf", "bios"])
def test_report_on_the_serial_line(boot, tmp_path, firmware):
    words = 'odd=a\\b"c d"ä bootreport=serial monitor.exec=poweroff'
    if firmware == "bios":
        machine = boot(firmware=firmware, kernel=qemu.LANTERN, append=words, memory="256M")
    else:
        machine = boot(cmdline=words, memory="256M")
    assert machine.wait() == "guest-shutdown"
    text = re.search(r"report: begin\n(.*)report: end\n", machine.log, re.S).group(1)
    report = json.loads(text)
    check(report, SCHEMA)
    assert set(report) == set(SCHEMA)		# the README tells of all there is
    ranges = [(int(e["start"], 16), int(e["start"], 16) + int(e["size"], 16), e["type"]) for e in report["memory"]["e820"]]
    assert ranges == expect.MemoryMap(machine.log).ranges
    assert report["memory"]["totals_kib"] == expect.MemoryMap(machine.log).totals
    assert [(s["number"], s["name"]) for s in report["stages"]][-1] == (99, "monitor")
    assert report["handoff"] == {"checked": True, "findings": []}
    assert report["pci"] and report["acpi"] and bool(report["memory"]["efi"]) == (firmware == "ovmf")
    assert report["firmware"]["kind"] == ("uefi" if firmware == "ovmf" else "other")
    page = page_of(tmp_path, text)
    assert "<script" not in page and "http" not in page and report["lantern"]["build"] in page


def volume(tmp_path, cmdline, **files):
    """A FAT image that keeps what is written to it, and how to attach it."""
    image = tmp_path / "esp.img"
    pairs = [f"EFI/BOOT/BOOTX64.EFI={qemu.LANTERN}", f"EFI/BOOT/cmdline.txt=text:{cmdline}"]
    subprocess.run([sys.executable, os.path.join(qemu.ROOT, "esp", "mkesp"), str(image), "16"] + pairs +
                   [f"{name}={path}" for name, path in files.items()], check=True)
    return image, ["-drive", f"if=none,id=esp,format=raw,file={image}"] + qemu.DISKS["ahci"]


def read_file(image, name):
    return subprocess.run(["mtype", "-i", str(image), f"::{name}"], check=True, stdout=subprocess.PIPE, text=True).stdout


def printed(machine):
    return json.loads(re.search(r"report: begin\n(.*)report: end\n", machine.log, re.S).group(1))


def test_report_on_the_volume_it_came_from(boot, tmp_path):
    """Twice the same boot: the file replaces one that was longer, in the root and in a folder."""
    (tmp_path / "old").write_text("x" * 40000)
    image, disk = volume(tmp_path, r'bootreport=\lantern.json bootreport=/EFI/BOOT/new.json bootreport=serial '
                         'monitor.exec=poweroff', **{"lantern.json": tmp_path / "old"})
    machine = boot(lantern_at=None, extra=disk, vga="std", memory="256M")
    assert machine.wait() == "guest-shutdown"
    assert "lantern: warning" not in machine.log
    text, kernels = read_file(image, "lantern.json"), printed(machine)
    report = json.loads(text)
    check(report, SCHEMA, without=KERNEL_ONLY)
    check(json.loads(read_file(image, "EFI/BOOT/new.json")), SCHEMA, without=KERNEL_ONLY)
    assert (report["written_by"], report["complete"], kernels["complete"]) == ("stub", False, True)
    for member in ("schema", "lantern", "door", "firmware", "command_line", "gop_modes", "efi_variables"):
        assert report[member] == kernels[member], member
    assert [s["name"] for s in report["stages"]] == [s["name"] for s in kernels["stages"]][:len(report["stages"])]
    assert report["stages"][-1]["name"] == "boot-report"
    on = [m for m in report["gop_modes"] if m["on"]]
    assert len(report["gop_modes"]) > 5
    assert [(m["width"], m["height"]) for m in on] == [(kernels["screen"]["width"], kernels["screen"]["height"])]
    conventional = [sum(int(e["size"], 16) for e in r["memory"]["efi"] if e["type"] == "Conventional") for r in (report, kernels)]
    assert 0 < conventional[0] and abs(conventional[0] - conventional[1]) < 4 << 20
    page = page_of(tmp_path, text)
    assert "boot-report" in page and report["lantern"]["build"] in page


def test_a_report_that_cannot_be_written_is_a_warning(boot, tmp_path):
    """Every way it can fail on a volume without room, in one boot."""
    image, disk = volume(tmp_path, r"bootreport=lantern.json bootreport=\EFI bootreport=\none\a.json "
                         rf"bootreport=\{'l' * 260} bootreport=\full.json monitor.exec=poweroff")
    free = int(re.search(r"([\d ]+) bytes free", subprocess.run(["mdir", "-i", str(image), "::"], check=True,
                         stdout=subprocess.PIPE, text=True).stdout).group(1).replace(" ", ""))
    (tmp_path / "filler").write_bytes(b"x" * (free - 6144))
    subprocess.run(["mcopy", "-i", str(image), str(tmp_path / "filler"), "::filler"], check=True)
    machine = boot(lantern_at=None, extra=disk, memory="256M")
    assert machine.wait() == "guest-shutdown"
    for said in (r"bootreport=lantern\.json: no absolute path", r"bootreport=\\EFI: a folder",
                 r"bootreport=\\none\\a\.json: EFI_NOT_FOUND", r"bootreport=\\l+: no absolute path, or too long a one",
                 r"bootreport=\\full\.json: EFI_VOLUME_FULL"):
        assert re.search(expect.warning(24, said), machine.log), said
    names = subprocess.run(["mdir", "-b", "-i", str(image), "::"], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert "full.json" not in names		# half a report is none


def test_a_report_to_a_read_only_medium_is_a_warning(boot, tmp_path):
    image, _ = volume(tmp_path, r"bootreport=\lantern.json monitor.exec=poweroff")
    iso = tmp_path / "a.iso"
    subprocess.run(["sh", os.path.join(qemu.ROOT, "esp", "mkiso"), str(iso), str(image), f"README={__file__}"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    machine = boot(cdrom=str(iso), memory="256M")
    assert machine.wait() == "guest-shutdown"
    assert re.search(expect.warning(24, r"bootreport=\\lantern\.json: EFI_WRITE_PROTECTED"), machine.log)


def test_a_report_file_without_uefi_is_a_warning(boot):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append=r"bootreport=\lantern.json monitor.exec=poweroff", memory="128M")
    assert machine.wait() == "guest-shutdown"
    assert re.search(expect.warning(24, "bootreport=: only UEFI firmware writes a file"), machine.log)


# --- what people look at ---

def rendered(page, path, height):
    """A picture of a page, or of an SVG, as a browser shows it."""
    subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1",
                    f"--user-data-dir={path.parent / 'profile'}", f"--screenshot={path}", f"--window-size=1260,{height}",
                    f"file://{page}"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=qemu.HANG)
    with Image.open(path) as image:
        return image.convert("RGB")


def colour(text):
    return tuple(bytes.fromhex(text.lstrip("#")))


def bars(image, wanted):
    """{colour: number of pixels} of the colours wanted that the picture has."""
    return {c: n for n, c in image.getcolors(1 << 24) if c in wanted}


def test_pages_in_a_browser(boot, tmp_path):
    """The page of a report and the time line of the same boot, drawn by a browser: bars of every kind of memory and part."""
    machine = boot(cmdline="timeline bootreport=serial monitor.exec=poweroff", vga="std", memory="256M")
    assert machine.wait() == "guest-shutdown"
    page, log, svg = tmp_path / "report.html", tmp_path / "a.log", tmp_path / "timeline.svg"
    page.write_text(page_of(tmp_path, machine.log), encoding="utf-8")
    image = rendered(page, tmp_path / "report.png", 2400)
    kinds = {e["type"] for e in printed(machine)["memory"]["e820"]}
    assert kinds > {"usable", "reserved"}
    shown = bars(image, {colour(report_html.COLOURS[kind]) for kind in kinds} | {colour(c) for _, name, c in report_html.PARTS})
    for kind in kinds:		# a bar of 44 rows, wide enough to be seen
        assert shown.get(colour(report_html.COLOURS[kind]), 0) > 44 * 5, kind
    for _, name, c in report_html.PARTS:
        assert (shown.get(colour(c), 0) > 12 * 12) == (name != "setup and loader"), name
    rows = [y for y in range(image.height) if image.crop((0, y, image.width, y + 1)).getextrema() != ((255, 255),) * 3]
    assert len(rows) > 1200 and rows[-1] > 2000		# text and tables all the way down

    log.write_text(machine.log, encoding="utf-8")
    svg.write_text(subprocess.run([sys.executable, timeline_svg.__file__, str(log), str(log)], check=True, stdout=subprocess.PIPE,
                                  text=True).stdout, encoding="utf-8")
    image = rendered(svg, tmp_path / "timeline.png", 1500)
    shown = bars(image, {colour(c) for c in timeline_svg.COLOURS})
    assert len(shown) == 2 and min(shown.values()) > 5000		# two boots, one above the other


READ_ALL = "; ".join(f"echo @{name}; busybox cat /proc/boot/{name}" for name in ("timeline", "handoff", "report"))


def test_files_in_proc(boot):
    """Programs read what the monitor shows."""
    initramfs = os.path.join(qemu.BUILD, "tests", "user", "initramfs.cpio")
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="console=ttyS0 quiet init=/bin/sh", memory="256M",
                   extra=["-initrd", initramfs])
    machine.expect("# ")
    machine.send(f"busybox mount -t proc proc /proc; {READ_ALL}; busybox poweroff -f\r")
    assert machine.wait() == "guest-shutdown"
    timeline, handoff, text = re.search(r"^@timeline\n(.*)^@handoff\n(.*)^@report\n({.*}\n)", machine.log, re.S | re.M).groups()
    assert [int(nr) for nr in re.findall(r"^([ \d]\d) [\w-]+ ", timeline, re.M)][-2:] == [94, 98]
    assert handoff == "handoff: clean\n"
    report = json.loads(text)
    check(report, SCHEMA)
    assert (report["stages"][-1]["name"], report["handoff"]["checked"]) == ("init", True)
