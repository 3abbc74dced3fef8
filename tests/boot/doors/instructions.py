# SPDX-License-Identifier: BSD-2-Clause
"""Instructions of ours from the door to start_kernel, by the plugin count.c."""
import bisect
import os
import subprocess

import qemu

PLUGIN = os.path.join(qemu.BUILD, "tests", "count.so")
# what builds and walks the tables of the doors without firmware
IDENTITY_MAP_SOURCES = ("ident_map.c", "pgtable.c")
IDENTITY_MAP_OF_32_BIT_STUB = "stub_paging"


def symbols(path):
    """[(address, name)] of text symbols, sorted."""
    lines = subprocess.run(["nm", path], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    rows = (line.split() for line in lines)
    return sorted((int(row[0], 16), row[2]) for row in rows if len(row) == 3 and row[1] in "tT")


def identity_map_functions():
    """Names of the functions in IDENTITY_MAP_SOURCES, by the FILE symbols before them, and of the 32-bit stub."""
    lines = subprocess.run(["readelf", "-sW", os.path.join(qemu.BUILD, "lantern.elf")], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.splitlines()
    names, source = {IDENTITY_MAP_OF_32_BIT_STUB}, ""
    for row in (line.split() for line in lines):
        if len(row) == 8 and row[3] == "FILE":
            source = row[7]
        elif len(row) == 8 and row[3] == "FUNC":
            # hidden functions are local too, but come after all files
            if row[5] == "DEFAULT" and source in IDENTITY_MAP_SOURCES or row[7].startswith(("ident_map_", "pgtable_")):
                names.add(row[7])
    return names


def plugin(out, stop="start_kernel", cpu=None):
    """QEMU's arguments for counting into the file OUT until the kernel comes to the function STOP; CPU: that one only."""
    kernel = dict((name, value) for value, name in symbols(qemu.VMLINUX))
    return ["-plugin", f"file={PLUGIN},image={qemu.LANTERN},kernel={qemu.BUILD}/vmlinux.bin,"
            f"stop={kernel[stop] - kernel['_text']:#x},out={out}" + ("" if cpu is None else f",cpu={cpu}")]


class Count:
    """by_function: {(file, function): instructions}"""

    def __init__(self, out):
        tables = {"image": symbols(os.path.join(qemu.BUILD, "lantern.elf")), "kernel": symbols(qemu.VMLINUX)}
        blob = next(value for value, name in tables["image"] if name == "stub32_blob")
        stub32 = symbols(os.path.join(qemu.BUILD, "stub32", "stub32.elf"))
        tables["image"] = sorted(tables["image"] + [(blob + value, name) for value, name in stub32])
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

    @property
    def identity_map(self):
        """Instructions of the loader's own identity map, but for the loop in startup_32."""
        names = identity_map_functions()
        return sum(count for (kind, name), count in self.by_function.items() if kind == "image" and name in names)

    def by_name(self):
        """{"file function": instructions}, most expensive first"""
        most_first = sorted(self.by_function.items(), key=lambda item: -item[1])
        return {f"{kind} {name}": count for (kind, name), count in most_first}
