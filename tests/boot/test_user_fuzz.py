# SPDX-License-Identifier: BSD-2-Clause
"""No program, root or not, crashes, hangs or reads the kernel: tests/user/fuzz makes calls at random.

Its seed is on the line "fuzz: seed N"; FUZZ_SEED=N makes the same calls again, FUZZ_ROUNDS as many
rounds as one likes (make fuzz has another seed each time and more of them).
"""
import os
import re

import pytest
import qemu

INITRAMFS = os.path.join(qemu.BUILD, "tests", "user", "fuzz.cpio")
DEBUG = os.path.join(qemu.BUILD, "debug", "lantern.efi")
SAN = os.path.join(qemu.BUILD, "san", "lantern.efi")
SEED = int(os.environ.get("FUZZ_SEED", "1"))
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "3"))
PROCESSES, THREADS, CALLS = 2, 3, 200	# calls of each thread
LEAK_KIB = 2048			# what lists of CPUs, names and slabs may keep beside what the first round left
SHADOW_KIB = 32768		# SAN=1: an eighth of the memory, as it is used
WRONG = r"^(?:kasan|ubsan|lockdep|slab|books|panic|BUG)\b.*|^lantern: (?:error|warning).*"


def fuzz(kernel, smp, uid, rounds):
    """Run it; return the log when the kernel is well afterwards."""
    with qemu.Machine(firmware="bios", kernel=kernel, machine="q35", smp=smp, memory="256M",
                      append=f"console=ttyS0 -- {SEED} {rounds} {CALLS} {PROCESSES} {THREADS} {uid}",
                      extra=["-initrd", INITRAMFS]) as machine:
        done = [None, None]
        while done[1] is None:		# a round, or the end
            done = machine.expect(r"(?:fuzz: seed \d+: |@fuzz (done|failed: [^\n]*)\n)")
        assert done[1] == "done", machine.log[-2000:]
        return machine.log


def check(log, sanitized=False):
    wrong = re.search(WRONG, log, re.M)
    assert not wrong, log[wrong.start():wrong.start() + 3000]
    assert "memory: the books balance\n" in log
    lost = re.search(r"fuzz: (\d+) calls, (-?\d+) KiB less free", log)
    assert int(lost[1]) == CALLS * PROCESSES * THREADS * ROUNDS, "not all calls were made"
    assert int(lost[2]) < LEAK_KIB + SHADOW_KIB * sanitized


@pytest.mark.parametrize("uid", [0, 1000], ids=["root", "user"])
@pytest.mark.parametrize("smp", [1, 4])
def test_calls_at_random(smp, uid):
    check(fuzz(qemu.LANTERN, smp, uid, ROUNDS), qemu.is_sanitized())


@pytest.mark.product
def test_calls_at_random_with_locks_and_slabs_checked():
    check(fuzz(DEBUG, 4, 0, ROUNDS))


@pytest.mark.product
@pytest.mark.parametrize("uid", [0, 1000], ids=["root", "user"])
def test_calls_at_random_with_sanitizers(uid):
    check(fuzz(SAN, 4, uid, ROUNDS), sanitized=True)
