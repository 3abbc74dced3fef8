# SPDX-License-Identifier: BSD-2-Clause
"""`make debug`: gdb knows the symbols of the stub and of the kernel, before and
after the jump to high addresses, wherever KASLR put it."""
import os
import re
import subprocess

import pytest
import qemu

COMMANDS = """\
continue
up
info symbol $pc
continue
hbreak startup_64
hbreak start_kernel
continue
backtrace 1
continue
backtrace 3
kill
"""


@pytest.mark.product		# with its sanitizers the kernel is too large for gdb to be quick
@pytest.mark.parametrize("cmdline", ["gdb", "gdb nokaslr"])
def test_gdb_finds_symbols_before_and_after_the_jump(boot, tmp_path, cmdline):
    socket = str(tmp_path / "gdb")
    boot(cmdline=cmdline, stopped=True, extra=["-gdb", f"unix:{socket},server=on,wait=off"])
    script = tmp_path / "commands"
    script.write_text(COMMANDS)
    out = subprocess.run(["gdb", "-nx", "-q", "-batch", "-x", "tests/tools/lantern-gdb.py", "-x", str(script)],
                         cwd=qemu.ROOT, env=dict(os.environ, LANTERN_GDB=socket), timeout=qemu.HANG,
                         stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True).stdout
    assert "stub_gdb + " in out, out
    moved = re.search(r"kernel is at (0x[0-9a-f]+), virtual (0x[0-9a-f]+)", out)
    assert moved, out
    pa, va = (int(x, 16) for x in moved.groups())
    low = re.search(r"Breakpoint 1\.\d, startup_64 \(\) at arch/x86/kernel/head_64.S:\d+", out)
    high = re.search(r"#1 +(0x[0-9a-f]+) in x86_64_start_kernel ", out)
    assert low and high, out
    assert va <= int(high.group(1), 16) < va + 0x100000, out
    assert (va == 0xffffffff81000000) == ("nokaslr" in cmdline), out
    assert pa % 0x200000 == 0
