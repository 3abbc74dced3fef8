# SPDX-License-Identifier: BSD-2-Clause
"""Static programs do on Lantern what they do on Linux: same output, same end.

Each of tests/user/*.c is run on this machine, and all of them by tests/user/init.c
as PID 1 of a machine that Lantern runs. What they print must be equal. So it is with
the scripts *.sh, run by busybox, and *.bash.
"""
import difflib
import functools
import glob
import os
import re
import subprocess
import tempfile
import threading

import pytest

import qemu

USER = os.path.join(qemu.BUILD, "tests", "user")
INITRAMFS = os.path.join(USER, "initramfs.cpio")
SOURCES = os.path.join(qemu.ROOT, "tests", "user")
MARK = b"\0that is all\0"
SHELLS = {".sh": ["/bin/busybox", "sh"], ".bash": ["/bin/bash-static"]}
PROGRAMS = sorted(os.path.basename(path)[:-2] for path in glob.glob(os.path.join(SOURCES, "*.c"))
                  if not path.endswith("/init.c"))
SCRIPTS = sorted(name for name in os.listdir(SOURCES) if os.path.splitext(name)[1] in SHELLS)
MACHINES = {			# what differs between the machines all programs run on
    "1 CPU": dict(smp=1, memory="256M"),
    "4 CPUs": dict(smp=4, memory="512M"),
    "2 CPUs with page-table isolation": dict(smp=2, memory="256M", words=" pti=on"),
}


def read_all(master, slave, child):
    """All that a program writes to its terminal. Its end is marked: Linux may lose the last of it when nobody is there any more."""
    def mark():
        child.wait()
        os.write(slave, MARK)

    threading.Thread(target=mark, daemon=True).start()
    data = b""
    while not data.endswith(MARK):
        data += os.read(master, 65536)
    return data[:-len(MARK)]


@functools.lru_cache(maxsize=None)
def on_linux(name):
    """Return (output, how it ended) of a program on this machine, with a terminal for its output as there."""
    master, slave = os.openpty()
    shell = SHELLS.get(os.path.splitext(name)[1], [])
    path = os.path.join(SOURCES, name) if shell else os.path.join(USER, "bin", name)
    applets = os.path.join(USER, "root", "bin")
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen(shell + [path], cwd=folder, stdin=subprocess.DEVNULL,
                                 stdout=slave, stderr=slave, start_new_session=True,
                                 env={"PATH": applets if shell else "/bin", "HOME": "/", "TERM": "linux"})
        output = read_all(master, slave, child)
        code = child.wait()
    os.close(slave)
    os.close(master)
    end = f"exit {code}" if code >= 0 else f"signal {-code}"
    return output.decode("utf-8", "replace").replace("\r", "").replace(path, f"/t/{name}"), end


def split(log):
    """{program: (output, how it ended)} of a log; a kernel message may stand between lines, not within."""
    found = {}
    for match in re.finditer(r"^@begin (\S+)\n(.*?)^@end \1 (\w+ \d+)$", log, re.M | re.S):
        found[match[1]] = (match[2], match[3])
    return found


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(name), id=name.replace(" ", "-"))
                                        for name in MACHINES])
def runs(request):
    """What all programs printed on one machine."""
    machine = dict(MACHINES[request.param])
    with qemu.Machine(firmware="bios", kernel=qemu.LANTERN, append="console=ttyS0 quiet" + machine.pop("words", ""),
                      machine="q35", extra=["-initrd", INITRAMFS], **machine) as machine:
        try:
            for _ in PROGRAMS + SCRIPTS:
                machine.expect(r"@end \S+ ")
            machine.expect("@all done")
            machine.wait()
        except Exception as error:	# pylint: disable=broad-except
            print(error)
        yield split(machine.log), machine.log


@pytest.mark.parametrize("name", PROGRAMS + SCRIPTS)
def test_program(runs, name):
    found, log = runs
    assert name in found, f"{name} did not run to its end:\n{log[-3000:]}"
    wanted = on_linux(name)
    assert found[name] == wanted, "\n".join(difflib.unified_diff(wanted[0].splitlines(), found[name][0].splitlines(),
                                                                 "Linux", "Lantern", lineterm="", n=1))


def test_the_books_balance_afterwards(runs):
    log = runs[1]
    assert "memory: the books balance\n" in log
    report = qemu.SANITIZER_REPORT.search(log)		# with SAN=1
    assert not report, log[report.start():report.start() + 2000]
