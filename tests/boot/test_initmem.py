# SPDX-License-Identifier: BSD-2-Clause
"""Code and data of the boot are free memory after it, and nothing is mapped where they were."""
import re
import subprocess

import expect
import pytest
import qemu


def symbols():
    """{name: address} of build/vmlinux"""
    return {name: int(address, 16) for address, _, name in
            (line.split() for line in subprocess.run(["nm", qemu.VMLINUX], check=True, text=True,
                                                     stdout=subprocess.PIPE).stdout.splitlines())}


@pytest.mark.parametrize("options", ["", "page_poison"])
def test_init_memory_is_freed_and_unmapped(boot, options):
    at = symbols()
    parts = [(at["_sinittext"], at["_einittext"]), (at["__init_bss_start"], at["__init_bss_end"])]
    addresses = [address for start, end in parts for address in (start, end - 1)]
    commands = [f"pt {address:#x}" for address in addresses] + ["pt check", "map", "selftest mm", "map"]
    machine = boot(kernel=qemu.LANTERN, firmware="bios", memory="128M",
                   append=f'nokaslr {options} monitor.exec="{";".join(commands)};poweroff"')
    assert machine.wait() == "guest-shutdown"
    log = machine.log
    freed = int(re.search(r"^memory: init freed: (\d+) KiB$", log, re.M).group(1))
    assert freed == sum(end - start for start, end in parts) // 1024 > 64
    for address in addresses:
        walk = log.split(f"{expect.PROMPT}pt {address:#x}\n")[1].split(expect.PROMPT)[0]
        assert "not mapped" in walk and re.search(r": kernel init (text|data), unmapped", walk)
    assert log.count("memory: the books balance\n") == 2 and "memory: kernel init" not in log
    assert re.search(r"selftest mm: \d+ checks, 0 failed", log)
    assert len(re.findall(r"0 of them writable and executable\n", log)) == 2
    assert "lantern: warning" not in log
