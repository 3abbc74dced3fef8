# SPDX-License-Identifier: BSD-2-Clause
"""Every allocation of memory that the kernel makes for a program may fail: tests/user/fail_nth.c lets
each of them do so once, by /proc/self/fail-nth, which the kernels with checks have."""
import re

import pytest
import qemu
from test_user import INITRAMFS
from test_user_fuzz import DEBUG, SAN

KERNELS = {"debug": DEBUG, "san": SAN}
WRONG = r"^(?:kasan|ubsan|lockdep|slab|books|panic|BUG|WRONG|out of memory)\b.*|^lantern: (?:error|warning).*"
AT_LEAST = {			# allocations that failed, of operations that are known to make many
    "fork, wait": 10, "exec of a static-PIE": 15, "mmap, touch": 10, "mount": 8, "epoll": 6, "/proc/self/stat": 6,
}


@pytest.mark.product
@pytest.mark.parametrize("kernel", KERNELS)
def test_each_allocation_fails_once(kernel):
    with qemu.Machine(firmware="bios", kernel=KERNELS[kernel], machine="q35", smp=1, memory="256M",
                      append="console=ttyS0 -- fail_nth", extra=["-initrd", INITRAMFS]) as machine:
        while machine.expect(r"\n(?:([^\n]+): \d+ failed|@end fail_nth \w+ \d+)\n")[1]:
            pass
        machine.expect("@all done")
        machine.wait()
        log = machine.log
    wrong = re.search(WRONG, log, re.M)
    assert not wrong, log[wrong.start():wrong.start() + 3000]
    assert "@end fail_nth exit 0\n" in log
    assert "memory: the books balance\n" in log
    failed = dict(re.findall(r"^(.+): (\d+) failed$", log, re.M))
    assert re.search(rf"^{len(failed)} operations, 0 wrong, ", log, re.M)
    for name, least in AT_LEAST.items():
        assert int(failed[name]) >= least, name
