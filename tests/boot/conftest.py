# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures: boot() starts machines, kills them after the test, and shows their
serial logs when the test fails."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True

import qemu  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "product: holds only for the kernel that ships, not for one built with SAN=1")


def pytest_collection_modifyitems(items):
    if any(item.get_closest_marker("product") for item in items) and os.path.exists(qemu.VMLINUX) and qemu.is_sanitized():
        for item in items:
            if item.get_closest_marker("product"):
                item.add_marker(pytest.mark.skip("built with SAN=1"))


class Boots:
    """Callable: boot(cmdline=..., files=..., **Machine arguments) returns a Machine.

    cmdline:    text of cmdline.txt beside the image
    saboteur:   lines of saboteur.txt; the saboteur takes the place of Lantern
    shell:      lines of startup.nsh; Lantern is \\lantern.efi then
    lantern_at: where Lantern is on the ESP otherwise; None: nowhere, but for FILES
    Without any of these, and without a drive, CD or kernel, Lantern is
    \\EFI\\BOOT\\BOOTX64.EFI and has no cmdline.txt.
    """

    def __init__(self, folder):
        self.folder = folder
        self.machines = []
        self.reports_wanted = False	# of sanitizers, in a kernel built with SAN=1

    def write(self, name, text):
        path = self.folder / f"{len(self.machines)}-{name}"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def __call__(self, cmdline=None, saboteur=None, shell=None, files=None,
                 lantern_at="EFI/BOOT/BOOTX64.EFI", **kwargs):
        files = dict(files or {})
        beside = "EFI/BOOT/"
        if saboteur is not None:
            files["EFI/BOOT/BOOTX64.EFI"] = qemu.SABOTEUR
            files["lantern.efi"] = qemu.LANTERN
            files["saboteur.txt"] = self.write("saboteur.txt", "\n".join(saboteur) + "\n")
            beside = ""
        elif shell is not None:
            files["lantern.efi"] = qemu.LANTERN
            files["startup.nsh"] = self.write("startup.nsh", "\n".join(shell) + "\n")
            beside = ""
        elif lantern_at and not {"drive", "cdrom", "kernel"} & set(kwargs):
            files[lantern_at] = qemu.LANTERN
        if cmdline is not None:
            files[beside + "cmdline.txt"] = self.write("cmdline.txt", cmdline + "\n")
        machine = qemu.Machine(files=files, **kwargs)
        self.machines.append(machine)
        return machine

    def kill(self):
        for machine in self.machines:
            machine.kill()

    def check(self):
        for machine in self.machines:
            report = None if self.reports_wanted else qemu.SANITIZER_REPORT.search(machine.log)
            assert not report, report.group()


def boots_in(folder):
    boots = Boots(folder)
    try:
        yield boots
    finally:
        boots.kill()
    boots.check()


@pytest.fixture
def boot(tmp_path):
    yield from boots_in(tmp_path)


@pytest.fixture(scope="module")
def shared_boot(tmp_path_factory):
    """For tests that look at one boot together; give them one xdist_group."""
    yield from boots_in(tmp_path_factory.mktemp("shared"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    boots = getattr(item, "funcargs", {}).get("boot")
    if report.failed and boots:
        for nr, machine in enumerate(boots.machines):
            report.sections.append((f"machine {nr}", " ".join(machine.command)))
            report.sections.append((f"serial line of machine {nr}", machine.log))
