# SPDX-License-Identifier: BSD-2-Clause
"""gdb script for `make debug`: symbols that are right wherever Lantern runs.

The EFI stub calls an agreed address with the addresses of image and kernel in
registers (include/boot/gdb.h). A hardware breakpoint there, set while the
machine is still stopped at reset, loads the symbols: those of lantern.efi at
the address the firmware chose, those of the kernel twice, at its physical
address for the code before the jump to high addresses and at its virtual
address, moved by KASLR, for all that follows.
"""
import os
import re
import subprocess

import gdb

TEXT_SECTIONS = (".text", ".rodata", ".data", ".bss")


def header_constant(name):
    with open("include/boot/gdb.h") as f:
        return int(re.search(r"#define\s+%s\s+(0x[0-9a-fA-F]+)" % name, f.read()).group(1), 16)


def section_addresses(path):
    """Link-time addresses of the sections of an ELF file."""
    out = subprocess.run(["readelf", "-SW", path], stdout=subprocess.PIPE, check=True, text=True).stdout
    table = {}
    for m in re.finditer(r"\]\s+(\.\S+)\s+\S+\s+([0-9a-f]{16})", out):
        table[m.group(1)] = int(m.group(2), 16)
    return table


def load_symbols(path, delta):
    sections = section_addresses(path)
    words = ["add-symbol-file", path]
    for name in TEXT_SECTIONS:
        if name in sections:
            words += ["-s", name, "%#x" % ((sections[name] + delta) & (2**64 - 1))]
    gdb.execute(" ".join(words), to_string=True)


def register(name):
    return int(gdb.parse_and_eval("$" + name)) & (2**64 - 1)


class Hook(gdb.Breakpoint):
    """Stops when the stub knows more. gdb reads no symbol files while it evaluates
    a breakpoint, so that is left to the handler of the stop.
    """

    def __init__(self):
        self.magic = header_constant("GDB_HOOK_MAGIC")
        self.news = self.last = None
        super().__init__("*%#x" % header_constant("GDB_HOOK_ADDRESS"),
                         type=gdb.BP_HARDWARE_BREAKPOINT, internal=True)
        self.silent = True
        gdb.events.stop.connect(self.stopped)

    def stop(self):
        if register("rax") != self.magic:
            return False
        call = tuple(register(name) for name in ("rdi", "rsi", "rdx", "rsp"))
        # a single step over the breakpoint can be lost, and then the same call stops us again
        if call == self.last:
            return False
        self.last = call
        self.news = call[:3]
        return True

    def stopped(self, event):
        if not self.news:
            return
        base, pa, va = self.news
        self.news = None
        if not pa:
            load_symbols("build/lantern.elf", base)
            print("lantern.efi is at %#x: symbols of the EFI stub loaded" % base)
            return
        text = section_addresses("build/vmlinux")[".text"]
        load_symbols("build/vmlinux", pa - text)
        load_symbols("build/vmlinux", va - text)
        print("kernel is at %#x, virtual %#x: its symbols loaded" % (pa, va))
        print("set breakpoints now, for example: hbreak start_kernel")


gdb.execute("set pagination off")
gdb.execute("set confirm off")
gdb.execute("set architecture i386:x86-64", to_string=True)
gdb.execute("target remote " + os.environ.get("LANTERN_GDB", "localhost:1234"), to_string=True)
Hook()
gdb.execute("source tests/tools/lantern_commands.py")
print("Lantern: the machine is stopped at reset. The first `continue` runs the firmware")
print("and stops in the EFI stub, the second when the kernel is in its place.")
