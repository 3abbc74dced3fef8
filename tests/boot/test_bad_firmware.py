# SPDX-License-Identifier: BSD-2-Clause
"""Firmware that errs, lies or has nothing left; see efi/saboteur.c for the tricks.

A case in which Lantern cannot boot must print one numbered line and return its
status to the firmware with all memory given back. All these cases share one
boot: the saboteur goes on with the next.
"""
import expect
import pytest
import qemu
from payload import payload_block, payload_offset

LEAK_PAGES = 32			# the firmware's own pools move by a few pages
MAP_NEEDED = "lantern: error (?:7 place-kernel|18 memory-map): "


def refusals():
    """{name: (saboteur line, pattern of the message, EFI status by gnu-efi's name)}"""
    try:
        with open(qemu.LANTERN, "rb") as file:
            image = file.read()
        header, (block, size) = payload_offset(image), payload_block(image)
    except (OSError, ValueError):
        return {}		# no image yet: test_there_are_cases says so
    quiet = " -- nokaslr"
    return {
        "payload-magic": (f"flip={header}{quiet}", expect.error(6), "Volume Corrupt"),
        "payload-header": (f"flip={header + 24}{quiet}", expect.error(6), "Volume Corrupt"),
        "payload-header-checksum": (f"flip={header + 64}{quiet}", expect.error(6), "Volume Corrupt"),
        "payload-first-byte": (f"flip={block}{quiet}", "lantern: error [89] ", "(Volume Corrupt|CRC Error)"),
        "payload-middle": (f"flip={block + size // 2}{quiet}", "lantern: error [89] ", "(Volume Corrupt|CRC Error)"),
        "payload-end": (f"flip={block + size - 1}{quiet}", "lantern: error [89] ", "(Volume Corrupt|CRC Error)"),
        "payload-zeroed": (f"set={block + size // 3}:{'00' * 64}{quiet}", "lantern: error [89] ",
                           "(Volume Corrupt|CRC Error)"),
        "no-memory": (f"hog{quiet}", "lantern: error [57] ", "Out of Resources"),
        "no-memory-kaslr": ("hog", "lantern: error [57] ", "Out of Resources"),
        "little-memory": (f"hog=512{quiet}", expect.error(7), "Out of Resources"),
        # placing the kernel needs the map too, where the preferred place is taken
        "map-without-ram": (f"map=none{quiet}", MAP_NEEDED, "(Not Found|Out of Resources)"),
        "map-empty": (f"map=empty{quiet}", MAP_NEEDED, "(Not Found|Out of Resources|Unsupported)"),
        "map-fails": (f"map=fail{quiet}", MAP_NEEDED, "Device Error"),
        "map-fails-kaslr": ("map=fail", MAP_NEEDED, "Device Error"),
        # after a refused ExitBootServices the firmware may have stopped its timers: the last case;
        # the map grows until it no longer fits, or the tries are used up
        "exit-refused-for-ever": (f"ebs=100000{quiet}", expect.error(19), "(Invalid Parameter|Buffer Too Small)"),
    }


REFUSALS = refusals()


class Refused:
    """The log of the shared boot, cut into one piece per line of saboteur.txt."""

    def __init__(self, boot):
        lines = [line for line, _, _ in REFUSALS.values()]
        machine = boot(saboteur=lines, memory="256M", fatal=(qemu.FIRMWARE_CRASH,))
        try:
            machine.wait()
        except Exception as error:		# shown by the case it happened in
            self.error = error
        else:
            self.error = None
        self.log = machine.log
        self.pieces = {}
        cuts = [self.log.find(f"saboteur: line {nr}: ") for nr in range(1, len(lines) + 1)] + [len(self.log)]
        for name, start, end in zip(REFUSALS, cuts, cuts[1:]):
            if start >= 0:
                self.pieces[name] = self.log[start:end if end >= 0 else None]


@pytest.fixture(scope="module")
def refused(shared_boot):
    return Refused(shared_boot)


@pytest.mark.xdist_group("refused")
def test_there_are_cases(refused):
    assert REFUSALS, f"{qemu.LANTERN} holds no payload header"
    assert refused.error is None, f"{refused.error}\n{refused.log}"
    assert "saboteur: done" in refused.log, refused.log


@pytest.mark.xdist_group("refused")
@pytest.mark.parametrize("name", REFUSALS)
def test_stub_refuses_and_returns(refused, name):
    _, message, status = REFUSALS[name]
    assert name in refused.pieces, "the machine did not get as far as this case"
    piece = refused.pieces[name]
    # the firmware's console may break long lines
    flat = piece.replace("\n", " ")
    assert expect.re.search(message.replace("[^\\n]*", ".*"), flat), f"no numbered message with its cause:\n{piece}"
    assert expect.re.search(f"saboteur: StartImage returned {status}", piece), f"no or a wrong status for the firmware:\n{piece}"
    missing = expect.re.search(r"saboteur: (-?\d+) pages missing", piece)
    assert abs(int(missing.group(1))) <= LEAK_PAGES, f"{missing.group(1)} pages were not given back"


@pytest.mark.xdist_group("refused")
@pytest.mark.parametrize("name", REFUSALS)
def test_one_line_says_it(refused, name):
    piece = refused.pieces.get(name, "")
    assert piece.count("lantern: error ") == 1, piece


def test_truncated_file_is_refused(boot):
    """By the firmware itself, or by us: never a hang."""
    with open(qemu.LANTERN, "rb") as file:
        size = len(file.read())
    sizes = (64, 1024, 4096, 8192, size // 2, size - 4096, size - 1)
    machine = boot(saboteur=[f"truncate={n}" for n in sizes], memory="256M", fatal=(qemu.FIRMWARE_CRASH,))
    machine.wait()
    assert len(expect.re.findall(r"saboteur: (?:LoadImage|StartImage) returned (?!Success)", machine.log)) == len(sizes)


# --- firmware with which Lantern boots all the same ---

POWEROFF = "monitor.exec=poweroff"


def booted(boot, line, **kwargs):
    machine = boot(saboteur=[line], **kwargs)
    assert machine.wait() == "guest-shutdown"
    log = expect.from_stub(machine.log)
    assert expect.re.search(expect.BANNER, log), "the kernel did not start"
    return log


def test_map_of_two_thousand_descriptors(boot):
    memory_map = expect.MemoryMap(booted(boot, f"map=many -- {POWEROFF}", memory="512M"))
    assert len(memory_map.ranges) > 1000		# far more than boot_params holds
    last = 0
    for start, end, _ in memory_map.ranges:
        assert last <= start < end
        last = end
    assert memory_map.totals["ACPI NVS"] >= 1000 * 16


def test_descriptors_larger_than_ours(boot):
    expect.MemoryMap(booted(boot, f"map=stride -- {POWEROFF}")).check()


def test_descriptors_that_wrap(boot):
    """Ranges that begin where no CPU has memory and end beyond 2^64."""
    memory_map = expect.MemoryMap(booted(boot, f"map=wrap -- {POWEROFF}"))
    for start, end, _ in memory_map.ranges:
        assert start < end <= 1 << 64


@pytest.mark.parametrize("times", [1, 8])
def test_exit_boot_services_refused_while_the_map_grows(boot, times):
    expect.MemoryMap(booted(boot, f"ebs={times} -- {POWEROFF}")).check()


def test_loaded_above_four_gib(boot):
    log = booted(boot, f"high -- {POWEROFF}", memory="8G")
    expect.MemoryMap(log).check()


def test_loaded_above_four_gib_for_real(boot):
    machine = boot(saboteur=[f"high -- {POWEROFF}"], memory="8G")
    at = int(machine.expect(r"saboteur: loaded at 0x([0-9A-Fa-f]+)\n").group(1), 16)
    assert at >= 1 << 32
    assert machine.wait() == "guest-shutdown"


def test_no_file_path_and_no_device(boot):
    log = booted(boot, f"nofilepath nodevice -- probe=here {POWEROFF}")
    assert "probe=here" in expect.command_line(log)


def test_no_file_path_and_no_load_options(boot):
    """Nothing to find cmdline.txt by: the built-in line, and the prompt."""
    machine = boot(saboteur=["nofilepath nodevice"], cmdline="probe=must-not-be-read")
    machine.expect(expect.BANNER)
    machine.expect(expect.PROMPT)
    assert "probe=" not in expect.command_line(machine.log)


@pytest.mark.parametrize("rng", ["ok", "busy", "fail"])
def test_random_number_generator(boot, rng):
    log = booted(boot, f"rng={rng} -- {POWEROFF}")
    assert "saboteur: rng asked for" in log


def test_memory_attribute_protocol(boot):
    """Text becomes read-only first, executable then, and both over the same range."""
    log = booted(boot, f"memattr -- nokaslr {POWEROFF}")
    calls = [(what, *(int(n, 16) for n in numbers)) for what, *numbers in expect.re.findall(
        r"saboteur: memattr (set|clear) 0x([0-9A-Fa-f]+) 0x([0-9A-Fa-f]+) 0x([0-9A-Fa-f]+)", log)]
    read_only, executable, trampoline = calls
    assert (read_only[0], read_only[3]) == ("set", 0x20000) and (executable[0], executable[3]) == ("clear", 0x4000)
    assert read_only[1:3] == executable[1:3]
    assert read_only[1] == expect.placement(log)[0] and read_only[2] % 4096 == 0
    # the page of code that switches to 5 levels, below 4 GiB; nothing else is made executable
    assert (trampoline[0], trampoline[2:]) == ("clear", (4096, 0x4000)) and trampoline[1] < 1 << 32


def test_firmware_that_faults_in_a_runtime_service(boot):
    log = booted(boot, f"reset -- {POWEROFF}")
    assert expect.re.search(r"lantern: warning \d+ efi-runtime: the firmware's ResetSystem is at 0xdead0000, in no runtime region",
                            log)
    assert not expect.re.search(r": exception \d", log)


def test_old_ami_firmware_gets_no_physical_kaslr(boot):
    log = booted(boot, f"ami -- efi=debug {POWEROFF}")
    assert "physical KASLR off: AMI firmware up to 2.00" in log
    log = booted(boot, f"high -- efi=debug {POWEROFF}", memory="8G")
    assert "physical KASLR off" not in log


# --- LoadOptions ---

FROM_FILE = f"probe=from-file {POWEROFF}"


@pytest.mark.parametrize("line, expected, warned", [
    (f"opts=odd -- probe=odd {POWEROFF}", f"probe=odd {POWEROFF}", "odd number"),
    (f"opts=unterminated -- probe=open {POWEROFF}", f"probe=open {POWEROFF}", None),
    (f"opts=dell -- probe=dell {POWEROFF}", f"probe=dell {POWEROFF}", None),
    (f"opts=name -- probe=name {POWEROFF}", f"probe=name {POWEROFF}", None),
    (f"opts=surrogate -- {POWEROFF}", f"{POWEROFF} lamp=\U0001fa94", None),
    ("opts=empty", FROM_FILE, None),
    ("opts=null", FROM_FILE, None),
    ("opts=garbage", FROM_FILE, "not text"),
    ("opts=lone -- probe=lone", FROM_FILE, "not text"),
], ids=lambda value: value.split()[0][5:] if str(value).startswith("opts=") else "")
def test_load_options(boot, line, expected, warned):
    log = booted(boot, line, cmdline=FROM_FILE)
    assert expect.command_line(log) == expected
    assert bool(expect.re.search(expect.warning(4), log)) == bool(warned)
    if warned:
        assert expect.re.search(expect.warning(4, warned), log)


def test_load_options_of_64_kib_are_cut(boot):
    log = booted(boot, f"opts=64k -- probe=long {POWEROFF}")
    assert expect.re.search(expect.warning(4, "longer than"), log)
    assert f"probe=long {POWEROFF} pad=" in log
