# SPDX-License-Identifier: BSD-2-Clause
"""The time line: a stamp for each stage, firmware and loader before them, the chart,
and the picture made of the serial record.
"""
import os
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as xml

import expect
import qemu

ROW = re.compile(r"^([ \d]\d) (\S+) +(\d+) +(\d+) ( *#+)$", re.M)
RECORD = re.compile(r"^stage: +(\d+) \S+ +at +(\d+) us, took +(\d+) us$", re.M)
FBPT_AT = 0x0a000000
STAMPS = [1_500_000, 0, 42_000_000, 43_000_000, 44_000_000]	# ns
LOADER_GUID = "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"


def chart(log):
    return [(int(nr), name, int(at), int(took), bar) for nr, name, at, took, bar in ROW.findall(log)]


def check_chart(rows, log):
    assert [(nr, at, took) for nr, _, at, took, _ in rows] == [tuple(map(int, row)) for row in RECORD.findall(log)]
    assert [name for _, name, *_ in rows] == [expect.STAGES[nr] for nr, *_ in rows]
    for (_, _, at, took, bar), (_, _, following, _, _) in zip(rows, rows[1:]):
        assert abs(at + took - following) <= 1
    assert all(len(bar) <= 35 for *_, bar in rows)
    starts = [len(bar) - len(bar.lstrip()) for *_, bar in rows]
    assert starts == sorted(starts) and starts[-1] > 20


def test_chart_on_the_command_line_and_at_the_monitor(boot):
    machine = boot(cmdline="timeline monitor.exec=\"timeline;poweroff\"", memory="256M")
    assert machine.wait() == "guest-shutdown"
    first, second = expect.from_stub(machine.log).split("lantern> timeline")
    assert chart(first) == chart(second)
    rows = chart(second)
    check_chart(rows, machine.log)
    assert [nr for nr, *_ in rows][:4] == [1, 2, 3, 4] and [nr for nr, *_ in rows][-1] == 99
    before = int(re.search(r"^before: our first instruction at (\d+) us", second, re.M).group(1))
    assert before > rows[-1][2], "the firmware took no time"


def test_stamps_of_firmware_from_the_fpdt(boot, tmp_path):
    """A table in which a pointer leads to the stamps, as firmware makes it."""
    fpdt, fbpt = tmp_path / "fpdt", tmp_path / "fbpt"
    fpdt.write_bytes(struct.pack("<HBBIQ", 0, 16, 1, 0, FBPT_AT))
    fbpt.write_bytes(b"FBPT" + struct.pack("<IHBBI5Q", 56, 2, 48, 2, 0, *STAMPS))
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="monitor.exec=\"timeline;poweroff\"", memory="256M",
                   extra=["-acpitable", f"sig=FPDT,rev=1,data={fpdt}",
                          "-device", f"loader,file={fbpt},addr={FBPT_AT:#x},force-raw=on"])
    assert machine.wait() == "guest-shutdown"
    assert "before: firmware began at 1500 us, started a program at 42000 us (FPDT)\n" in machine.log
    assert "before: ExitBootServices from 43000 to 44000 us (FPDT)\n" in machine.log
    rows = chart(machine.log)
    check_chart(rows, machine.log)
    assert rows[0][0] == 40


def test_an_fpdt_that_leads_nowhere_is_named(boot, tmp_path):
    fpdt = tmp_path / "fpdt"
    fpdt.write_bytes(struct.pack("<HBBIQ", 0, 16, 1, 0, 0x0000700000000000))
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="monitor.exec=\"timeline;poweroff\"", memory="256M",
                   extra=["-acpitable", f"sig=FPDT,rev=1,data={fpdt}"])
    assert machine.wait() == "guest-shutdown"
    assert re.search(expect.warning(85, "FPDT: no time stamps of the firmware at 0x700000000000"), machine.log)


def test_times_of_the_loader_from_its_variables(boot):
    def variable(name, text):
        return f"setvar {name} -guid {LOADER_GUID} -bs -rt =L\"{text}\""

    machine = boot(shell=[variable("LoaderTimeInitUSec", "1234567"), variable("LoaderTimeExecUSec", "2345678"),
                          "fs0:\\lantern.efi monitor.exec=\"timeline;poweroff\""], memory="256M")
    assert machine.wait() == "guest-shutdown"
    assert "before: loader from 1234567 to 2345678 us (LoaderTimeInitUSec, -ExecUSec)\n" in machine.log


def test_the_picture_of_one_boot_and_of_two(boot, tmp_path):
    logs = []
    for name in ("first.log", "second.log"):
        machine = boot(firmware="bios", kernel=qemu.LANTERN, append="timeline monitor.exec=poweroff", memory="256M")
        assert machine.wait() == "guest-shutdown"
        (tmp_path / name).write_text(machine.log, encoding="utf-8")
        logs.append(str(tmp_path / name))
    tool = os.path.join(qemu.ROOT, "tests", "tools", "timeline.py")
    for files in (logs[:1], logs):
        svg = subprocess.run([sys.executable, tool] + files, check=True, stdout=subprocess.PIPE).stdout
        root = xml.fromstring(svg)
        bars = [rect for rect in root.iter("{http://www.w3.org/2000/svg}rect") if rect.find("{http://www.w3.org/2000/svg}title") is not None]
        assert len(bars) == sum(len(RECORD.findall(open(file, encoding="utf-8").read())) for file in files)
        assert len({bar.get("fill") for bar in bars}) == len(files)
        width = float(root.get("width"))
        assert all(0 <= float(bar.get("x")) and float(bar.get("x")) + float(bar.get("width")) <= width for bar in bars)
