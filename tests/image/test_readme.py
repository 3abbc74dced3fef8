# SPDX-License-Identifier: BSD-2-Clause
"""The table of stages, as people find it in README.md."""
import os
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
