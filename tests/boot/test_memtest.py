# SPDX-License-Identifier: BSD-2-Clause
"""The memory test: sound memory passes it, an injected error is found, and its page is out for good."""
import re

import expect
import qemu

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
    log = log_of(boot, "24M", 'memtest=all,fade=10 monitor.exec="memtest 2 fixed;selftest mm;memtest address;map;poweroff"')
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
    deferred, low = 0x2345678, 0x345 << 12
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
