#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measure, print two tables, and write them into README.md, between <!-- bench --> and
<!-- /bench -->, and <!-- speed --> and <!-- /speed -->:

    bench.py [README.md [speed|bench]]

Nothing here depends on how fast this machine is: instructions are counted, by a
QEMU plugin or by -icount shift=0, and memory is read from the kernel's own books.
A row is a function of ROWS that returns its number; tests/boot/test_bench.py
holds the numbers to the limits.
"""
import functools
import os
import re
import statistics
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tests", "boot"), os.path.join(ROOT, "tests", "boot", "doors")]

import instructions  # noqa: E402
import pexpect  # noqa: E402
import qemu  # noqa: E402
import speed  # noqa: E402

MARKED = r"(<!-- {0} -->\n).*?(<!-- /{0} -->)"
KERNEL_ROW = re.compile(r"^bench: (.+?) +(\d+\.\d+) ticks$", re.M)
BOOK = re.compile(r"^memory: (.+?) +(\d+) KiB$", re.M)
# lines of the books that are not the kernel's own doing
GIVEN = ("RAM in whole pages", "first MiB", "setup_data of the loader", "initrd", "EFI memory map", "EFI boot services")
SCRIPT = 'monitor.exec="{};poweroff"'
WAITING = ("calibrate_clock", "rdtsc", "hpet_read64")	# for a clock to show how fast another one goes
SMALL = 24		# MiB: where the search for the smallest machine begins


def log_of(commands, memory, options="", extra=(), **kwargs):
    """The serial log of a boot by SeaBIOS that runs monitor commands and powers off."""
    with qemu.Machine(firmware="bios", kernel=qemu.LANTERN, memory=memory, extra=extra,
                      append=f"{options} " + SCRIPT.format(commands), **kwargs) as machine:
        machine.wait()
        return machine.log


@functools.cache
def boot_instructions(memory):
    """From the stub's first instruction to the page allocator that is ready; nothing of the firmware's."""
    with tempfile.TemporaryDirectory(prefix="lantern-bench.") as folder:
        out = os.path.join(folder, "count")
        with qemu.Machine(kernel=qemu.LANTERN, memory=memory, append="nokaslr " + SCRIPT.format("help"),
                          extra=instructions.plugin(out, "time_init")) as machine:
            machine.wait()
        return instructions.Count(out).total


@functools.cache
def program_instructions():
    """From the stub's first instruction to the first of PID 1; nothing of the firmware's, and no waiting for clocks."""
    with tempfile.TemporaryDirectory(prefix="lantern-bench.") as folder:
        out = os.path.join(folder, "count")
        with qemu.Machine(kernel=qemu.LANTERN, memory="256M", append="nokaslr quiet",
                          extra=["-initrd", speed.INITRAMFS, *instructions.plugin(out, "iret_to_user")]) as machine:
            machine.expect(f"bench: {speed.NOPS}")
        return sum(count for (_, name), count in instructions.Count(out).by_function.items() if name not in WAITING)


@functools.cache
def free_at_shell(memory):
    """KiB, by /proc/meminfo at the first prompt of the shell of `make run`."""
    with qemu.Machine(memory=memory, kernel=qemu.LANTERN, append="console=ttyS0 quiet",
                      extra=["-initrd", os.path.join(qemu.BUILD, "initrd.img")]) as machine:
        machine.expect(r"# $")
        machine.send("cat /proc/meminfo\n")
        return int(machine.expect(r"MemFree: +(\d+) kB")[1])


@functools.cache
def kernel_rows():
    """{name: instructions} of the monitor command bench, four levels of page tables."""
    log = log_of("bench", "256M", "no5lvl", ["-icount", "shift=0,sleep=off"])
    rows = {name: float(ticks) for name, ticks in KERNEL_ROW.findall(log)}
    nops = rows.pop("100 nop instructions")
    assert nops == 100, f"a tick is no instruction: {nops} for 100"
    return rows


@functools.cache
def cpus_up_instructions(nr):
    """Of the boot CPU, from the start of smp_init() to the first thread after it, its waiting included."""
    totals = []
    with tempfile.TemporaryDirectory(prefix="lantern-bench.") as folder:
        for stop in ("smp_init", "boot_thread"):
            out = os.path.join(folder, stop)
            log = log_of("cpus", "256M", "nokaslr no5lvl", smp=nr,
                         extra=["-icount", "shift=0,sleep=off", *instructions.plugin(out, stop, cpu=0)])
            assert f"smp: {nr} CPUs" in log
            totals.append(instructions.Count(out).total)
    return totals[1] - totals[0]


@functools.cache
def screen_rows(size):
    """The same on a machine with a screen of 32 bits a pixel."""
    log = log_of("bench", "256M", f"no5lvl video={size}", ["-icount", "shift=0,sleep=off", "-device", "VGA,vgamem_mb=64"])
    assert "screen not used" not in log
    return {name: float(ticks) for name, ticks in KERNEL_ROW.findall(log)}


def per_character(size):
    """1,000 lines that differ in each of their 159 characters, painting them included."""
    return screen_rows(size)["159 characters on the screen"] / 159


@functools.cache
def idle_instructions():
    """Of a CPU that only sleeps: what 1000 s more of it add, by the second."""
    totals = []
    with tempfile.TemporaryDirectory(prefix="lantern-bench.") as folder:
        for seconds in (100, 1100):
            out = os.path.join(folder, str(seconds))
            log_of(f"sleep {seconds}000", "256M", "nokaslr",
                   ["-icount", "shift=0,sleep=off", *instructions.plugin(out, "machine_poweroff")])
            totals.append(instructions.Count(out).total)
    return (totals[1] - totals[0]) / 1000


def words_of(kernel, append, enough, lines):
    """MB read and written per million instructions: the median of LINES of the plugin words.c, on one CPU."""
    with tempfile.TemporaryDirectory(prefix="lantern-bench.") as folder:
        out = os.path.join(folder, "words")
        with qemu.Machine(firmware="bios", kernel=kernel, memory="64M", append=append,
                          extra=["-plugin", f"file={qemu.BUILD}/tests/words.so,out={out}"]) as machine:
            for _ in range(qemu.HANG):
                time.sleep(1)
                with open(out, encoding="ascii") as file:
                    rows = [tuple(map(int, line.split())) for line in file.read().split("\n")[:-1]]
                if enough(machine, rows):
                    break
    rates = [(b[1] - a[1]) * 8 / (b[0] - a[0]) for a, b in zip(rows, rows[1:])][lines]
    return statistics.median(rates)


@functools.cache
def memtest_rate():
    """Of moving inversions of ones and zeros; fills and checks, which are quicker, are the smaller part."""
    return words_of(qemu.LANTERN, "deterministic console=ttyS0 " + SCRIPT.format("memtest fixed limit=48M"),
                    lambda machine, rows: not machine.serial.isalive(), slice(1, None))


@functools.cache
def memtest86_rate():
    """The same of memtest86+: with 64 MiB its tests of that kind are under way between 250 and 700 million instructions."""
    return words_of(os.path.join(qemu.BUILD, "debian", "memtest86+x64.bin"), None,
                    lambda machine, rows: len(rows) > 70, slice(25, 70))


def kernel_kib(memory):
    books = BOOK.findall(log_of("map", memory))
    return sum(int(kib) for name, kib in books if name not in GIVEN and not name.startswith("free"))


def starts_with(mib):
    """Whether the books balance at the prompt of a machine of so many MiB."""
    try:
        return "memory: the books balance\n" in log_of("map", f"{mib}M", fatal=(r"lantern: error .*", *qemu.Machine.FATAL))
    except (qemu.GuestCrash, pexpect.ExceptionPexpect):
        return False


def smallest_machine():
    mib = SMALL
    while starts_with(mib - 1):
        mib -= 1
    return mib


def size(name):
    return os.path.getsize(os.path.join(qemu.BUILD, name))


# (what is measured, unit, function); the ratio rows take from the cache
ROWS = [
    ("stub's first instruction to page allocator, 1 GiB", "instructions", lambda: boot_instructions("1G")),
    ("the same with 64 GiB", "times as many", lambda: boot_instructions("64G") / boot_instructions("1G")),
    ("the same with 256 GiB", "times as many", lambda: boot_instructions("256G") / boot_instructions("1G")),
    ("stub's first instruction to the first of PID 1, 256 MiB", "instructions", program_instructions),
    ("alloc_pages(0) and free", "instructions", lambda: kernel_rows()["alloc_pages(0) and free"]),
    ("kmalloc(64) and kfree", "instructions", lambda: kernel_rows()["kmalloc(64) and kfree"]),
    ("page walk of 4 levels, nothing allocated", "instructions", lambda: kernel_rows()["page walk to a 4 KiB page"]),
    ("switch from one kernel thread to another", "instructions", lambda: kernel_rows()["context switch"]),
    ("switch among eight kernel threads", "instructions", lambda: kernel_rows()["context switch among 8"]),
    ("interrupt to its C handler", "instructions", lambda: kernel_rows()["interrupt to its C handler"]),
    ("interrupt, its C handler, and back", "instructions", lambda: kernel_rows()["interrupt and back"]),
    ("8 CPUs up, of the boot CPU", "instructions", lambda: cpus_up_instructions(8)),
    ("idle CPU, of each second", "instructions", idle_instructions),
    ("a character of 1,000 lines on the screen, 1280x800", "instructions", lambda: per_character("1280x800")),
    ("a message of 80 characters shown at once, 1280x800", "instructions",
     lambda: screen_rows("1280x800")["message of 80 characters, shown"]),
    ("the same at 3840x2160", "instructions", lambda: screen_rows("3840x2160")["message of 80 characters, shown"]),
    ("memory test, moving inversions, one CPU", "MB per million instructions", memtest_rate),
    ("the same by memtest86+", "MB per million instructions", memtest86_rate),
    ("kernel memory after boot with 256 MiB", "KiB", lambda: kernel_kib("256M")),
    ("free memory at the shell of a machine of 64 MiB (OVMF)", "KiB", lambda: free_at_shell("64M")),
    ("smallest machine that starts (SeaBIOS, -kernel)", "MiB", smallest_machine),
    ("lantern.efi", "bytes", lambda: size("lantern.efi")),
    ("of it the compressed kernel", "bytes", lambda: size("boot/payload.bin")),
]


def number(value):
    return f"{value:,.3f}" if isinstance(value, float) and value < 10 else f"{value:,.0f}"


def measure():
    for name, unit, function in ROWS:
        row = (name, number(function()), unit)
        print(f"{row[0]:<52} {row[1]:>10} {row[2]}", flush=True)
        yield row


def write(readme, mark, lines):
    """Put LINES between the marks <!-- MARK --> and <!-- /MARK --> of a file."""
    with open(readme, encoding="utf-8") as file:
        old = file.read()
    new, found = re.subn(MARKED.format(mark), lambda match: match[1] + "\n".join(lines) + "\n" + match[2], old, flags=re.S)
    if not found:
        sys.exit(f"{readme} has no <!-- {mark} --> and <!-- /{mark} -->")
    with open(readme, "w", encoding="utf-8") as file:
        file.write(new)


def main(readme, only=None):
    if only != "bench":
        rows = list(speed.table())
        print("\n".join(rows), flush=True)
        write(readme, "speed", rows)
    if only != "speed":
        write(readme, "bench", ["| what | | |", "|---|---:|---|"] + [f"| {' | '.join(row)} |" for row in measure()])


if __name__ == "__main__":
    main(*(sys.argv[1:] or [os.path.join(ROOT, "README.md")]))
