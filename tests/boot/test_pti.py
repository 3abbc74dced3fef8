# SPDX-License-Identifier: BSD-2-Clause
"""Page-table isolation: what user mode's tables hold of the kernel, and that entries stand NMIs at any instruction."""
import re
import struct
import subprocess
import time

import pytest
import qemu
from test_initmem import symbols
from test_user import INITRAMFS

HALF = 1 << 47			# canonical addresses above it are the kernel's


def machine_with_programs(append, **kwargs):
    """With 4 levels of page tables: QEMU's `info mem` says nothing about 5."""
    return qemu.Machine(firmware="bios", kernel=qemu.LANTERN, append=f"console=ttyS0 nokaslr {append}",
                        cpu="max,la57=off", extra=["-initrd", INITRAMFS], **kwargs)


def monitor(machine, command):
    return machine.qmp("human-monitor-command", **{"command-line": command}).replace("\r", "")


def pages_in_user_mode(machine):
    """Stop the machine where a program runs. Return the ranges [start, end) that are mapped there in the kernel's half."""
    for _ in range(2000):
        machine.qmp("stop")
        if "CPL=3" in monitor(machine, "info registers"):
            ranges = re.findall(r"^([0-9a-f]+)-([0-9a-f]+) [0-9a-f]+ (\S+)$", monitor(machine, "info mem"), re.M)
            machine.qmp("cont")
            return [(int(start, 16), int(end, 16), rights) for start, end, rights in ranges if int(start, 16) >= HALF]
        machine.qmp("cont")
        time.sleep(0.01)
    raise AssertionError("no program ever ran")


def size(ranges):
    return sum(end - start for start, end, _ in ranges)


def test_user_mode_has_no_kernel():
    """64 KiB at most, user mode may not touch it, and neither text nor data of the kernel is part of it."""
    at = symbols()
    with machine_with_programs("pti=on", memory="256M") as machine:
        machine.expect(r"speculation: .*; on: (.*, )?PTI[,;\n]")
        machine.expect("@begin ")
        shown = pages_in_user_mode(machine)
        stacks = 0x18000 if qemu.is_sanitized() else 0	# of exceptions, longer there
        assert 0 < size(shown) <= 0x10000 + stacks, shown
        assert all(not rights.startswith("u") for _, _, rights in shown)
        for name in ("start_kernel", "_text", "sys_call_table", "init_task", "init_top_pgt", "current_task"):
            address = at[name] & (1 << 48) - 1
            assert not any(start & (1 << 48) - 1 <= address < end & (1 << 48) - 1 for start, end, _ in shown), name
        entry = at["entry_SYSCALL_64"] & (1 << 48) - 1
        assert any(start & (1 << 48) - 1 <= entry < end & (1 << 48) - 1 for start, end, _ in shown)


def test_without_it_user_mode_has_all():
    """So the test above can fail."""
    with machine_with_programs("nopti", memory="256M") as machine:
        machine.expect("@begin ")
        assert size(pages_in_user_mode(machine)) > 1 << 20


ENDS = {"hello": "exit 42", "bash_language.bash": "exit 17"}	# of programs that say so
WAYS = {		# in and out: how many instructions are looked at; where the stack says what was interrupted
    "pti_entry_SYSCALL_64": (10, None),
    "irq_entry": (60, 16),
    "exception_entry": (60, 24),
    "careful_iret": (50, None),
}


def nmi_after(machine, at, start, steps):
    """Let a program go to START and some instructions further. Return whether an NMI that comes there finds the program."""
    machine.gdb.run_to(at[start])
    cs_at = WAYS[start][1]
    while cs_at and not machine.gdb.read(machine.gdb.registers()["rsp"] + cs_at, 1)[0] & 3:
        machine.gdb.ask("s")
        machine.gdb.run_to(at[start])
    for _ in range(steps):
        machine.gdb.ask("s")
    where = machine.gdb.registers()["rip"]
    machine.qmp("inject-nmi")
    machine.gdb.run_to(at["paranoid_entry"])
    vector, _, rip, cs = struct.unpack("<4Q", machine.gdb.read(machine.gdb.registers()["rsp"], 32))
    assert (vector, rip) == (2, where)
    return bool(cs & 3)


@pytest.mark.parametrize("start", WAYS)
def test_an_nmi_at_each_instruction(start):
    """Whichever tables and GS base it finds, it leaves, and the programs go on."""
    at = symbols()
    with machine_with_programs("pti=on", memory="256M", gdb=True) as machine:
        machine.gdb.run_to(at["pti_entry_SYSCALL_64"])
        in_programs = [nmi_after(machine, at, start, steps) for steps in range(WAYS[start][0])]
        machine.gdb.go()
        assert not in_programs[0] and in_programs[-1] == (start == "careful_iret")
        for _ in range(5):
            machine.expect(r"@end \S+ \w+ \d+\n")
        machine.check_no_triple_fault()
        all_ended_well(machine, 5)


def all_ended_well(machine, at_least):
    ends = re.findall(r"^@end (\S+) (\w+ \d+)$", machine.log, re.M)
    assert len(ends) >= at_least
    assert not [end for end in ends if end[1] != ENDS.get(end[0], "exit 0")]


ENTRY_AREA_USER_EXIT = 32		# offsets in struct entry_area; verw_selector and sysret_end are next
USER_EXIT_VERW = 2
KERNEL_DS = 0x18


@pytest.mark.parametrize("pti", ["on", "off"])
def test_buffers_are_overwritten_on_the_way_out(pti):
    """No CPU that QEMU emulates has VERW do that; so this one is told."""
    at = symbols()
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "--disassemble=careful_iret", qemu.VMLINUX], check=True,
                          text=True, stdout=subprocess.PIPE).stdout
    with_tables, without = (int(address, 16) for address in re.findall(r"^([0-9a-f]+):\s+verw\s", text, re.M))
    with machine_with_programs(f"pti={pti}", memory="256M", gdb=True) as machine:
        machine.gdb.run_to(at["pti_entry_SYSCALL_64" if pti == "on" else "entry_SYSCALL_64"])
        area = at["entry_area"] + ENTRY_AREA_USER_EXIT
        user_exit, = struct.unpack("<Q", machine.gdb.read(area, 8))
        assert user_exit == (pti == "on")
        machine.gdb.write(area, struct.pack("<3Q", user_exit | USER_EXIT_VERW, KERNEL_DS, 0))
        machine.gdb.run_to(with_tables if pti == "on" else without)
        machine.gdb.go()
        for _ in range(5):
            machine.expect(r"@end \S+ \w+ \d+\n")
        machine.check_no_triple_fault()
        all_ended_well(machine, 5)


def test_nmis_while_programs_run():
    """Hundreds of them on two CPUs: the programs end as they should."""
    with machine_with_programs("pti=on", memory="256M", smp=2) as machine:
        machine.expect("@begin ")
        for _ in range(500):
            machine.qmp("inject-nmi")
            time.sleep(0.01)
        for _ in range(12):
            machine.expect(r"@end \S+ \w+ \d+\n")
        machine.check_no_triple_fault()
        assert max(int(nr) for nr in re.findall(r"NMI (\d+) on CPU", machine.log)) > 100	# told at each power of 2
        all_ended_well(machine, 12)
