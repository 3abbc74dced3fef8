#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run host test programs: run.py BUILD/host UNIT...

Shows cmocka's output as it comes and writes, for each program, a JUnit file
BUILD/host/results/UNIT.xml (slashes become dots). A test that began and never
ended, because a sanitizer stopped the program, counts as failed. Exit status 1
when anything failed.
"""
import re
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

LINE = re.compile(r"\[ *(RUN|OK|FAILED|SKIPPED) *\] ([A-Za-z_]\w*)$")
TIMEOUT = 300  # seconds for one program; ends a hang, decides nothing else


def run(program):
    """Return the outcome of each test by name, the output, and the exit status."""
    outcome, output = {}, []
    process = subprocess.Popen(["timeout", str(TIMEOUT), program], text=True, errors="replace",
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in process.stdout:
        sys.stdout.write(line)
        sys.stdout.flush()
        output.append(line)
        match = LINE.match(line.rstrip())
        if match:
            word, name = match.groups()
            # the summary repeats failed names; a test that failed stays failed
            if outcome.get(name) != "FAILED":
                outcome[name] = word
    return outcome, "".join(output), process.wait()


def write_junit(path, unit, outcome, output, seconds):
    failed = [name for name, word in outcome.items() if word not in ("OK", "SKIPPED")]
    suite = ElementTree.Element("testsuite", name=unit, tests=str(len(outcome)),
                                failures=str(len(failed)), errors="0",
                                skipped=str(list(outcome.values()).count("SKIPPED")),
                                time=f"{seconds:.3f}")
    for name, word in outcome.items():
        case = ElementTree.SubElement(suite, "testcase", classname=unit, name=name)
        if name in failed:
            ElementTree.SubElement(case, "failure", message=word).text = printable(output[-8000:])
        elif word == "SKIPPED":
            ElementTree.SubElement(case, "skipped")
    path.write_bytes(ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True))
    return len(failed)


def printable(text):
    return "".join(c if c in "\n\t" or c.isprintable() else "?" for c in text)


def main(build, units):
    results = Path(build) / "results"
    results.mkdir(parents=True, exist_ok=True)
    for stale in results.glob("*.xml"):
        stale.unlink()
    total = bad = 0
    for unit in units:
        began = time.monotonic()
        outcome, output, status = run(f"{build}/{unit}_test")
        if status and "FAILED" not in outcome.values() and "RUN" not in outcome.values():
            outcome["program_exits_cleanly"] = "FAILED"
        total += len(outcome)
        bad += write_junit(results / (unit.replace("/", ".") + ".xml"), unit, outcome, output,
                           time.monotonic() - began)
    print(f"host: {total - bad} passed, {bad} failed")
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
