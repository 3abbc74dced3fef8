# SPDX-License-Identifier: BSD-2-Clause
"""Keys on QEMU's keyboards, by their names on a US keyboard."""


def press(machine, *keys, ms=5):
    """Press keys after one another; "shift-a" holds shift. QEMU's USB keyboard is asked each 8 MS, and loses what comes faster."""
    for chord in keys:
        machine.qmp("send-key", **{"keys": [{"type": "qcode", "data": key} for key in chord.split("-")], "hold-time": ms})


def type_line(machine, text, ms=5):
    press(machine, *({" ": "spc", ".": "dot", ":": "shift-semicolon"}.get(c, c) for c in text), "ret", ms=ms)


def hold(machine, key, down):
    machine.qmp("input-send-event", events=[{"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": key}}}])
