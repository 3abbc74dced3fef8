# SPDX-License-Identifier: BSD-2-Clause
"""What differs between two boots of one machine, and what must not."""
import os
import re

import expect
import pytest
import qemu

CMDLINE = 'monitor.exec="map;poweroff"'


def logs(boot, cmdline, count=2, **kwargs):
    texts = []
    for _ in range(count):
        machine = boot(cmdline=f"{cmdline} {CMDLINE}", **kwargs)
        assert machine.wait() == "guest-shutdown"
        texts.append(expect.from_stub(machine.log))
        machine.kill()
    return texts


def test_deterministic_boots_print_the_same_bytes(boot):
    first, second = logs(boot, "deterministic efi=debug")
    assert first == second


@pytest.mark.parametrize("firmware", ["bios", "ovmf"])
def test_deterministic_boots_with_programs(boot, firmware):
    """All of the serial line, from the first instruction of ours to PID 1's last, but where memory is at the end:
    what several CPUs free late is back at one time or another."""
    texts = []
    for _ in range(2):
        machine = boot(firmware=firmware, kernel=qemu.LANTERN, append="console=ttyS0 earlyprintk deterministic -- hello exec",
                       smp=2, memory="256M", extra=["-initrd", os.path.join(qemu.BUILD, "tests", "user", "initramfs.cpio"),
                                                    "-fw_cfg", "name=etc/sercon-port,string=0"])
        assert machine.wait() == "guest-shutdown"
        text = machine.log if firmware == "bios" else expect.from_stub(machine.log)
        texts.append(re.sub(r"^sysrq: memory\n(memory: .*\n)+", "", text, flags=re.M))
    assert texts[0] == texts[1]
    assert "@end hello exit 42\n" in texts[0] and "@end exec exit 0\n" in texts[0] and expect.stage(98) in texts[0]


def test_kaslr_moves_the_kernel(boot):
    """Both addresses; of four boots at least two differ unless 1 in 10^5 is our luck."""
    places = [expect.placement(log) for log in logs(boot, "", count=4, memory="2G")]
    assert len({physical for physical, _ in places}) > 1
    assert len({virtual for _, virtual in places}) > 1
    for physical, virtual in places:
        assert physical % 0x200000 == 0 and virtual % 0x200000 == 0


def test_nokaslr_does_not(boot):
    places = {expect.placement(log) for log in logs(boot, "nokaslr")}
    assert len(places) == 1
    assert places.pop()[1] == 0xffffffff81000000	# the address it is linked at
