# SPDX-License-Identifier: BSD-2-Clause
"""Handoffs of the 64-bit boot protocol, good and bad, by a loader of our own
(efi/loader.c). A mistake gives one numbered line that names the field, then the
safe choice or a stop.
"""
import os

import expect
import media
import pytest
import qemu

LOADER = os.path.join(qemu.BUILD, "tests", "loader.efi")
CMDLINE = "probe=handoff nokaslr monitor.exec=poweroff"
ABOVE_4G = 0x140000000
NUMBERED = r"lantern: (warning|error) \d+ [\w-]+: "


class Asking:
    """Machines whose firmware has started the loader, which asks for its line; started once for each size of memory."""

    def __init__(self, folder):
        self.folder = folder
        self.drive = media.Media(folder).esp({"EFI/BOOT/BOOTX64.EFI": LOADER}, mib=8)

    def __call__(self, memory, **saved):
        return qemu.Machine(drive=self.drive, memory=memory, fatal=(), debug_exit=True, **saved)

    def go_on(self, memory):
        state = self.folder / memory
        if not state.exists():
            with self(memory) as machine:
                machine.expect("loader> ")
                machine.save(state)
        return self(memory, saved=state)


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    return Asking(tmp_path_factory.mktemp("asking"))


@pytest.fixture
def start(boot, asking):
    """start(words, ...): the machine in which the loader was told WORDS."""
    def told(words, cmdline=CMDLINE, memory="512M"):
        machine = asking.go_on(memory)
        boot.machines.append(machine)
        machine.send(f"{words} -- {cmdline}\r")
        return machine

    return told


def boots(machine):
    assert machine.wait() == "guest-shutdown"
    log = machine.log[expect.re.search(expect.BANNER, machine.log).start():]
    assert expect.door(log).startswith("64-bit boot protocol,")
    return log


@pytest.mark.parametrize("words", [
    "",
    f"kernel={ABOVE_4G:#x}",
    f"params={ABOVE_4G:#x} cmdline={ABOVE_4G + 0x10000:#x}",
    f"kernel={ABOVE_4G:#x} params={ABOVE_4G + 0x4000000:#x} cmdline={ABOVE_4G + 0x4010000:#x} "
    f"initrd={ABOVE_4G + 0x5000000:#x} initrd-size=0x12345",
], ids=["anywhere", "image-above-4g", "params-and-cmdline-above-4g", "all-above-4g"])
@pytest.mark.parametrize("kaslr", ["nokaslr", "kaslr"])
def test_a_correct_handoff_boots_without_complaint(start, words, kaslr):
    log = boots(start(words, memory="6G", cmdline=CMDLINE.replace("nokaslr", kaslr)))
    assert "probe=handoff" in expect.command_line(log)
    assert not expect.re.search(NUMBERED, log.replace("warning 81 console", "")), "a correct handoff has complaints"
    expect.MemoryMap(log).check()


@pytest.mark.parametrize("words, names", [
    ("header=long", "sentinel"),
    ("header=short", "HdrS"),
    ("initrd-size=0x10000 initrd-claim=0x700000000", "(?:initrd|ramdisk_image)"),
    ("initrd-size=0x10000 initrd-claim=0xfffffffffffff000", "(?:initrd|ramdisk_image)"),
    ("setup-data=loop", "setup_data"),
    ("setup-data=nowhere", "setup_data"),
    ("e820=overlap", "overlapping"),
])
def test_a_mistake_is_named_and_survived(start, words, names):
    machine = start(words)
    log = boots(machine)
    named = [line for line in machine.log.splitlines() if expect.re.match(NUMBERED + f".*{names}", line)]
    assert len(named) == 1, f"{len(named)} lines name {names}"
    expect.MemoryMap(log).check()


RULE = expect.re.compile(r'R\( *(\d+), (\w+),\s*"([^"]+)"')


def rules():
    """{symbol: (number, field)} of include/boot/handoff.h"""
    with open(os.path.join(qemu.ROOT, "include", "boot", "handoff.h"), encoding="ascii") as header:
        return {symbol: (int(nr), field) for nr, symbol, field in RULE.findall(header.read())}


RULES = rules()
FINDING = expect.re.compile(r"^handoff: H(\d+) (.*?): (?:0x[0-9a-f]+|0)(?: \(0x[0-9a-f]+\))?; rule: .+ \[.+\]$", expect.re.M)
CMD = "probe=handoff nokaslr handoff=exit"
CLEAN, FINDINGS, FAILED = 33, 35, 37		# exit status of QEMU, by isa-debug-exit
AT = f"cmdline={0x8000000:#x}"


@pytest.mark.parametrize("words", ["", "door=32", "setup-data=plain initrd-size=0x10000", "efi=good",
                                   f"kernel={ABOVE_4G:#x} params={ABOVE_4G + 0x4000000:#x} cmdline={ABOVE_4G + 0x4010000:#x}"])
def test_a_correct_handoff_has_a_clean_bill(start, words):
    machine = start(words, cmdline=CMD, memory="6G")
    machine.wait()
    assert "handoff: clean\n" in machine.log and not FINDING.search(machine.log)
    assert machine.status == CLEAN


# Each rule of loaders that a boot survives, and how it is broken. "also": rules that cannot be kept then.
@pytest.mark.parametrize("rule, words, also", [
    ("SENTINEL", "header=long", ["LOADFLAGS", "EFI_SIGNATURE"]),
    ("BOOT_FLAG", "header=bootflag", []),
    ("MAGIC", "header=short", ["BOOT_FLAG", "LOADFLAGS"]),
    ("HEADER_COPY", "header=field", []),
    ("LOADER_TYPE", "header=type", []),
    ("LOADFLAGS", "header=loadflags", []),
    ("RESERVED", "header=reserved", []),
    ("PARAMS_RAM", "e820=params", []),
    ("CMDLINE_RAM", "e820=cmdline", []),
    ("CMDLINE_LENGTH", "line=long", []),
    ("INITRD_RAM", "initrd-size=0x10000 initrd-claim=0x700000000", []),
    ("INITRD_HALF", "misc=half", []),
    ("SETUP_DATA", "setup-data=loop", []),
    ("SETUP_DATA", "setup-data=nowhere", []),
    ("SETUP_DATA_RAM", "setup-data=plain e820=nodes", []),
    ("RSDP", "rsdp=0x1000", []),
    ("SCREEN", "misc=screen", []),
    ("DISJOINT", "misc=overlap", []),
    ("E820_COUNT", "e820=count", ["E820_EMPTY", "E820_TYPE", "E820_OVERLAP"]),
    ("E820_EMPTY", "e820=empty", []),
    ("E820_WRAP", "e820=wrap", []),
    ("E820_OVERLAP", "e820=overlap", []),
    ("E820_TYPE", "e820=type", []),
    ("CPU_INTERRUPTS", "cpu=if", []),
    ("CPU_CODE", "cpu=cs", []),
    ("CPU_DATA", "cpu=ds", []),
    ("CPU_PAGING", "door=32 cpu=paging", []),
    ("CPU_REGISTERS", "door=32 cpu=registers", []),
    ("EFI_SIGNATURE", "efi=signature", []),
    ("EFI_STRIDE", "efi=stride", []),
    ("EFI_EMPTY", "efi=empty", []),
    ("EFI_WRAP", "efi=wrap", []),
    ("EFI_OVERLAP", "efi=overlap", []),
    ("EFI_ALIGNMENT", "efi=align", []),
    ("EFI_TYPE", "efi=type", []),
    ("EFI_ATTRIBUTES", "efi=attribute", []),
    ("EFI_RUNTIME", "efi=runtime", []),
])
def test_every_finding_is_told_with_number_and_field(start, rule, words, also):
    machine = start(words, cmdline=CMD)
    machine.wait()
    told = FINDING.findall(machine.log)
    nr, field = RULES[rule]
    assert any(int(n) == nr and f.startswith(field) for n, f in told), f"no H{nr} {field} in {told}"
    assert {int(n) for n, _ in told} <= {nr} | {RULES[name][0] for name in also}, f"more than that: {told}"
    if "header=long" not in words:			# there the command line is lost
        assert machine.status == FINDINGS


# Rules of firmware, by the saboteur: it is Lantern's EFI door that is called
@pytest.mark.parametrize("rule, words", [
    ("EFI_STACK", "entry=stack"), ("EFI_DIRECTION", "entry=flags"), ("EFI_IMAGE", "map=image"), ("EFI_CRC", "crc"),
])
def test_findings_of_firmware(boot, rule, words):
    machine = boot(saboteur=[f"{words} -- {CMD}"], memory="256M", debug_exit=True)
    machine.wait()
    told = FINDING.findall(machine.log)
    assert told and {int(nr) for nr, _ in told} == {RULES[rule][0]}, told
    assert machine.status == FINDINGS


def test_strict_stops_at_the_first_finding(start):
    machine = start("header=type e820=empty", cmdline="nokaslr handoff=strict,exit")
    machine.wait()
    assert expect.re.search(expect.error(52, r"H5 hdr.type_of_loader: 0"), machine.log)
    assert machine.status == FAILED


@pytest.mark.parametrize("words, rule", [("initrd-size=0x10000 inside=initrd", 16), ("inside=cmdline", 13),
                                         ("inside=params", 11), ("e820=reserved", 36)])
def test_a_fatal_finding_is_an_exit_status_too(start, words, rule):
    machine = start(words, cmdline=CMD)
    machine.wait()
    assert expect.re.search(expect.error(52, rf"H{rule} "), machine.log)
    assert machine.status == FAILED


@pytest.mark.parametrize("words, names", [
    ("initrd-size=0x10000 inside=initrd", "ramdisk_image"),
    ("inside=cmdline", "cmd_line_ptr"),
    ("inside=params", "boot_params"),
    ("e820=none", "RAM"),
    ("e820=reserved", "RAM"),
])
def test_a_fatal_mistake_stops_with_its_name(start, words, names):
    machine = start(words)
    machine.expect(rf"lantern: error \d+ [\w-]+: [^\n]*{names}")
    machine.check_no_triple_fault()
