# SPDX-License-Identifier: BSD-2-Clause
"""The same bytes start through every door and come to the same kernel."""
import hashlib
import json
import os

import doors
import expect
import instructions
import media
import pytest
import qemu

RESULTS = os.path.join(qemu.BUILD, "doors")	# one file for each door, gathered by conftest.py

# Doors that are not open yet. A door that opens must leave this list.
OPEN = {}


def sha256():
    with open(qemu.LANTERN, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def record(door, **result):
    os.makedirs(RESULTS, exist_ok=True)
    with open(os.path.join(RESULTS, door.name + ".json"), "w", encoding="ascii") as file:
        json.dump(dict(door=door.name, title=door.title, sha256=sha256(), **result), file)


def boot_through(door, boot, tmp_path):
    """The kernel's log, and the instructions it took."""
    cmdline = f"probe={door.name} nokaslr monitor.exec=poweroff"
    arguments = door.start(media.Media(tmp_path), cmdline)
    counts = str(tmp_path / "counts")
    arguments["extra"] = list(arguments.get("extra", ())) + instructions.plugin(counts)
    machine = qemu.Machine(**arguments)
    boot.machines.append(machine)		# shown when the test fails, killed at its end
    machine.expect(expect.BANNER)
    if not door.cmdline:
        machine.expect(expect.PROMPT)
        machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"
    log = machine.log[machine.log.rindex(expect.re.search(expect.BANNER, machine.log).group()):]
    if door.cmdline:
        assert cmdline in expect.command_line(log)
    return log, instructions.Count(counts)


@pytest.mark.parametrize("door", [
    pytest.param(door, id=door.name, marks=[pytest.mark.xfail(strict=True, reason=OPEN[door.name])] if door.name in OPEN else [])
    for door in doors.DOORS])
def test_door(door, boot, tmp_path):
    record(door, result="fails")
    try:
        log, count = boot_through(door, boot, tmp_path)
    except doors.Unusable as why:
        record(door, result=f"not tested: {why}")
        pytest.skip(str(why))
    line = expect.door(log)
    expect.MemoryMap(log).check()
    record(door, result="fails", instructions=count.total, line=line,
           functions={f"{kind} {name}": n for (kind, name), n in sorted(count.by_function.items(), key=lambda x: -x[1])})
    assert line.startswith(door.enters) and f"started by {door.loader}" in line
    record(door, result="passes", instructions=count.total, line=line,
           functions={f"{kind} {name}": n for (kind, name), n in sorted(count.by_function.items(), key=lambda x: -x[1])})
