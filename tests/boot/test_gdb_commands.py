# SPDX-License-Identifier: BSD-2-Clause
"""gdb reads out of a stopped machine what the machine itself has said."""
import os
import re
import subprocess

import expect
import pytest
import qemu

COMMANDS = ("lx-ps", "lx-dmesg", "lx-boot-params", "lx-e820", "lx-slab", "lx-pt &boot_params", "lx-pt 0", "print task_list")


@pytest.mark.product		# with its sanitizers the kernel is too large for gdb to be quick
def test_gdb_shows_what_the_kernel_knows(boot, tmp_path):
    socket = str(tmp_path / "gdb")
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="console=ttyS0 nokaslr", memory="128M",
                   extra=["-gdb", f"unix:{socket},server=on,wait=off"])
    machine.expect(expect.PROMPT)
    script = tmp_path / "commands"
    script.write_text(f"target remote {socket}\nsource tests/tools/lantern_commands.py\n" +
                      "".join(f"echo @{command}\\n\n{command}\n" for command in COMMANDS))
    out = subprocess.run(["gdb", "-nx", "-q", "-batch", "-x", str(script), qemu.VMLINUX], cwd=qemu.ROOT, timeout=qemu.HANG,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    shown = dict(re.findall(r"^@([^\n]+)\n(.*?)(?=^@|\Z)", out, re.M | re.S))
    assert tuple(shown) == COMMANDS, out
    said = machine.log[re.search(expect.BANNER, machine.log).start():machine.log.rindex(expect.PROMPT)]
    assert shown["lx-dmesg"].startswith(said), out
    ranges = re.findall(r"^\[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\] (.*)", shown["lx-e820"], re.M)
    assert [(int(start, 16), int(end, 16) + 1, kind) for start, end, kind in ranges] == expect.MemoryMap(machine.log).ranges
    assert re.search(r"^hdr\.header +0x53726448$", shown["lx-boot-params"], re.M), out
    assert "command line: console=ttyS0 nokaslr\n" in shown["lx-boot-params"]
    assert re.search(r"^kmalloc-64 +64 +[1-9]", shown["lx-slab"], re.M), out
    threads = re.findall(r"^ +(\d+) +\d+ +\d+ +0 (\S+)$", shown["lx-ps"], re.M)
    assert threads[0] == ("0", "idle/0") and threads[-1][1] == "monitor"
    assert f"= list of {len(threads)}\n" in shown["print task_list"]
    virtual, physical = re.search(r"^(0x\w+) is at physical (0x\w+), in a page of 4 KiB$", shown["lx-pt &boot_params"], re.M).groups()
    assert int(virtual, 16) - int(physical, 16) == 0xffffffff80000000	# nokaslr
    assert shown["lx-pt 0"].endswith("not mapped\n")
