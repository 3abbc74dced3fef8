# SPDX-License-Identifier: BSD-2-Clause
"""Every CPU starts, answers, and stops when another one says so."""
import re
import struct
import subprocess
import time

import expect
import pytest
import qemu

CPU = re.compile(r"^ *(\d+) +(\d+) +(\d+) (online|left out|absent)\b", re.M)
SELFTEST = re.compile(r"^selftest (\w+): (\d+) checks, (\d+) failed$", re.M)
MADT_CPUS = 28			# offsets in struct acpi_madt
MADT_NR_CPUS = 12


def run(boot, script, append="", memory="128M", fatal=qemu.Machine.FATAL, **kwargs):
    machine = boot(kernel=qemu.LANTERN, firmware="bios", memory=memory, fatal=fatal,
                   append=f'{append} monitor.exec="{script}"', **kwargs)
    return machine


def cpus(log):
    """{CPU: (APIC id, node, state)} of what the command printed; no line of it is too wide."""
    part = log[log.index("lantern> cpus\n"):]
    part = part[:part.index(expect.PROMPT, len(expect.PROMPT))]
    assert max(len(line) for line in part.split("\n")) <= 80
    return {int(cpu): (int(apic), int(node), state) for cpu, apic, node, state in CPU.findall(part)}


def online(log):
    found = [cpu for cpu, (_, _, state) in cpus(log).items() if state == "online"]
    assert int(re.search(r"^smp: (\d+) CPUs?\b", log, re.M).group(1)) == len(found)
    return found


@pytest.mark.parametrize("machine, smp, cpu, append", [
    ("q35", 16, "max", ""),
    ("pc", 16, "qemu64", ""),
    ("microvm", 16, "max", ""),
    ("q35", 2, "max", "notsc"),
    ("pc", 2, "max", "pmtmr=0"),
    ("microvm", 2, "max", "no5lvl"),
    ("pc", 3, "qemu64,-x2apic", "nox2apic"),
    ("q35", 8, "max", "no5lvl nokaslr"),
    ("pc", 1, "max", ""),
    ("q35,pit=off,pic=off", 2, "max", ""),
    ("pc,pit=off,hpet=off", 2, "max", ""),
    ("microvm,pit=off,pic=off", 4, "max", ""),		# the TSC alone, whose rate is a guess
])
def test_all_cpus_come_and_answer(boot, machine, smp, cpu, append):
    m = run(boot, "cpus;selftest smp;poweroff", append, machine=machine, smp=smp, cpu=cpu)
    assert m.wait() == "guest-shutdown"
    assert online(m.log) == list(range(smp))
    assert [(name, failed) for name, _, failed in SELFTEST.findall(m.log)] == [("smp", "0")]
    assert "left out" not in m.log and "hangs" not in m.log


def test_allocators_on_four_cpus_at_once(boot):
    m = run(boot, "selftest mm;map;poweroff", smp=4)
    assert m.wait() == "guest-shutdown"
    assert [failed for _, _, failed in SELFTEST.findall(m.log)] == ["0"]
    assert "memory: the books balance" in m.log and "warning" not in m.log


@pytest.mark.parametrize("append, expected", [("nosmp", 1), ("maxcpus=2", 2), ("maxcpus=0", 1)])
def test_fewer_cpus_when_asked(boot, append, expected):
    m = run(boot, "cpus;poweroff", append, smp=4)
    assert m.wait() == "guest-shutdown"
    assert online(m.log) == list(range(expected))
    assert f"{4 - expected} more not started" in m.log


def test_a_socket_without_a_cpu_is_no_cpu(boot):
    m = run(boot, "cpus;poweroff", smp="2,maxcpus=4")
    assert m.wait() == "guest-shutdown"
    assert online(m.log) == [0, 1] and "warning" not in m.log


def test_uefi_and_two_nodes(boot):
    """Each CPU is on its node."""
    nodes = []
    for node, size in enumerate(("256M", "256M")):
        nodes += ["-object", f"memory-backend-ram,id=n{node},size={size},reserve=off",
                  "-numa", f"node,nodeid={node},memdev=n{node},cpus={node}"]
    m = boot(cmdline='monitor.exec="cpus;selftest smp;poweroff"', memory="512M", smp=2, extra=nodes)
    assert m.wait() == "guest-shutdown"
    assert online(m.log) == [0, 1]
    assert [node for _, node, _ in cpus(m.log).values()] == [0, 1]
    assert SELFTEST.findall(m.log)[0][2] == "0"


def symbol(name):
    """Address of a symbol without KASLR."""
    for line in subprocess.run(["nm", qemu.VMLINUX], check=True, text=True, stdout=subprocess.PIPE).stdout.splitlines():
        if line.split()[2] == name:
            return int(line.split()[0], 16)
    raise AssertionError(f"no {name} in vmlinux")


def test_a_cpu_that_never_answers_is_left_out(boot):
    """The MADT names one more than the machine has; the others come, and it is told about."""
    m = run(boot, "cpus;selftest smp;poweroff", "nokaslr", smp=3, gdb=True)
    m.gdb.run_to(symbol("smp_init"))
    madt = symbol("madt")
    nr = struct.unpack("<I", m.gdb.read(madt + MADT_NR_CPUS, 4))[0]
    assert nr == 3
    m.gdb.write(madt + MADT_NR_CPUS, struct.pack("<I", nr + 1))
    m.gdb.write(madt + MADT_CPUS, struct.pack("<8I", 0, 0, 77, 7, 1, 1, 2, 2))
    m.gdb.go()
    assert m.wait() == "guest-shutdown"
    assert re.search(r"warning \d+ [\w-]+: CPU 1 with APIC id 77 does not answer, left out", m.log)
    assert online(m.log) == [0, 2, 3] and cpus(m.log)[1] == (77, 0, "left out")
    assert SELFTEST.findall(m.log)[0][2] == "0"


def halted(machine):
    text = machine.qmp("human-monitor-command", **{"command-line": "info registers -a"})
    return [int(hlt) for hlt in re.findall(r"HLT=(\d)", text)], re.findall(r"RFL=([0-9a-f]+)", text)


def test_a_panic_on_one_cpu_stops_the_others(boot):
    m = run(boot, "crash other", smp=4, fatal=())
    m.expect(r"panic: asked for at the monitor, on CPU [0-9]\n")
    m.expect(r"  [0-9a-f]{16}  panic_here\+")
    m.expect(expect.PANIC_STOPPED)
    m.expect(r"\n")
    for _ in range(qemu.LOOKS):
        halt, flags = halted(m)
        if sum(halt) >= 3:
            break
        time.sleep(0.1)
    # the one that tells of it reads keys, with interrupts off as the others
    assert sum(halt) >= 3 and not any(int(rfl, 16) & 0x200 for rfl in flags)
    assert "does not stop" not in m.log


def test_a_cpu_that_hangs_is_told_about_and_stopped(boot):
    m = run(boot, "crash hang;selftest smp", smp=4)
    m.expect(r"warning \d+ monitor: CPU ([0-9]) does not answer CPU [0-9], and hangs\nCPU \1:\nbacktrace\n  [0-9a-f]{16}  hang_here\+")
    m = run(boot, "crash hang;crash panic", "panic=-1", smp=4, fatal=())	# by NMI
    assert m.wait() == "guest-reset"
    assert "panic: asked for" in m.log and "does not stop" not in m.log


@pytest.mark.product		# a tick comes before the handler of the one before is through
def test_a_cpu_that_hangs_for_good_ends_the_wait(boot):
    """An instruction takes a microsecond, so that the seconds go by soon."""
    m = run(boot, "crash hang;selftest smp", "panic=-1", smp=2, fatal=(), extra=["-icount", "shift=10,sleep=off"])
    assert m.wait() == "guest-reset"
    assert m.log.count("and hangs") == 5
    assert re.search(r"^panic: CPU ([01]) does not answer CPU [01], which cannot go on without it$", m.log, re.M)


def test_cpus_without_timers_are_left_out(boot):
    """HPET and PIT interrupt one CPU; a thread that slept on another would never wake."""
    m = run(boot, "cpus;selftest sched;poweroff", "nolapic_timer", smp=4)
    m.wait()
    assert online(m.log) == [0]
    assert "without timers of local APICs the other CPUs are left out" in m.log
    assert ("sched", "0") in [(name, failed) for name, _, failed in SELFTEST.findall(m.log)]
