# SPDX-License-Identifier: BSD-2-Clause
"""How many instructions the operations of a program take: the same binary, tests/bench/user/ops.c,
on Lantern and on Debian's cloud kernel, in the same QEMU.

With -icount shift=0 one instruction is one tick of the TSC, and the program reads that.
An operation may take 0.4 times what it takes on the cloud kernel and 0.6 times what it
takes on the best Linux we could build. What no kernel can do without, its floor, is not
made less by that: where it is most of the operation, the limit is on what comes on top.
"""
import functools
import os
import re

import qemu

CLOUD_KERNEL = os.path.join(qemu.BUILD, "debian", "vmlinuz")
INITRAMFS = os.path.join(qemu.BUILD, "tests", "bench", "initramfs.img")
# Each byte that rep movsb moves is an instruction here, but not on a CPU; without ERMS Linux moves words
CPU = "max,-erms"
ROW = re.compile(r"^bench: (.+): (\d+)$", re.M)
NOPS = "1000 nops"
NOPS_OVERHEAD = 10	# of reading the counter

OF_CLOUD, OF_BEST = 0.4, 0.6
# Linux 6.1, the best of tinyconfig for size, at -O2, with SMP, and Debian's cloud kernel
BEST_LINUX = {
    "getppid": 200,
    "clock_gettime by syscall": 280,
    "clock_gettime by vDSO": 69,
    "sched_yield": 471,
    "dup + close": 584,
    "futex wake, nobody there": 377,
    "pipe, 1 byte to self, write + read": 1411,
    "pipe, 4 KiB to self": 2395,
    "pipe ping-pong of two processes": 4570,
    "signal delivered and returned": 2222,
    "fork + exit + wait": 50871,
    "vfork + exit + wait": 32803,
    "vfork + exec + wait": 128732,
    "fork + exec + wait": 166861,
    "thread create + join": 36979,
    "anonymous memory, first touch, per page": 1661,
    "anonymous memory, unmap, per page": 422,
    "copy-on-write fault, per page": 1849,
    "mmap + munmap, untouched": 7114,
    "mmap + touch + munmap, one page": 13495,
    "mprotect there and back": 3847,
    "brk growth and touch, per page": 3604,
    "open + close": 2357,
    "stat": 1463,
    "fstat": 463,
    "create + close a file": 9929,
    "append 64 KiB": 29241,
    "overwrite 64 KiB": 17433,
    "read 64 KiB": 14830,
    "mapped file, shared, read fault, per page": 272,
    "mapped file, private, write fault, per page": 1931,
    "getdents, per entry": 213,
}
# 8 bytes moved an instruction
FLOOR = {
    "pipe, 4 KiB to self": 2 * 512,
    "overwrite 64 KiB": 8192,
    "read 64 KiB": 8192,
}
# Over the limit, and why
OVER = {
    "clock_gettime by syscall": "less than half of any Linux, but two thirds of it are the system call and the division",
    "clock_gettime by vDSO": "no system call: the counter is read, multiplied and divided, on Linux too",
}


def rows_of(kernel, append):
    with qemu.Machine(firmware="bios", kernel=kernel, memory="256M", cpu=CPU, append=f"console=ttyS0 quiet {append}",
                      extra=["-icount", "shift=0,sleep=off", "-initrd", INITRAMFS]) as machine:
        while machine.expect(r"bench: ([^:\n]*)[^\n]*\n")[1] not in ("done", "failed"):
            pass
        assert "bench: done\n" in machine.log, machine.log[-1000:]
        rows = {name: int(hundredths) / 100 for name, hundredths in ROW.findall(machine.log)}
    assert 1000 <= rows.pop(NOPS) <= 1000 + NOPS_OVERHEAD, "a tick is no instruction"
    return rows


@functools.cache
def lantern():
    """{operation: instructions}"""
    return rows_of(qemu.LANTERN, "")


@functools.cache
def cloud():
    return rows_of(CLOUD_KERNEL, "")


def limits(name):
    """(by the cloud kernel, by the best Linux)"""
    floor = FLOOR.get(name, 0)
    return (floor + OF_CLOUD * (cloud()[name] - floor), floor + OF_BEST * (BEST_LINUX[name] - floor))


def table():
    """Lines of the table, in Markdown."""
    yield "| operation | Lantern | Linux, Debian's cloud kernel | ratio | limit by it | limit by the best Linux | |"
    yield "|---|---:|---:|---:|---:|---:|---|"
    for name in BEST_LINUX:
        ours, theirs = lantern()[name], cloud()[name]
        remark = f"floor {FLOOR[name]:,}" if name in FLOOR else ""
        if ours > min(limits(name)):
            remark = f"over the limit: {OVER[name]}" if name in OVER else "over the limit"
        numbers = " | ".join(f"{n:,.0f}" for n in limits(name))
        yield f"| {name} | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.2f} | {numbers} | {remark} |"
