# SPDX-License-Identifier: BSD-2-Clause
"""console= and its relatives: which lines and screens show the log."""
import expect
import pytest
import qemu
from test_irq import ask, lines, sleeps

SCRIPT = 'monitor.exec="regs;poweroff"'


def run(boot, tmp_path, cmdline, chardevs=()):
    """Boot by -kernel, COM1 on the terminal, more devices on files. Return COM1's text and theirs."""
    extra, files = [], []
    for i, device in enumerate(chardevs):
        files.append(tmp_path / f"line{i}")
        extra += ["-chardev", f"file,id=c{i},path={files[-1]}", "-device", f"{device},chardev=c{i}"]
    machine = boot(kernel=qemu.LANTERN, firmware="bios", memory="256M", append=f"{cmdline} {SCRIPT}", extra=extra)
    assert machine.wait() == "guest-shutdown"
    return [machine.log] + [file.read_text(encoding="utf-8").replace("\r", "") for file in files]


def has_log(text):
    found = expect.re.search(expect.BANNER, text) and "e820: total all types" in text and "cr3" in text
    assert found or "e820" not in text, "half a log"
    return bool(found)


def test_several_consoles_show_the_same_log(boot, tmp_path):
    com1, com2, pci = run(boot, tmp_path, "deterministic console=ttyS1,57600e7 console=tty0 console=ttyS0 console=ttyS4",
                          ["isa-serial,index=1", "pci-serial"])
    assert has_log(com1) and has_log(com2) and has_log(pci)
    assert com1[com1.index("door:"):] == com2[com2.index("door:"):] == pci[pci.index("door:"):]


def test_only_the_consoles_asked_for_show_it(boot, tmp_path):
    """The second UART on PCI, and one by its port; nothing on COM1."""
    com1, com4, pci, pci2 = run(boot, tmp_path, "console=ttyS5 earlycon=uart8250,io,0x2e8",
                                ["isa-serial,index=3", "pci-serial,addr=0x10", "pci-serial,addr=0x11"])
    assert [has_log(text) for text in (com1, com4, pci, pci2)] == [False, True, False, True]


def test_consoles_that_are_not_there_give_way_to_the_usual(boot, tmp_path):
    com1, = run(boot, tmp_path, "console=ttyS2 console=hvc0 console=uart8250,mmio32,0xfed40000")
    assert has_log(com1)
    assert expect.re.search(expect.warning(81, "console 'hvc0' is none of ours"), com1)
    assert expect.re.search(expect.warning(81, "none of the consoles"), com1)


def test_console_null_is_silent(boot, tmp_path):
    com1, = run(boot, tmp_path, "console=null")
    assert not has_log(com1)


@pytest.mark.parametrize("machine, device, option, line", [
    ("q35", "pci-serial", "ttyS4", 10),
    ("pc", "pci-serial", "ttyS4", 10),
    ("q35", "isa-serial,iobase=0x210,irq=5", "uart8250,io,0x210", None),	# nobody tells of its line: polled
])
def test_the_cpu_sleeps_while_a_console_waits(boot, machine, device, option, line):
    """COM1 is not there; the terminal is the other UART."""
    m = boot(kernel=qemu.LANTERN, firmware="bios", memory="64M", append=f"console={option}", machine=machine,
             terminal=device)
    m.expect(expect.PROMPT)
    before = lines(ask(m, "irq"))
    after = lines(ask(m, "irq"))
    if line:
        assert before["ttyS4"][:2] == (line, "I/O APIC") and after["ttyS4"][2] > before["ttyS4"][2]
    else:
        assert not after
    assert "not arrive" not in m.log
    assert sleeps(m)
    m.send("poweroff\r")
    assert m.wait() == "guest-shutdown"
