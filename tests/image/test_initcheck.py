# SPDX-License-Identifier: BSD-2-Clause
"""The build refuses code that stays and calls code that is freed after the boot."""
import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CHECK = os.path.join(ROOT, "kernel", "init", "initcheck.py")
FREED = """
#define __init __attribute__((section(".init.text"), noinline))
#define __ref __attribute__((section(".ref.text"), noinline))
int __init once(int n);
int __init once(int n) { switch (n) { case 0: return 7; case 1: return n * n; case 2: return -n; case 3: return n ^ 5;
	case 4: return 1 - n; case 5: return n << 3; } return n; }
static int scratch[4] __attribute__((section(".bss..init")));
int __init *also(void);
int __init *also(void) { return scratch + once(1); }
"""


def check(tmp_path, text):
    """Exit status and messages for FREED in one object and TEXT in another."""
    objects = []
    for name, code in (("freed", FREED), ("stays", FREED.split("int __init once(int n) {")[0] + text)):
        source = tmp_path / f"{name}.c"
        source.write_text(code, encoding="ascii")
        objects.append(str(tmp_path / f"{name}.o"))
        subprocess.run(["gcc", "-O2", "-fPIE", "-ffreestanding", "-c", "-o", objects[-1], str(source)], check=True)
    found = subprocess.run([sys.executable, CHECK] + objects, stderr=subprocess.PIPE, text=True, check=False)
    return found.returncode, found.stderr


@pytest.mark.parametrize("text", [
    "", "int __init more(void) { return once(2); }", "int __ref during_boot(void) { return once(2); }"])
def test_references_that_are_allowed(tmp_path, text):
    assert check(tmp_path, text) == (0, "")


@pytest.mark.parametrize("text, section, target", [
    ("int call(void) { return once(2) + 1; }", ".text", "once"),
    ("int (*pointer)(int) = once;", ".data", "once"),
    ("int (*const table[])(int) = { once };", ".data.rel.ro", "once"),
    ("static int own[4] __attribute__((section(\".bss..init\"))); int *data(void) { return own; }", ".text", ".bss..init"),
])
def test_references_that_are_refused(tmp_path, text, section, target):
    status, message = check(tmp_path, text)
    assert status == 1 and len(message.splitlines()) == 1
    assert f"stays.o: {section}" in message and f"refers to {target}" in message
