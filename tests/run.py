#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Build, run the kinds of test named, and end with one line over all of them.

    tests/run.py [--build DIR] [--make MAKE] [--san 1] {host,fuzz,image,boot,doors}...

The last line is `N passed, N failed`, with `, N skipped` when a test was
skipped. The exit status is 0 only when something passed and nothing failed. A
build that breaks, or a kind that gives no results, counts as one failure.
"""
import argparse
import glob
import os
import subprocess
import sys
import xml.etree.ElementTree as xml

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
QEMUS = 2			# machines at a time
FOLDERS = {"image": "tests/image", "boot": "tests/boot", "doors": "tests/boot/doors"}	# boot has doors in it


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []

    def fail(self, name):
        self.failed += 1
        self.failures.append(name)

    def add_junit(self, paths):
        """Count the test cases of JUnit files; return how many there were."""
        cases = 0
        for path in paths:
            for case in xml.parse(path).getroot().iter("testcase"):
                cases += 1
                name = f"{case.get('classname') or os.path.basename(path)}: {case.get('name')}"
                if case.find("failure") is not None or case.find("error") is not None:
                    self.fail(name)
                elif case.find("skipped") is not None:
                    self.skipped += 1
                else:
                    self.passed += 1
        return cases

    def line(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def run(*command, **variables):
    """Run a command with our output; its text comes after what we printed."""
    sys.stdout.flush()
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    env.update(variables)
    return subprocess.run(command, cwd=ROOT, env=env).returncode


def junit_results(tally, kind, status, pattern):
    try:
        cases = tally.add_junit(sorted(glob.glob(pattern, recursive=True)))
    except xml.ParseError as error:
        print(f"{kind}: {error}")
        cases = 0
    # a run that stopped half-way has failed, whatever it got to
    if not cases or (status and not tally.failed):
        tally.fail(f"{kind}: ended with status {status} after {cases} tests")


def remove(pattern):
    for path in glob.glob(pattern, recursive=True):
        os.unlink(path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--make", default="make")
    parser.add_argument("--san", default="", help="1: test a kernel built with sanitizers")
    parser.add_argument("kinds", nargs="+", choices=("host", "fuzz") + tuple(FOLDERS))
    args = parser.parse_args()
    build = os.path.join(ROOT, args.build)
    make = (args.make, "--no-print-directory", f"-j{os.cpu_count()}", f"BUILD={args.build}", f"SAN={args.san}")
    tally = Tally()
    remove(f"{build}/tests/count")

    for kind in ("host", "fuzz"):
        if kind in args.kinds:
            results = f"{build}/{kind}/results/**/*.xml"
            remove(results)
            junit_results(tally, f"{kind} tests", run(*make, f"test-{kind}"), results)

    folders = [folder for kind, folder in FOLDERS.items() if kind in args.kinds]
    if folders and run(*make, "all", "test-efi"):
        tally.fail("build: make all test-efi")
    elif folders:
        results = f"{build}/tests/results.xml"
        remove(results)
        status = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
                     "-n", str(QEMUS), "--dist", "loadgroup", "--tb", "short",
                     "--rootdir", "tests", "--junitxml", results, *folders, BUILD=build)
        junit_results(tally, "image and boot tests", status, results)

    if tally.failures:
        print("failed:")
        for name in tally.failures:
            print(f"  {name}")
    # also in a file: make adds a line of its own after a failure, and .ci/run repeats the count
    os.makedirs(f"{build}/tests", exist_ok=True)
    with open(f"{build}/tests/count", "w", encoding="ascii") as file:
        print(tally.line(), file=file)
    print(tally.line(), flush=True)
    return 0 if tally.passed and not tally.failed else 1


if __name__ == "__main__":
    sys.exit(main())
