# SPDX-License-Identifier: BSD-2-Clause
"""The same bytes start through every door, come to the same kernel, and need no
more instructions for it than the limit allows. What firmware, boot loaders and
other kernels execute is not counted; see count.c.
"""
import fcntl
import hashlib
import json
import os

import doors
import expect
import instructions
import media
import pytest
import qemu
import xxhash

RESULTS = os.path.join(qemu.BUILD, "doors")	# one file for each door, gathered by conftest.py
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))	# the same in all processes of one run
LIMIT = 1.5					# times the instructions of the EFI door, own identity map apart; SAN=1 has none

# Doors that are not open yet, and why. A door that opens must leave this list: its test then fails.
OPEN = {}


def sha256():
    with open(qemu.LANTERN, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def result_file(door):
    return os.path.join(RESULTS, door.name + ".json")


def record(door, **result):
    os.makedirs(RESULTS, exist_ok=True)
    with open(result_file(door), "w", encoding="ascii") as file:
        json.dump(dict(door=door.name, number=doors.DOORS.index(door), title=door.title, sha256=sha256(), run=RUN, **result),
                  file, indent=1)


def boot_through(door, boot, tmp_path):
    """The kernel's log, and the instructions it took."""
    cmdline = f"probe={door.name} nokaslr initrd.verify monitor.exec=\"handoff;poweroff\""
    counts = str(tmp_path / "counts")
    medium = media.Media(tmp_path)
    arguments = door.start(medium, cmdline)
    arguments["extra"] = list(arguments.get("extra", ())) + instructions.plugin(counts)
    machine = qemu.Machine(**{"firmware": "ovmf-4m", **arguments})
    boot.machines.append(machine)		# shown when the test fails, killed at its end
    machine.expect(expect.BANNER)
    if not door.cmdline:
        machine.expect(expect.PROMPT)
        machine.send("handoff\r")
        machine.expect(expect.PROMPT)
        machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"
    log = machine.log[machine.log.rindex(expect.re.search(expect.BANNER, machine.log).group()):]
    if door.cmdline:
        assert cmdline.replace('"', "") in expect.command_line(log).replace('"', "")	# GRUB takes quotes for its own
    if door.initrd:
        with open(medium.initrd, "rb") as file:
            assert expect.INITRD.search(log).group(4) == xxhash.xxh64(file.read()).hexdigest()
    return log, instructions.Count(counts)


def check_handoff(door, log):
    """No mistakes where there are none; a hypervisor's PVH is none of the boot protocol's doors."""
    told = set(expect.re.findall(r"^handoff: (H\d+ [^:]*): ", log, expect.re.M))
    assert told <= door.mistakes and bool(told) == bool(door.mistakes)
    if not told:
        assert f"handoff: {'no record of' if door.enters == doors.PVH else 'clean'}" in log


def pass_through(door, boot, tmp_path):
    """Everything that is true of every door; returns its instructions, identity map apart."""
    record(door, result="fails")
    log, count = boot_through(door, boot, tmp_path)
    assert expect.door(log).startswith(door.enters + ",") and f"started by {door.loader}" in expect.door(log)
    expect.MemoryMap(log).check()
    check_handoff(door, log)
    record(door, result="passes", instructions=count.total, identity_map=count.identity_map, line=expect.door(log),
           functions=count.by_name())
    return count.total - count.identity_map


def efi_door(boot, tmp_path):
    """Instructions of the EFI door: measured here, or by the other process that tests doors at the same time."""
    door = doors.DOORS[0]
    os.makedirs(RESULTS, exist_ok=True)
    with open(os.path.join(RESULTS, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            with open(result_file(door), encoding="ascii") as file:
                result = json.load(file)
            if result["run"] == RUN and result["result"] == "passes":
                return result["instructions"] - result["identity_map"]
        except (OSError, ValueError, KeyError):
            pass
        (tmp_path / door.name).mkdir()
        return pass_through(door, boot, tmp_path / door.name)


def parameter(door):
    marks = [pytest.mark.xfail(strict=True, reason=OPEN[door.name])] if door.name in OPEN else []
    return pytest.param(door, id=door.name, marks=marks)


@pytest.mark.parametrize("door", map(parameter, doors.DOORS))
def test_door(door, boot, tmp_path):
    efi = efi_door(boot, tmp_path)
    if door is doors.DOORS[0]:
        return
    try:
        own = pass_through(door, boot, tmp_path)
    except doors.Unusable as why:
        record(door, result=f"not tested: {why}")
        pytest.skip(str(why))
    assert own <= LIMIT * efi or qemu.is_sanitized(), f"{own} instructions, the EFI door {efi}"
