# SPDX-License-Identifier: BSD-2-Clause
"""At the end of a run: build/doors.json, and the table on the terminal."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import doors_table  # noqa: E402
import qemu  # noqa: E402


def pytest_terminal_summary(terminalreporter):
    if not os.path.isdir(os.path.join(qemu.BUILD, "doors")):
        return
    results = doors_table.gather(qemu.BUILD)
    terminalreporter.write_line("")
    for line in doors_table.text(results):
        terminalreporter.write_line(line)
