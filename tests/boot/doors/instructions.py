# SPDX-License-Identifier: BSD-2-Clause
"""Instructions of ours from the door to start_kernel, by the plugin count.c."""
import bisect
import os
import subprocess

import qemu

PLUGIN = os.path.join(qemu.BUILD, "tests", "count.so")
IDENTITY_MAP_FILES = ("arch/x86/boot/ident_map.c", "arch/x86/mm/pgtable.c")


def symbols(path):
    """[(address, name)] of text symbols, sorted."""
    lines = subprocess.run(["nm", path], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    rows = (line.split() for line in lines)
    return sorted((int(row[0], 16), row[2]) for row in rows if len(row) == 3 and row[1] in "tT")


def plugin(out):
    """QEMU's arguments for counting into the file OUT."""
    kernel = dict((name, value) for value, name in symbols(qemu.VMLINUX))
    return ["-plugin", f"file={PLUGIN},image={qemu.LANTERN},kernel={qemu.BUILD}/vmlinux.bin,"
            f"stop={kernel['start_kernel'] - kernel['_text']:#x},out={out}"]


class Count:
    """by_function: {(file, function): instructions}"""

    def __init__(self, out):
        tables = {"image": symbols(os.path.join(qemu.BUILD, "lantern.elf")), "kernel": symbols(qemu.VMLINUX)}
        base = next(value for value, name in tables["kernel"] if name == "_text")
        tables["kernel"] = [(value - base, name) for value, name in tables["kernel"]]
        self.by_function = {}
        with open(out, encoding="ascii") as file:
            for line in file:
                kind, _, offset, nr_insns, times = line.split()
                table = tables[kind]
                name = table[max(bisect.bisect_right(table, (int(offset, 16), "\x7f")) - 1, 0)][1]
                key = (kind, name)
                self.by_function[key] = self.by_function.get(key, 0) + int(nr_insns) * int(times)

    @property
    def total(self):
        return sum(self.by_function.values())

    def of(self, names):
        return sum(count for (_, name), count in self.by_function.items() if name in names)
