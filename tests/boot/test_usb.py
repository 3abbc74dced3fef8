# SPDX-License-Identifier: BSD-2-Clause
"""Keyboards on USB: machines that have no other, what is plugged in late, controllers that do not answer."""
import expect
import keys
import pytest
import qemu
from keys import hold

XHCI = ("-device", "qemu-xhci,id=x,addr=5")
KEYBOARD = ("-device", "usb-kbd,bus=x.0,port=1,id=k")


def press(machine, *chords):
    keys.press(machine, *chords, ms=20)


def start(boot, *devices, append="", machine="q35,i8042=off", **kwargs):
    """A machine without a PS/2 keyboard, at its prompt."""
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append=append, memory="256M", machine=machine,
                   extra=[word for words in devices for word in words], **kwargs)
    machine.expect(expect.PROMPT)
    return machine


def ask(machine, line):
    """Type a line on the keyboard, return what it printed."""
    keys.type_line(machine, line, ms=20)
    machine.expect(line + "\n")
    machine.expect(expect.PROMPT)
    assert max(map(len, machine.before.split("\n"))) <= 80
    return machine.before


def end(machine):
    keys.type_line(machine, "poweroff", ms=20)
    assert machine.wait() == "guest-shutdown"


@pytest.mark.parametrize("machine, controller, append, interrupts", [
    ("q35", "qemu-xhci", "", "by message, irq 128"),
    ("q35", "nec-usb-xhci", "", "by message, irq 128"),
    ("q35", "nec-usb-xhci,msix=off", "", "by message, irq 128"),
    ("q35", "nec-usb-xhci,msix=off,msi=off", "", r"by line, irq \d+"),
    ("pc", "nec-usb-xhci,msix=off,msi=off", "", r"by line, irq \d+"),
    ("pc", "qemu-xhci", "nolapic", r"by line, irq \d+"),
    ("q35", "qemu-xhci", "usb=poll", "polled"),
])
def test_keys_arrive(boot, machine, controller, append, interrupts):
    machine = start(boot, ("-device", f"{controller},id=x"), KEYBOARD, machine=machine + ",i8042=off", append=append, smp=2)
    text = ask(machine, "usb")
    assert expect.re.search(interrupts, text)
    assert "0627:0001  high   class 03  keyboard" in text
    assert "xHCI" not in ask(machine, "nonsense")
    end(machine)


def leds_sent(pcap):
    """What SET_REPORT told the keyboard, by the capture of its transfers."""
    with open(pcap, "rb") as file:
        data = file.read()
    setup = bytes.fromhex("21 09 00 02 00 00 01 00")	# a report of output, one byte, which follows the header
    return [data[match.start() + 8 + 16] for match in expect.re.finditer(expect.re.escape(setup), data)]


def test_layout_modifiers_locks_repeat_and_reset(boot, tmp_path):
    machine = start(boot, XHCI, ("-device", f"usb-kbd,bus=x.0,port=1,pcap={tmp_path}/kbd.pcap"), append="keymap=de")
    press(machine, "y", "z", "apostrophe", "shift-semicolon", "minus", "alt_r-q", "alt_r-7", "alt_r-0", "shift-7", "less",
          "caps_lock", "b", "caps_lock", "b", "grave_accent", "a", "equal", "e", "num_lock", "kp_7", "kp_decimal", "ret")
    machine.expect("unknown command 'zyäÖß@{}/<Bbâé7,', try help\n")
    hold(machine, "x", True)
    machine.expect("x{8}")				# it repeats while it is held
    hold(machine, "x", False)
    press(machine, "ret")
    machine.expect("unknown command 'x+'")
    machine.expect(expect.PROMPT)
    press(machine, "alt-print-t")
    machine.expect("sysrq: threads\n")
    machine.expect(r"usb +0 runs")
    press(machine, "ctrl-alt-delete")
    machine.expect("Ctrl-Alt-Del: rebooting\n")
    assert machine.wait() == "guest-reset"
    assert leds_sent(tmp_path / "kbd.pcap") == [0, 2, 0, 1]	# Caps Lock on and off, Num Lock on


def test_two_keyboards_one_behind_hubs_and_all_else_left_alone(boot):
    machine = start(boot, XHCI, KEYBOARD,
                    ("-device", "usb-hub,bus=x.0,port=2"), ("-device", "usb-hub,bus=x.0,port=2.8"),
                    ("-device", "usb-kbd,bus=x.0,port=2.8.3,id=k2"), ("-device", "usb-mouse,bus=x.0,port=2.1"),
                    ("-drive", "if=none,id=d,file=/dev/zero,format=raw,readonly=on"),
                    ("-device", "usb-storage,drive=d,bus=x.0,port=3"))
    text = ask(machine, "usb")
    for line in (r"  1-5            0627:0001  high   class 03  keyboard",
                 r"  1-6            0409:55aa  full   class 09  hub, 8 ports",
                 r"    1-6.1        0627:0001  full   class 03  input",
                 r"    1-6.8        0409:55aa  full   class 09  hub, 8 ports",
                 r"      1-6.8.3    0627:0001  full   class 03  keyboard",
                 r"  1-3            46f4:0001  super  class 08  storage"):
        assert line in text
    # QEMU's keys go to the keyboard plugged in last: pull it out, and they come from the other
    ask(machine, "irq")
    machine.qmp("device_del", id="k2")
    machine.expect(r"usb: 1-6\.8\.3: gone\n")
    ask(machine, "irq")
    end(machine)


def test_plugged_in_late_and_pulled_out(boot):
    machine = start(boot, XHCI)
    machine.qmp("device_add", driver="usb-kbd", id="a", bus="x.0", port="1")
    machine.expect("usb: 1-5: keyboard 0627:0001, high speed\n")
    hold(machine, "shift", True)				# a modifier that is held when the keyboard goes
    press(machine, "a")
    machine.expect("A")
    machine.qmp("device_del", id="a")
    machine.expect("usb: 1-5: gone\n")
    machine.qmp("device_add", driver="usb-hub", id="h", bus="x.0", port="2")
    machine.expect("usb: 1-6: hub 0409:55aa, full speed\n")
    machine.qmp("device_add", driver="usb-kbd", id="b", bus="x.0", port="2.2")
    machine.expect(r"usb: 1-6\.2: keyboard 0627:0001, full speed\n")
    press(machine, "b", "ret")
    machine.expect("unknown command 'Ab'")			# ... is not held any more
    machine.qmp("device_del", id="h")
    machine.expect(r"usb: 1-6\.2: gone\n")
    machine.expect("usb: 1-6: gone\n")
    for _ in range(3):						# slots and pages come back
        machine.qmp("device_add", driver="usb-kbd", id="c", bus="x.0", port="1")
        machine.expect("usb: 1-5: keyboard")
        machine.qmp("device_del", id="c")
        machine.expect("usb: 1-5: gone\n")
    machine.qmp("device_add", driver="usb-kbd", id="c", bus="x.0", port="1")
    machine.expect("usb: 1-5: keyboard")
    end(machine)


def test_taken_over_from_firmware_that_uses_the_keyboard(boot):
    """OVMF drives the keyboard itself until the kernel is entered."""
    machine = boot(cmdline="", machine="q35,i8042=off", extra=[*XHCI, *KEYBOARD])
    machine.expect(expect.PROMPT)
    assert "1-5            0627:0001" in ask(machine, "usb")
    end(machine)


def test_two_controllers_and_one_that_is_not_driven(boot):
    machine = start(boot, XHCI, KEYBOARD, ("-device", "nec-usb-xhci,id=y"), ("-device", "usb-mouse,bus=y.0"),
                    ("-device", "usb-ehci"))
    text = ask(machine, "usb")
    assert expect.re.search(r"(?m)^1 .* 1b36:000d  xHCI[^-]*\n  1-5 .*keyboard$", text) or \
        expect.re.search(r"(?m)^2 .* 1b36:000d  xHCI[^-]*\n  2-5 .*keyboard$", text)
    assert expect.re.search(r"- +\S+ \w+:\w+  EHCI, not driven", text)
    end(machine)


def test_pci_behind_bridges_by_memory_and_by_ports(boot):
    for chipset, by in ("q35", "memory"), ("pc", "ports"):
        machine = start(boot, ("-device", "pci-bridge,id=b,chassis_nr=1,addr=4"), ("-device", "pci-bridge,id=c,bus=b,chassis_nr=2,addr=2"),
                        ("-device", "qemu-xhci,id=x,bus=c,addr=3"), ("-device", "usb-kbd,bus=x.0"),
                        ("-device", "e1000,bus=b,addr=1.0,multifunction=on"), ("-device", "e1000,bus=b,addr=1.1"),
                        machine=chipset + ",i8042=off")
        text = ask(machine, "pci")
        assert expect.re.search(rf"pci: \d+ functions on 3 buses, by {by}\n", text)
        assert "00:04.0  1b36:0001  class 060400 rev 00  bridge to buses 01-02" in text
        assert "01:01.1  8086:100e" in text
        text = ask(machine, "pci 02:03.0")
        assert expect.re.search(r"BAR 0: memory 0x\w+, 16 KiB, 64 bits\n", text)
        assert "capability 11 at 90: MSI-X" in text
        assert expect.re.search(r"BAR 0: memory 0x\w+, 128 KiB\n +BAR 1: ports 0x\w+, 64 B\n", ask(machine, "pci 01:01.1"))
        assert "no function 00:09.0" in ask(machine, "pci 00:09.0")
        end(machine)


def test_usb_off_leaves_it_to_the_serial_line(boot):
    machine = start(boot, XHCI, KEYBOARD, append="usb=off")
    machine.send("usb\r")
    machine.expect("usb: no xHCI controller\n")
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"


def test_a_controller_that_vanishes_is_left_out(boot):
    """Without memory decoding all its registers read as ones, as those of a controller that was pulled out."""
    machine = start(boot, XHCI, KEYBOARD)
    for command in ("o/w 0xcf8 0x80002804", "o/h 0xcfc 4"):
        machine.qmp("human-monitor-command", **{"command-line": command})
    press(machine, "a")
    machine.expect(r"warning \d+ \S+ usb: controller 1 \(00:05\.0\) does not answer any more: left out\n")
    machine.expect("usb: 1-5: gone\n")
    machine.send("usb\r")
    machine.expect(r"xHCI, left out: it does not answer any more\n")
    machine.send("poweroff\r")
    assert machine.wait() == "guest-shutdown"


def test_the_monitor_after_a_panic_hears_the_keyboard(boot):
    machine = start(boot, XHCI, KEYBOARD, smp=2, fatal=())
    keys.type_line(machine, "crash panic", ms=20)
    machine.expect("panic: asked for at the monitor\n")
    machine.expect("panic> ")
    keys.type_line(machine, "regs", ms=20)
    machine.expect("regs\n")
    machine.expect("cr3 ")
    machine.expect("panic> ")
    press(machine, "ctrl-alt-delete")
    machine.expect("Ctrl-Alt-Del: rebooting\n")
    assert machine.wait() == "guest-reset"
