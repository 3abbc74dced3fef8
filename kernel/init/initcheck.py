#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Nothing that stays may refer to what goes away when the boot is over.

usage: initcheck.py OBJECT...

Reads the relocations of kernel objects. A section of init code or data may be
referred to by others of its kind, by .ref.text (functions marked __ref, which say
why), by debug information, and by the jump tables the compiler makes of a switch:
distances in .rodata. Any other reference is printed, and the exit status is 1.
"""
import subprocess
import sys

INIT = (".init.text", ".bss..init", ".bss..noclear.init")
MAY_REFER = INIT + (".ref.text", ".head.", ".debug_", ".eh_frame")
JUMP_TABLE = "R_X86_64_PC32"


def readelf(option, objects):
    """Return (object, line) of the output of readelf."""
    name = objects[0]
    for line in subprocess.run(["readelf", option, "-W"] + objects, check=True, text=True,
                               stdout=subprocess.PIPE).stdout.splitlines():
        if line.startswith("File: "):
            name = line[6:]
        else:
            yield name, line


def section_names(objects):
    """{(object, number): name}"""
    names = {}
    for name, line in readelf("-S", objects):
        number, bracket, rest = line.strip().removeprefix("[").partition("]")
        if bracket and number.strip().isdigit():
            names[name, number.strip()] = rest.split()[0]
    return names


def init_symbols(objects):
    """The symbols in init sections: global names, and (object, name) of local ones."""
    sections, everywhere, local = section_names(objects), set(), set()
    for name, line in readelf("-s", objects):
        fields = line.split()
        if len(fields) < 8 or not fields[0].endswith(":"):
            continue
        section = sections.get((name, fields[6]), "")
        if section.startswith(INIT):
            if fields[4] == "LOCAL":
                local.add((name, section if fields[3] == "SECTION" else fields[7]))
            else:
                everywhere.add(fields[7])
    return everywhere, local


def wrong_references(objects):
    everywhere, local = init_symbols(objects)
    section = ""
    for name, line in readelf("-r", objects):
        if line.startswith("Relocation section"):
            section = line.split("'")[1].removeprefix(".rela")
        fields = line.split()
        if section.startswith(MAY_REFER) or len(fields) < 5 or not fields[2].startswith("R_"):
            continue
        target = fields[4]
        if target not in everywhere and (name, target) not in local:
            continue
        if section.startswith(".rodata") and fields[2] == JUMP_TABLE:
            continue
        yield f"{name}: {section}+{int(fields[0], 16):#x} refers to {target}, which is freed after the boot"


def main(objects):
    found = list(wrong_references(objects))
    for text in found:
        print(text, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
