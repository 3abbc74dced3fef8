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


def check(value, schema, path="report"):
    if isinstance(schema, dict):
        assert isinstance(value, dict), path
        for key, rest in schema.items():
            assert key in value, f"{path}.{key} is missing"
            check(value[key], rest, f"{path}.{key}")
    elif isinstance(schema, list):
        assert isinstance(value, list), path
        for i, entry in enumerate(value):
            check(entry, schema[0], f"{path}[{i}]")
    else:
        assert KINDS[schema](value), f"{path} is no {schema}: {value!r}"


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
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    page = subprocess.run([sys.executable, os.path.join(qemu.ROOT, "tests", "tools", "report_html.py"), str(path)],
                          check=True, stdout=subprocess.PIPE, text=True).stdout
    assert "<script" not in page and "http" not in page and report["lantern"]["build"] in page


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
