#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The table of system calls, from the sources that define them.

usage: mksyscalls.py SOURCE...            the table for kernel/syscall/table.c, to stdout
       mksyscalls.py --errors ERRNO.H          the names of the errors, for kernel/syscall/trace.c
       mksyscalls.py --readme FILE SOURCE...   between the marks <!-- syscalls --> of FILE

A line that begins with SYSCALL_DEFINEn(name defines a call, one that begins with
SYSCALL_PARTIAL(name, "what") says what it leaves out. A call without a number in
include/uapi/unistd.h, or defined twice, or one partial and not defined, is an error.
"""
import re
import sys

NUMBERS = "include/uapi/unistd.h"
DEFINE = re.compile(r"^SYSCALL_DEFINE[0-6]\((\w+)([^{]*)\)\s*\{", re.M)
PARTIAL = re.compile(r'^SYSCALL_PARTIAL\((\w+),\s*((?:"[^"]*"\s*)+)\)', re.M)
MARKS = ("<!-- syscalls -->\n", "<!-- /syscalls -->\n")

# How kernel/syscall/trace.c prints an argument, by its type and name: "p", "x" when nothing fits.
OPEN_CALLS = ("open", "openat", "pipe2", "dup3")
TYPES = {
    "int": "d", "s32": "d", "unsigned int": "d", "u32": "d", "size_t": "l", "loff_t": "l", "umode_t": "o",
    "const char __user *": "s", "const char __user *const __user *": "v", "const struct iovec __user *": "i",
    "const struct timespec_user __user *": "t", "const struct user_timespec __user *": "t",
    "const sigset_t __user *": "m", "int __user *": "D", "struct user_stat __user *": "S",
}


def letter(call, args, at):
    """The letter for args[at], one of the (type, name) of a call."""
    kind, name = args[at]
    following = args[at + 1][1] if at + 1 < len(args) else ""
    counted = following in ("count", "size", "len", "buflen")
    if name.endswith("dfd"):
        return "f"
    if name == "flags" and call in OPEN_CALLS:
        return "O"
    if call in ("mmap", "mprotect") and name in ("prot", "flags"):
        return {"prot": "R", "flags": "M"}[name]
    if name == "fd":
        return "d"
    if name in ("flags", "mask"):
        return "x"
    if name == "fds" and kind == "int __user *":
        return "P"
    if counted and kind == "const char __user *":
        return "b"
    if counted and kind == "char __user *":
        return "B"
    return TYPES.get(kind, "p" if kind.endswith("*") else "x")


def letters(call, params):
    words = [" ".join(word.split()) for word in params.split(",")[1:]]
    args = list(zip(words[0::2], words[1::2]))
    return "".join(letter(call, args, at) for at in range(len(args)))


def print_errors(path):
    with open(path, encoding="utf-8") as file:
        names = {int(m[2]): m[1] for m in re.finditer(r"^#define (E\w+)\s+(\d+)", file.read(), re.M)}
    for nr in range(1, max(nr for nr in names if nr < 512) + 1):
        print(f'"{names.get(nr, "")}\\0"')


def numbers():
    with open(NUMBERS, encoding="utf-8") as file:
        return {m[1]: int(m[2]) for m in re.finditer(r"^#define __NR_(\w+)\s+(\d+)$", file.read(), re.M)}


def scan(paths):
    """Return ({name: letters of its arguments}, {name: what is missing})."""
    sources, defined, partial = {}, {}, {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for match in DEFINE.finditer(text):
            if match[1] in defined:
                sys.exit(f"{path}: {match[1]} is defined in {sources[match[1]]} as well")
            sources[match[1]] = path
            defined[match[1]] = letters(match[1], match[2])
        for match in PARTIAL.finditer(text):
            partial[match[1]] = "".join(re.findall(r'"([^"]*)"', match[2]))
    return defined, partial


def check(nrs, defined, partial):
    for name in defined:
        if name not in nrs:
            sys.exit(f"SYSCALL_DEFINE({name}): no system call")
    for name in partial:
        if name not in defined:
            sys.exit(f"SYSCALL_PARTIAL({name}) without a definition")


def print_table(nrs, defined):
    names = {nr: name for name, nr in nrs.items()}
    for nr in range(max(names) + 1):
        name = names.get(nr)
        print(f"SYSCALL({nr}, {name}, \"{defined[name]}\")" if name in defined else
              f"NO_SYSCALL({nr}, {name})" if name else f"NO_NUMBER({nr})")


def readme_table(nrs, defined, partial):
    rows = ["| call | | missing |\n", "|---|---|---|\n"]
    whole = [name for name in sorted(defined) if name not in partial]
    rows += [f"| {', '.join(f'`{n}`' for n in whole)} | complete | |\n"] if whole else []
    rows += [f"| `{name}` | partial | {partial[name]} |\n" for name in sorted(partial)]
    absent = [name for name in sorted(nrs, key=nrs.get) if name not in defined]
    return rows + ["\n", f"{len(defined)} of {len(nrs)} calls. The others return `ENOSYS`: "
                   + ", ".join(absent) + ".\n"]


def write_readme(path, rows):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    start, end = text.find(MARKS[0]), text.find(MARKS[1])
    if not 0 <= start < end:
        sys.exit(f"{path}: no {MARKS[0].strip()} ... {MARKS[1].strip()}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text[:start + len(MARKS[0])] + "".join(rows) + text[end:])


def main(args):
    if args[:1] == ["--errors"]:
        print_errors(args[1])
        return
    readme = args[1] if args[:1] == ["--readme"] else None
    nrs = numbers()
    defined, partial = scan(args[2:] if readme else args)
    check(nrs, defined, partial)
    if readme:
        write_readme(readme, readme_table(nrs, defined, partial))
    else:
        print_table(nrs, defined)


if __name__ == "__main__":
    main(sys.argv[1:])
