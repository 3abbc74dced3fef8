# SPDX-License-Identifier: BSD-2-Clause
"""Keys pressed on QEMU's PS/2 keyboard."""
import expect
import qemu
from keys import press


def test_keys_of_a_german_keyboard_and_ctrl_alt_del(boot):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="keymap=de", memory="256M")
    machine.expect(expect.PROMPT)
    press(machine, "y", "z", "apostrophe", "shift-semicolon", "minus", "alt_r-q", "alt_r-7", "alt_r-0", "shift-7", "less",
          "caps_lock", "b", "caps_lock", "b", "grave_accent", "a", "equal", "e", "num_lock", "kp_7", "kp_decimal", "ret")
    machine.expect("unknown command 'zyäÖß@{}/<Bbâé7,', try help\n")
    machine.expect(expect.PROMPT)
    press(machine, "ctrl-alt-delete")
    machine.expect("Ctrl-Alt-Del: rebooting\n")
    assert machine.wait() == "guest-reset"


def test_an_unknown_layout_is_told_and_us_it_is(boot):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="keymap=xx", memory="256M")
    machine.expect("keymap 'xx' is none of us de fr uk es dvorak: us it is\n")
    machine.expect(expect.PROMPT)
    press(machine, "p", "o", "w", "e", "r", "o", "f", "f", "ret")
    assert machine.wait() == "guest-shutdown"


def test_sysrq_is_obeyed_in_the_interrupt(boot):
    machine = boot(firmware="bios", kernel=qemu.LANTERN, append="", memory="256M")
    machine.expect(expect.PROMPT)
    press(machine, "alt-print-t")
    machine.expect("sysrq: threads\n")
    machine.expect(r"monitor +\d \w+")
    press(machine, "alt-print-p")		# there are registers of what was interrupted
    machine.expect("sysrq: registers[^\n]*\n")
    machine.expect("(?s)rip .*rax .*cr3 .*safe_halt")
    press(machine, "alt-print-m")
    machine.expect("memory: the books balance\n")
    press(machine, "alt-print-h")
    machine.expect("sysrq: b  reset the machine\n")
    press(machine, "alt-print-b")
    machine.expect("sysrq: reset the machine\n")
    assert machine.wait() == "guest-reset"
