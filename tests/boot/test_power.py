# SPDX-License-Identifier: BSD-2-Clause
"""Each way to reset or switch off, alone: those before it are left out by reboot=, or not there."""
import expect
import pytest
import qemu


def run(boot, cmdline, firmware="bios", **kwargs):
    """Boot with CMDLINE; return why the machine ended and the ways it tried."""
    if firmware == "bios":
        kwargs |= {"kernel": qemu.LANTERN, "append": cmdline}
    else:
        kwargs |= {"cmdline": cmdline}
    machine = boot(firmware=firmware, **kwargs)
    try:
        ended = machine.wait()
    except AssertionError as error:
        ended = str(error)
    return ended, expect.re.findall(r"^reboot: by (.*)", machine.log, expect.re.M)


@pytest.mark.parametrize("chipset, words, ways", [
    ("q35", "", ["ACPI"]),				# a BIOS: no EFI
    ("q35", "reboot=acpi", ["ACPI"]),
    ("pc", "", ["ACPI", "the keyboard controller"]),	# its FADT has no reset register
    ("q35", "reboot=kbd", ["the keyboard controller"]),
    ("q35", "acpi=off", ["ACPI", "the keyboard controller"]),
    ("q35", "reboot=pci", ["port 0xcf9"]),
    ("q35", "reboot=cf9,warm", ["port 0xcf9"]),
])
def test_reset(boot, chipset, words, ways):
    assert run(boot, f"{words} monitor.exec=reboot", machine=chipset) == ("guest-reset", ways)


@pytest.mark.parametrize("words, ways", [
    ("reboot=t", ["a triple fault"]),
    ("reboot=k", ["the keyboard controller", "a triple fault"]),
])
def test_reset_by_triple_fault(boot, words, ways):
    assert run(boot, f"{words} monitor.exec=reboot", machine="q35,i8042=off") == ("the guest made a triple fault", ways)


@pytest.mark.parametrize("words, ways", [("", ["EFI"]), ("reboot=warm", ["EFI"]), ("reboot=a", ["ACPI"])])
def test_reset_under_uefi(boot, words, ways):
    assert run(boot, f"{words} monitor.exec=reboot", firmware="ovmf") == ("guest-reset", ways)


@pytest.mark.parametrize("firmware, words", [("bios", ""), ("ovmf", ""), ("ovmf", "reboot=acpi")])
def test_poweroff(boot, firmware, words):
    assert run(boot, f"{words} monitor.exec=poweroff", firmware=firmware) == ("guest-shutdown", [])


def test_poweroff_without_a_way_returns(boot):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="acpi=off monitor.exec=poweroff", memory="256M")
    machine.expect("poweroff: neither EFI nor ACPI switched the machine off\n")
    machine.expect(expect.PROMPT)
