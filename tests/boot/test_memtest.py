# SPDX-License-Identifier: BSD-2-Clause
"""The memory test: sound memory passes it, an injected error is found, and its page is out for good."""
import re
import time

import expect
import pytest
import qemu
import screentext

BAD = r"memtest: bad \[mem 0x0*([0-9a-f]+)-0x0*([0-9a-f]+)\] (\d+) KiB\n"


def log_of(boot, memory, cmdline, **kwargs):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory=memory, append=cmdline, **kwargs)
    assert machine.wait() == "guest-shutdown"
    assert "books balance" in machine.log
    assert not re.search(expect.warning(87), machine.log)
    return machine.log


def books(log):
    """The line of each map command that says what is bad, in KiB; 0 where there is none."""
    tables = [text[:text.index("books balance")] for text in log.split("memory: RAM in whole pages")[1:]]
    return [int(found.group(1)) if (found := re.search(r"memory: bad +(\d+) KiB", text)) else 0 for text in tables]


def not_initialised(log):
    return [int(kib) for kib in re.findall(r"free, not initialised yet +(\d+) KiB", log)]


def errors(log):
    """[(address, pattern, bits that differ)] of the lines printed."""
    return [(int(address, 16), pattern, int(bits, 16)) for address, pattern, bits in re.findall(
        r"memtest: error at 0x([0-9a-f]+) in (\w+): expected [0-9a-f]{16}, found [0-9a-f]{16}, bits ([0-9a-f]{16})\n", log)]


def test_sound_memory_passes_every_pattern(boot):
    log = log_of(boot, "64M" if qemu.is_sanitized() else "24M", 'memtest=all,fade=10 monitor.exec="memtest 2 fixed;selftest mm;memtest address;map;poweroff"')
    tested = [(int(a), int(b)) for a, b in re.findall(r"memtest: testing (\d+) of (\d+) KiB free\n", log)]
    assert len(tested) == 3
    for test, free in tested:
        # all but what the kernel keeps, and the list of what is tested
        assert free - 600 <= test < free
    assert re.findall(r"memtest: (\d of \d) passes, (\d+) errors\n", log) == [("1 of 1", "0"), ("2 of 2", "0"), ("1 of 1", "0")]
    assert re.search(r"memtest: \d+ MB read and written in \d+ ms on 1 CPU: \d+ MB/s\n", log)
    assert re.search(r"memtest: \[#* *\] +50% \w+", log)
    assert re.search(r"selftest mm: \d+ checks, 0 failed", log)
    assert not errors(log) and books(log) == [0]


def test_a_large_machine_is_tested_without_being_initialised(boot):
    log = log_of(boot, "4G", 'deterministic memtest=limit=32M monitor.exec="map;memtest numbers limit=64M;map;poweroff"')
    assert re.findall(r"memtest: testing (\d+) of", log) == ["32768", "65536"]
    assert log.count("memtest: 1 of 1 passes, 0 errors\n") == 2
    assert min(not_initialised(log)) > 4000000
    assert "MB/s" not in log and "%" not in log		# two boots of this machine print the same


def test_an_error_is_found_and_kept_out_now_and_on_the_next_boot(boot):
    """One in memory that is not initialised yet, at boot; one in the buddy lists, by hand."""
    deferred, low = 0x2345678, (0xf45 if qemu.is_sanitized() else 0x345) << 12
    log = log_of(boot, "64M", f'nokaslr memtest=address,walk memtest.inject={deferred + 3:#x},5 '
                              'monitor.exec="map;selftest mm;memtest fixed;map;poweroff"')
    assert {(address, bits) for address, _, bits in errors(log)} == {(deferred, 1 << 5)}
    assert {pattern for _, pattern, _ in errors(log)} == {"address", "walk"}
    assert [int(text, 16) for text in re.search(BAD, log).groups()[:2]] == [0x2345000, 0x2345fff]
    # every page was allocated in between; the second test would have found it again
    assert re.search(r"selftest mm: \d+ checks, 0 failed", log)
    assert books(log) == [4, 4] and not_initialised(log)[1:] == []
    option = re.search(r"^memmap=(\S+)$", log, re.M).group(0)
    assert option == "memmap=4K$0x2345000"

    log = log_of(boot, "64M", f'nokaslr {option} memtest=address memtest.inject={deferred:#x},5 '
                              'monitor.exec="selftest mm;map;poweroff"')
    assert "[mem 0x0000000002345000-0x0000000002345fff] reserved" in log
    assert not errors(log) and books(log) == [0]

    log = log_of(boot, "64M", f'nokaslr memtest.inject={low:#x},63 '
                              'monitor.exec="memtest 0;memtest nonsense;selftest mm;memtest random;selftest mm;memtest random;map;poweroff"')
    assert {(address, bits) for address, _, bits in errors(log)} == {(low, 1 << 63)}
    assert len(re.findall(BAD, log)) == 1 and books(log) == [4]
    assert log.count("usage: memtest") == 2
    assert len(re.findall(r"selftest mm: \d+ checks, 0 failed", log)) == 2


def test_all_cpus_work_at_it(boot):
    """Without an error and with one, whose line and page are the right ones whoever finds it."""
    bad = 0x2345678
    log = log_of(boot, "128M", f'nokaslr memtest=fixed,numbers memtest.inject={bad:#x},5 '
                               'monitor.exec="memtest fixed block;selftest mm;map;poweroff"', smp=4)
    found = [(address, bits) for address, _, bits in errors(log)]
    assert set(found) == {(bad, 1 << 5)} and len(found) > 2
    # the page is out of use for the second test
    assert re.findall(r"memtest: 1 of 1 passes, (\d+) errors\n", log) == [str(len(found)), "0"]
    assert re.findall(r"memtest: \d+ MB read and written in \d+ ms on (\d) CPUs?: \d+ MB/s\n", log) == ["4", "4"]
    assert re.search(r"selftest mm: \d+ checks, 0 failed", log)
    assert books(log) == [4]


def test_a_key_ends_it_and_nonsense_is_named(boot):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", append="memtest=1000,bogus,fixed memtest.inject=5")
    machine.expect(r"warning 87 [\w-]+: memtest: 'bogus' makes no sense")
    machine.expect(r"warning 87 [\w-]+: memtest.inject=5 makes no sense")
    machine.expect("memtest: testing")
    machine.send("\x1b")
    assert machine.expect(r"memtest: (\d+) of 1000 passes, stopped by a key, 0 errors\n")
    machine.expect(expect.PROMPT)
    machine.send("memtest 1000\r")
    machine.expect("memtest: testing")
    machine.send("\x1b")
    machine.expect("stopped by a key, 0 errors")
    machine.expect(expect.PROMPT)
    machine.send("map\r")
    machine.expect("books balance")


def test_panel_at_a_terminal(boot, tmp_path):
    """All of it on one page, an arrow ends nothing, Esc does, and the errors are in the log afterwards."""
    bad = 0x2345678
    machine = boot(firmware="bios", kernel=qemu.LANTERN, memory="256M", smp=4, vga="std",
                   append=f"nokaslr console=tty0 console=ttyS0 vga=0x318 memtest.inject={bad:#x},5")
    machine.serial.terminal = (24, 80)
    machine.expect(expect.PROMPT)
    machine.send("memtest 1000\r")
    machine.expect("Lantern: memory test")
    machine.send("\x1b[A\x1bOB")
    machine.expect(r"  [1-9]\d* errors")
    for _ in range(2):
        machine.expect("Lantern: memory test")
    page = machine.before
    assert re.search(r"^  pass \d+ of 1000, pattern \w+: [a-z ]+$", page, re.M)
    assert re.search(r"^  elapsed 0:00:\d\d, remaining \d+:\d\d:\d\d, \d+ MB/s$", page, re.M)
    assert len(re.findall(r"^ +[0-3] +\d+ +\d+  (?:0x[0-9a-f]+|0)$", page, re.M)) == 4
    under_test, free = map(int, re.search(r"(\d+) of (\d+) KiB free are under test", page).groups())
    assert free - 600 <= under_test < free
    assert re.search(r"^  [-#]*X#+ *$", page, re.M), "the bad range is not on the map"
    assert re.search(rf"^ +{bad:#x} +\w+ +expected [0-9a-f]{{16}}, found [0-9a-f]{{16}}$", page, re.M)
    assert re.search(r"^  memmap=4K\$0x2345000$", page, re.M)
    assert max(map(len, page.split("\n"))) <= 80 and page.count("\n") < 24
    machine.screenshot(tmp_path / "memtest.png")
    text = "\n".join(screentext.read(tmp_path / "memtest.png"))
    for part in ("of 1000, pattern", "remaining", "MB done", "memmap=4K$0x2345000"):
        assert part in text
    machine.send("\x1b")
    machine.expect("memtest: error at 0x2345678 in fixed: expected 0{16}, found 0{14}20, bits 0{14}20\n")
    machine.expect(r"memtest: \d+ of 1000 passes, stopped by a key, [1-9]\d* errors\n")
    machine.expect(r'GRUB_BADRAM="0x2345000,0xfffffffffffff000"\n')
    machine.expect(expect.PROMPT)


@pytest.mark.product		# with its shadow the kernel stays where it is
@pytest.mark.parametrize("smp", [1, 4])
def test_the_kernel_moves_and_what_it_was_in_is_tested_too(boot, smp):
    """Every page of RAM is in one part or the other; an error in the kernel's own text is found where it is."""
    text = 0x1000000 + 0x3218			# nokaslr
    log = log_of(boot, "64M", f'nokaslr memtest.inject={text:#x},9 monitor.exec="memtest fixed walk block;map;selftest mm;'
                              'selftest smp;threads;poweroff"', smp=smp)
    assert expect.placement(log)[0] == 0x1000000
    assert {(address, bits) for address, _, bits in errors(log)} == {(text, 1 << 9)}
    assert {pattern for _, pattern, _ in errors(log)} == {"fixed", "walk"}	# a move is checked by itself
    under_test = int(re.search(r"memtest: testing (\d+) of", log).group(1))
    more, left_out = map(int, re.search(r"moved out of it (\d+) KiB more; left out (\d+) KiB", log).groups())
    ram = int(re.search(r"RAM in whole pages +(\d+) KiB", log).group(1))
    assert under_test + more + left_out == ram and left_out == 0 and more > 1000
    assert f"memmap=4K${text & ~0xfff:#x}\n" in log
    # it went on where it was: what it checks of itself is right, and so are its pages
    assert re.findall(r"selftest \w+: \d+ checks, (\d+) failed", log) == ["0", "0"]


@pytest.mark.product		# as above
def test_what_firmware_and_devices_use_is_left_out(boot):
    """UEFI keeps its runtime services, a USB controller writes to its rings when it likes; both work afterwards."""
    machine = boot(memory="128M", cmdline="nokaslr", smp=2, extra=["-device", "qemu-xhci", "-device", "usb-kbd"])
    machine.expect(expect.PROMPT)
    machine.send("memtest address\r")
    left_out = int(machine.expect(r"moved out of it \d+ KiB more; left out (\d+) KiB").group(1))
    assert left_out >= 16			# a page for each ring and device
    machine.expect(expect.PROMPT)
    for key in ("e", "f", "i", "spc", "t", "i", "m", "e", "ret"):
        machine.qmp("send-key", keys=[{"type": "qcode", "data": key}])
        time.sleep(0.1)
    machine.expect(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
    machine.expect(expect.PROMPT)
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"
