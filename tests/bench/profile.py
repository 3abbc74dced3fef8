#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Where the instructions of a row of the speed table go, function by function.

    make profile ROW=... [FUNCTION="..."]

ROW is how the name of the row begins, _ for a space. With FUNCTION its code is
listed, each instruction with how often one operation runs it.
"""
import bisect
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build"))
VMLINUX = os.path.join(BUILD, "vmlinux")


def counts_of(row):
    """({address: times}, operations) of a machine that does nothing else."""
    with tempfile.TemporaryDirectory(prefix="lantern-profile.") as folder:
        out = os.path.join(folder, "counts")
        log = subprocess.run(
            ["qemu-system-x86_64", "-machine", "q35", "-accel", "tcg", "-cpu", "max,-erms", "-m", "256M", "-display", "none",
             "-serial", "stdio", "-monitor", "none", "-no-reboot", "-net", "none", "-icount", "shift=0,sleep=off",
             "-plugin", f"file={BUILD}/tests/profile.so,out={out}", "-kernel", f"{BUILD}/lantern.efi",
             "-initrd", f"{BUILD}/tests/bench/initramfs.img", "-append", f"console=ttyS0 nokaslr no5lvl -- row:{row}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=300, check=True).stdout.decode("utf-8", "replace")
        operations = re.search(r"^bench: operations: (\d+)", log, re.M)
        if not operations:
            sys.exit(f"no row begins with {row}:\n{log[-1000:]}")
        with open(out, encoding="ascii") as file:
            pairs = [line.split() for line in file]
        return {int(address, 16): int(times) for address, times in pairs}, int(operations[1])


def symbols():
    lines = subprocess.run(["nm", VMLINUX], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return sorted((int(row[0], 16), row[2]) for row in map(str.split, lines) if len(row) == 3 and row[1] in "tT")


def main(row, functions):
    counts, operations = counts_of(row)
    table = symbols()
    total = {}
    for address, times in counts.items():
        name = table[bisect.bisect_right(table, (address, "\x7f")) - 1][1] if address >> 63 else "(program)"
        total[name] = total.get(name, 0) + times
    print(f"{sum(total.values()) / operations:12.1f} instructions an operation")
    for name, times in sorted(total.items(), key=lambda item: -item[1]):
        if times / operations >= 0.5:
            print(f"{times / operations:12.1f} {name}")
    for function in functions:
        code = subprocess.run(["objdump", "-dl", "--no-show-raw-insn", f"--disassemble={function}", VMLINUX], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        for line in code.splitlines():
            address = re.match(r"(ffffffff[0-9a-f]+):", line)
            times = counts.get(int(address[1], 16), 0) / operations if address else 0
            print(f"{times:9.2f} {line}" if times else f"{'':9} {line}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
