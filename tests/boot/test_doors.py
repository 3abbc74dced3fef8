# SPDX-License-Identifier: BSD-2-Clause
"""Every way to start Lantern leads to the same kernel."""
import os

import expect
import pytest
import qemu

POWEROFF = "monitor.exec=poweroff"


def booted(machine):
    """The log of a machine that scripts its own end."""
    assert machine.wait() == "guest-shutdown"
    machine_log = expect.from_stub(machine.log)
    assert expect.re.search(expect.BANNER, machine_log), "the kernel printed no banner"
    return machine_log


def test_removable_media_path_with_cmdline_txt(boot):
    log = booted(boot(cmdline=f"# a comment\nefi=debug probe=beside\n{POWEROFF}"))
    assert expect.command_line(log) == f"efi=debug probe=beside {POWEROFF}"
    for nr in range(1, 20):
        assert expect.stage(nr) in log, f"efi=debug does not show stage {nr}"
    expect.MemoryMap(log).check()


def test_without_a_command_line_the_monitor_waits(boot):
    machine = boot()
    machine.expect(expect.STUB_LINE)
    machine.expect(expect.BANNER)
    machine.expect(expect.PROMPT)
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"


def test_uefi_shell_with_arguments(boot):
    machine = boot(shell=["fs0:", 'lantern.efi nokaslr probe=shell monitor.exec="map;poweroff"'],
                   cmdline="probe=must-not-be-read")
    machine.expect("to skip")
    machine.send("\r")
    log = booted(machine)
    assert expect.command_line(log) == 'nokaslr probe=shell monitor.exec="map;poweroff"'


def test_qemu_kernel_with_append(boot):
    log = booted(boot(kernel=qemu.LANTERN, append=f"probe=append {POWEROFF}"))
    assert f"probe=append {POWEROFF}" in expect.command_line(log)


def test_esp_image_as_built_boots(boot):
    machine = boot(drive=os.path.join(qemu.BUILD, "esp.img"))
    machine.expect(expect.BANNER)
    machine.expect(expect.PROMPT)
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"


@pytest.mark.parametrize("medium", ["cdrom", "drive"])
@pytest.mark.xdist_group("iso")
def test_iso_boots_as_cd_and_as_stick(boot, iso, medium):
    machine = boot(**{medium: iso})
    machine.expect(expect.BANNER)
    machine.expect(expect.PROMPT)
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"


@pytest.fixture(scope="module")
def iso(tmp_path_factory):
    """An ISO made by the tools in esp/, like `make iso` does."""
    folder = tmp_path_factory.mktemp("iso")
    run = lambda *args: qemu.subprocess.run(args, check=True, cwd=qemu.ROOT)
    run(qemu.sys.executable, "esp/mkesp", str(folder / "esp.img"), "8", f"EFI/BOOT/BOOTX64.EFI={qemu.LANTERN}")
    run("esp/mkiso", str(folder / "lantern.iso"), str(folder / "esp.img"), "README.txt=esp/README.txt")
    return str(folder / "lantern.iso")
