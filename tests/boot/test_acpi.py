# SPDX-License-Identifier: BSD-2-Clause
"""ACPI tables that no firmware should have: each is told, and the machine works with what is left.

The debugger writes them into low memory and shows acpi_init() the RSDP.
"""
import re
import struct

import expect
import qemu
from test_irq import ask, lines, press, sleeps
from test_paging import symbols

DIRECT_MAP = 0xffff888000000000
START, END = 0x60000, 0x80000		# low memory nobody uses


class Tables:
    """What goes into memory, one table behind the other."""

    def __init__(self):
        self.memory = bytearray(END - START)
        self.used = 64			# the RSDP comes first
        self.where = []			# what the root is to list

    def put(self, data):
        at = self.used
        self.memory[at:at + len(data)] = data
        self.used += len(data) + 15 & ~15
        assert self.used <= END - START
        return START + at

    def add(self, signature, body, length=None, spoil=0, listed=True):
        """LENGTH: what the header says; SPOIL: how wrong the checksum is."""
        length = 36 + len(body) if length is None else length
        table = bytearray(struct.pack("<4sIBB6s8sIII", signature, length, 1, 0, b"WRONG ", b"TABLES  ", 1, 1, 1) + body)
        table[9] = (spoil - sum(table)) & 0xff
        at = self.put(table)
        if listed:
            self.where.append(at)
        return at

    def root(self):
        """Return the address of the RSDP."""
        xsdt = self.add(b"XSDT", b"".join(struct.pack("<Q", at) for at in self.where), listed=False)
        rsdp = bytearray(struct.pack("<8sB6sBIIQB3x", b"RSD PTR ", 0, b"WRONG ", 2, 0, 36, xsdt, 0))
        rsdp[8] = -sum(rsdp[:20]) & 0xff
        rsdp[32] = -sum(rsdp) & 0xff
        self.memory[:36] = rsdp
        return START


def fadt(dsdt):
    body = bytearray(276 - 36)
    struct.pack_into("<I", body, 40 - 36, dsdt)
    struct.pack_into("<I", body, 64 - 36, 0x604)		# PM1a control, where QEMU's q35 has it
    return body


def hpet(address):
    return struct.pack("<IBBBBQBHB", 0x8086a201, 0, 64, 0, 0, address, 0, 100, 0)


def io_apic(number, address, first):
    return struct.pack("<BBBBII", 1, 12, number, 0, address, first)


def x2apic(apic_id):
    return struct.pack("<BBHIII", 9, 16, 0, apic_id, 1, apic_id)


def start(boot, tables, append=""):
    """A machine with TABLES, at its prompt."""
    machine = boot(firmware="bios", cpu="max,la57=off", memory="64M", kernel=qemu.LANTERN, gdb=True,
                   append=f"nokaslr {append}")
    rsdp = tables.root()
    machine.gdb.run_to(symbols()["acpi_init"])
    for at in range(0, tables.used, 1024):
        machine.gdb.write(DIRECT_MAP + START + at, bytes(tables.memory[at:at + 1024]))
    machine.gdb.set_registers(rdi=rsdp)
    machine.gdb.go()
    machine.expect(expect.PROMPT)
    return machine


def warned(machine, *texts):
    for text in texts:
        assert re.search(expect.warning(85, text), machine.log), text


def test_tables_not_to_be_believed(boot):
    """No MADT, no HPET, no way to switch off: PIC, another clock, and poweroff says so."""
    t = Tables()
    dsdt = t.add(b"DSDT", b"\x08_S5_\x12\x08\x04\x0a\xff\x0a\xff\x00\x00", listed=False)
    t.add(b"FACP", fadt(dsdt))
    t.add(b"APIC", struct.pack("<II", 0xfee00000, 1), spoil=1)
    t.add(b"HPET", hpet(0xfed00000), length=0x60)		# takes in half of the table behind it
    t.add(b"HPET", hpet(0xfed00000), length=30)
    t.add(b"MCFG", struct.pack("<QQHBBI", 0, 0x100000, 0, 0, 255, 0))
    t.where += [0, 0xfffffffffffff000, START + 8, t.where[0], 0x3fffff0]
    m = start(boot, t)
    warned(m, "table APIC at 0x[0-9a-f]+: wrong checksum, ignored", "no MADT", "the DSDT does not say how to switch off",
           "MCFG: the configuration space of PCI segment 0 is in RAM, ignored",
           "table HPET at 0x[0-9a-f]+: wrong checksum, ignored", "table HPET at 0x[0-9a-f]+: wrong length, ignored")
    assert "second table FACP" not in m.log, "a table that is listed twice is one"
    assert lines(ask(m, "irq"))["ttyS0"][:2] == (4, "PIC")
    assert " from hpet" not in m.log
    m.send("poweroff\r")
    m.expect("poweroff: neither EFI nor ACPI switched the machine off\n")


def test_a_madt_with_a_thousand_cpus(boot):
    """Doubles among them, an end that is cut off, a second MADT, a second HPET; lines work, an NMI source too."""
    t = Tables()
    dsdt = t.add(b"DSDT", b"\x08_S5_\x12\x06\x04\x00\x00\x00\x00", listed=False)
    t.add(b"FACP", fadt(dsdt))
    madt = struct.pack("<II", 0xfee00000, 1)
    madt += io_apic(1, 0x2000000, 0)				# RAM, where nobody may write
    madt += io_apic(2, 0xfec00000, 0xfffffff0)			# its last interrupts would be those of line 0 to 7
    madt += io_apic(0, 0xfec00000, 0)
    madt += struct.pack("<BBHI", 3, 8, 0, 2)			# the PIT's line is an NMI
    madt += struct.pack("<BBBBIH", 2, 10, 0, 0, 2, 0)
    madt += struct.pack("<BBBBIH", 2, 10, 0, 99, 2, 0)		# there is no ISA line 99
    madt += b"".join(x2apic(n) for n in range(1000)) + 3 * x2apic(7)
    t.add(b"APIC", madt + bytes([9, 200]))
    t.add(b"APIC", struct.pack("<II", 0xfee00000, 1))
    t.add(b"HPET", hpet(0xfed00000))
    t.add(b"HPET", hpet(0xfed01000))
    m = start(boot, t, "nosmp clocksource=tsc")
    warned(m, r"MADT: 1000 CPUs, the first 64 of them are used", "MADT: 3 CPUs have the APIC id of one before, ignored",
           rf"MADT: the entry at offset {36 + len(madt)} is cut short", "MADT: 1 entries make no sense, ignored",
           "a second table APIC at 0x[0-9a-f]+, ignored", "I/O APIC 1 at 0x2000000: nothing answers, ignored",
           "I/O APIC 2 at 0xfec00000: its interrupts have no numbers, ignored")
    assert re.search(r"warning \d+ [\w-]+: a second table HPET at 0x[0-9a-f]+, ignored", m.log)
    assert "apic: I/O APIC 0 at 0xfec00000, interrupts 0 to 23\n" in m.log
    if "NMI 1 on" not in m.log:
        m.expect(r"NMI 1 on CPU 0 at 0x[0-9a-f]+, no reason given\n")
    m.send("poweroff\r")
    assert m.wait() == "guest-shutdown"


def test_entries_that_lead_back(boot):
    """A MADT whose entry has no length, a FADT that ends in its middle, an XSDT that lists itself and the RSDP."""
    t = Tables()
    t.add(b"FACP", b"\xff" * 20)
    t.add(b"APIC", struct.pack("<II", 0xfee00000, 1) + x2apic(0) + bytes([9, 0]) + bytes(60))
    t.where += [START, START + t.used] * 200
    m = start(boot, t)
    warned(m, "MADT: the entry at offset 60 is cut short, what follows is ignored")
    assert lines(ask(m, "irq"))["ttyS0"][:2] == (4, "PIC")
    m.send("poweroff\r")
    m.expect("poweroff: neither EFI nor ACPI switched the machine off\n")


def test_tables_added_by_the_machine(boot, tmp_path):
    """QEMU mends their lengths and checksums: what is left wrong is what they say, and how little of it."""
    files = []
    for name, body in {
        b"HPET": hpet(0xfed00000)[:4],			# cut off in the middle
        b"APIC": struct.pack("<II", 0xfee00000, 1) + b"".join(x2apic(n) for n in range(1000)) + 9 * x2apic(7),
        b"FACP": bytes(20),
        b"SRAT": bytes(12) + bytes([2, 0]) + bytes(100),	# an entry without length
    }.items():
        path = tmp_path / name.decode()
        path.write_bytes(struct.pack("<4sIBB6s8sIII", name, 36 + len(body), 1, 0, b"WRONG ", b"TABLES  ", 1, 1, 1) + body)
        files += ["-acpitable", f"file={path}"]
    m = boot(firmware="bios", kernel=qemu.LANTERN, machine="q35,hpet=off", memory="64M", smp=2, extra=files,
             append='monitor.exec="cpus;poweroff"')
    assert m.wait() == "guest-shutdown"			# by the machine's own FADT
    warned(m, "a second table APIC at 0x[0-9a-f]+, ignored", "a second table FACP at 0x[0-9a-f]+, ignored",
           "SRAT: [^\n]*, one node assumed")
    assert re.search(r"warning \d+ [\w-]+: ACPI table HPET tells of no registers", m.log)
    assert "smp: 2 CPUs in" in m.log and " from acpi_pm" in m.log


def test_level_triggered_lines_of_consoles(boot):
    """They interrupt for as long as there is input, which who reads it takes away, not the handler."""
    t = Tables()
    dsdt = t.add(b"DSDT", b"\x08_S5_\x12\x06\x04\x00\x00\x00\x00", listed=False)
    t.add(b"FACP", fadt(dsdt))
    madt = struct.pack("<II", 0xfee00000, 1) + x2apic(0)
    madt += struct.pack("<BBBBII", 1, 12, 0, 0, 0xfec00000, 0)
    for line in (1, 3, 4):
        madt += struct.pack("<BBBBIH", 2, 10, 0, line, line, 0xd)	# active high, level
    t.add(b"APIC", madt)
    m = start(boot, t)
    before = lines(ask(m, "irq"))
    assert before["ttyS0"][:2] == (4, "I/O APIC") and before["kbd0"][:2] == (1, "I/O APIC")
    assert "not arrive" not in m.log
    press(m, "r", "e", "g", "s", "ret")
    m.expect(r"cr3 [0-9a-f]+")
    m.expect(expect.PROMPT)
    after = lines(ask(m, "irq"))
    for name in ("ttyS0", "kbd0"):		# an interrupt a byte, not a storm
        assert before[name][2] < after[name][2] < before[name][2] + 100
    assert sleeps(m)
