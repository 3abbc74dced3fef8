# SPDX-License-Identifier: BSD-2-Clause
"""The tables of stages and of system calls, as people find them in README.md."""
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "tools"))
sys.dont_write_bytecode = True

import stages_table  # noqa: E402


def test_readme_lists_every_stage_with_what_to_try():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        assert stages_table.in_readme(readme.read()) == stages_table.table(), "run tests/tools/stages_table.py README.md"
    with open(stages_table.HEADER, encoding="ascii") as header:
        assert len(stages_table.stages()) == header.read().count("\tS(") > 50


def test_readme_lists_every_system_call(tmp_path):
    copy = tmp_path / "README.md"
    shutil.copy(os.path.join(ROOT, "README.md"), copy)
    subprocess.run(["make", "-s", "syscalls-table", f"SYSCALLS_README={copy}"], cwd=ROOT, check=True)
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as readme:
        assert readme.read() == copy.read_text(encoding="utf-8"), "run make syscalls-table"
