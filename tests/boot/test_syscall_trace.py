# SPDX-License-Identifier: BSD-2-Clause
"""syscall.trace=: a line for each system call, with its strings, flags and result, of those asked for alone."""
import os
import re

import qemu

INITRAMFS = os.path.join(qemu.BUILD, "tests", "user", "initramfs.cpio")


def log_of(trace, applet):
    """The log of a machine whose PID 1 is an applet of busybox."""
    with qemu.Machine(firmware="bios", kernel=qemu.LANTERN, machine="q35", smp=2, memory="256M",
                      append=f"console=ttyS0 syscall.trace={trace} init=/bin/busybox -- {applet}",
                      extra=["-initrd", INITRAMFS]) as machine:
        machine.expect("panic: PID 1 has ended")
        return machine.log.replace("\r", "")


def test_calls_of_a_program_by_its_name():
    log = log_of("hello", "env /t/hello")
    lines = re.findall(r"^(\w+)\[\d+\] (\w+)\(.*$", log, re.M)
    assert {name for name, _ in lines} == {"hello"}, lines
    assert {"write", "brk", "exit_group"} <= {call for _, call in lines}
    assert re.search(r"^hello\[\d+\] exit_group\(\d+\) = \?$", log, re.M)


def test_calls_of_a_process_and_what_it_makes():
    log = log_of("1", "cat /etc/group /none")
    assert re.search(r'^busybox\[1\] open\w*\((AT_FDCWD, )?"/etc/group", O_RDONLY(\|O_LARGEFILE)?\) = 3$', log, re.M)
    assert re.search(r'"/none", O_RDONLY.*\) = -1 ENOENT$', log, re.M)
    assert re.search(r'^busybox\[1\] write\(2, "cat: can\'t open \'/none\': No such"\.\.\., 51\) = 51$', log, re.M)
    assert re.search(r"mprotect\(0x[0-9a-f]+, \d+, PROT_READ\) = 0$", log, re.M)


def test_nothing_is_traced_when_nobody_asks():
    log = log_of("nobody", "cat /etc/group")
    assert "root:x:0:" in log
    assert not re.search(r"^\w+\[\d+\] \w+\(", log, re.M)
