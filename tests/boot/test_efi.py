# SPDX-License-Identifier: BSD-2-Clause
"""Runtime services of UEFI: called at their virtual addresses, and survived when
the firmware errs or faults there (see efi/saboteur.c for rt= and mat=); and the
memory that boot services leave behind."""
import os
import re
import sys

import expect
import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "doors"))

import doors  # noqa: E402
import media  # noqa: E402
import qemu  # noqa: E402

ON = r"efi: runtime services on, \d+ regions"
FREED = re.compile(r"^efi: boot services memory freed: (\d+) KiB$", re.M)
BOOT_SERVICES = re.compile(r"^efi: total BootServices(?:Code|Data) +(\d+) KiB", re.M)
KIB_LINE = re.compile(r"^memory: (.+?) +(\d+) KiB$", re.M)
BOOT_LINE = re.compile(r"memory: (\d+) KiB RAM: .* other reserved (\d+), allocated \d+, free (\d+)\n")
GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c"


def run(boot, commands, line=None, cmdline="", **kwargs):
    """The log of a machine that runs monitor commands, after the tricks of LINE, and goes off."""
    text = f'{cmdline} monitor.exec="{";".join(commands)};poweroff"'
    if line is None:
        machine = boot(cmdline=text, memory="256M", **kwargs)
    else:
        machine = boot(saboteur=[f"{line} -- {text}"], memory="256M", **kwargs)
    assert machine.wait() == "guest-shutdown"
    return expect.from_stub(machine.log)


def output(log, command):
    """What each run of a monitor command printed."""
    return [part.split(expect.PROMPT)[0] for part in log.split(f"{expect.PROMPT}{command}\n")[1:]]


def check_freed(log):
    """All boot services memory above the first MiB is free RAM, and the books balance."""
    freed = int(FREED.search(log).group(1))
    table = dict(KIB_LINE.findall(output(log, "map")[0]))
    assert freed == sum(int(kib) for kib in BOOT_SERVICES.findall(log))
    assert freed > 10000
    assert "EFI boot services" not in table
    assert "memory: the books balance\n" in log and not re.search(r"warning 8[37]", log)
    return freed


def test_services_answer(boot):
    log = run(boot, ["efi", "efi time", "efi time 2031-02-03 04:05:06", "efi time", "efi time 2031-02-30 04:05:06",
                     "efi time 2031-02-03 24:05:06", "efi vars", "efi var SecureBoot", "efi var BootCurrent",
                     f"efi var BootCurrent {GLOBAL}", "efi var BootCurrent 8be4df61", "efi var None", "efi tables",
                     "map"], extra=["-rtc", "base=2027-05-06T07:08:09"])
    assert re.search(ON + ", protected by its table of attributes\n", log)
    assert "UEFI 2." in output(log, "efi")[0] and "runtime services on\n" in output(log, "efi")[0]
    before, after = output(log, "efi time")
    assert re.match(r"2027-05-06 07:(08|09|1\d):\d\d", before)		# the firmware took its time
    assert re.match(r"2031-02-03 04:05:", output(log, "efi time 2031-02-03 04:05:06")[0])
    assert re.match(r"2031-02-03 04:0[56]:", after)
    assert output(log, "efi time 2031-02-30 04:05:06")[0] == "efi: SetTime: invalid\n"
    assert output(log, "efi time 2031-02-03 24:05:06")[0] == "efi: SetTime: invalid\n"
    assert output(log, "efi var SecureBoot")[0] == "00\n"
    current = output(log, "efi var BootCurrent")[0]
    assert re.fullmatch(r"[0-9a-f]{2} 00\n", current) and output(log, f"efi var BootCurrent {GLOBAL}")[0] == current
    assert output(log, "efi var BootCurrent 8be4df61")[0].startswith("usage: efi")
    assert output(log, "efi var None")[0] == "efi: None: not found\n"
    variables = output(log, "efi vars")[0]
    assert re.search(GLOBAL + r" BootOrder +NBR---- +\d+\n", variables)
    assert f"efi: {variables.count(chr(10)) - 1} variables\n" in variables
    tables = output(log, "efi tables")[0]
    assert re.search(r"8868e871-e4f1-11d3-bc22-0080c73c8881 +0x[0-9a-f]+ ACPI 2.0 RSDP\n", tables)
    assert all(len(text) <= 80 for command in ("efi", "efi vars", "efi tables")
               for text in output(log, command)[0].split("\n"))
    check_freed(log)


def test_free_memory_grows_by_what_is_said(boot):
    """Against the same machine with so much of its memory cut off that nothing of boot services is RAM any more."""
    with_all = run(boot, ["map"], cmdline="nokaslr noefi")
    assert "efi: runtime services off: noefi\n" in with_all
    freed = check_freed(with_all)
    ram, reserved, free = (int(kib) for kib in BOOT_LINE.search(with_all).groups())
    kept = 12288 if qemu.is_sanitized() else 5120		# the shadow of an eighth was allocated already
    assert reserved < 2048 and free > ram - reserved - kept	# nothing of it is kept anywhere
    log = run(boot, ["map"], cmdline="nokaslr mem=96M")
    assert re.search(ON, log) and int(FREED.search(log).group(1)) < freed
    assert "memory: the books balance\n" in log


def faulted(service):
    return expect.warning(86, f"the firmware's {service} faulted at 0x[0-9a-f]+: runtime services off\n")


@pytest.mark.parametrize("line, service, commands, wanted", [
    ("mat=gone rt=GetTime:error rt=GetNextVariableName:ud", "GetNextVariableName", ["efi time", "efi vars", "efi time"],
     ["the firmware failed", "faulted", "not available"]),
    ("rt=SetVirtualAddressMap:boot mat=gone rt=GetTime:stack", "GetTime", ["efi var SecureBoot", "efi time"],
     ["00\n", "faulted"]),
    ("mat=ro rt=GetTime:write rt=SetTime:gp", "GetTime", ["efi time", "efi time"], ["faulted", "not available"]),
    ("mat=bad rt=GetTime:write reset", None, ["efi time"], ["the firmware failed"]),
    ("mat=xp rt=GetTime:error", "GetTime", ["efi time"], ["faulted"]),
], ids=["ud", "stack", "read-only", "bad-attributes", "no-execute"])
def test_service_that_errs_or_faults(boot, line, service, commands, wanted):
    log = run(boot, commands + ["map"], line)
    assert re.search(ON, log)
    seen = {}
    for command, text in zip(commands, wanted):
        nr = seen[command] = seen.get(command, -1) + 1
        assert text in output(log, command)[nr]
    assert len(re.findall(r"faulted at", log)) == bool(service)
    assert not service or re.search(faulted(service), log)
    assert bool(re.search(expect.warning(86, "memory attributes makes no sense"), log)) == ("mat=bad" in line)
    if "reset" in line:
        assert re.search(expect.warning(86, "ResetSystem is at 0xdead0000, in no runtime region"), log)
    check_freed(log)


@pytest.mark.parametrize("how, message", [
    ("pf", faulted("SetVirtualAddressMap")), ("error", expect.warning(86, "SetVirtualAddressMap failed: runtime"))])
def test_set_virtual_address_map_that_fails(boot, how, message):
    log = run(boot, ["efi", "efi time", "map"], f"rt=SetVirtualAddressMap:{how}")
    assert re.search(message, log) and not re.search(ON, log)
    assert "runtime services off\n" in output(log, "efi")[0]
    assert output(log, "efi time")[0] == "efi: GetTime: not available\n"
    check_freed(log)


def test_services_stay_where_another_kernel_put_them(boot, tmp_path):
    """Linux made the call before it started us by kexec_file_load; nobody can make it twice."""
    start = media.Media(tmp_path)
    initramfs = start.kexec_initramfs("kexec -s -l /lantern.efi --command-line='monitor.exec=\"efi time;efi var "
                                      "SecureBoot;map;poweroff\"' && kexec -e")
    machine = boot(kernel=doors.DEBIAN_KERNEL, memory="512M", extra=["-initrd", initramfs, "-rtc", "base=2027-05-06T07:08:09"],
                   append="console=ttyS0 quiet nokaslr mitigations=off rdinit=/init")
    assert machine.wait() == "guest-shutdown"
    log = machine.log[machine.log.rindex("door: "):]
    assert "efi: runtime services at the addresses another kernel gave them\n" in log
    assert re.search(ON, log)
    assert output(log, "efi time")[0].startswith("2027-05-06 07:")
    assert output(log, "efi var SecureBoot")[0] == "00\n"
    assert "memory: the books balance\n" in log and "faulted" not in log
