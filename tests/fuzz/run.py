#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run fuzz targets: run.py [--seconds N] BUILD/fuzz UNIT...

Without --seconds each target runs its seeds and then a fixed number of inputs
made from them, the same each time; BUILD/fuzz/results has a JUnit file for each.
With it, each runs as long as that and keeps what it learns in BUILD/fuzz/corpus.
An input that breaks something is left in BUILD/fuzz/broken. Exit status 1 when
there was one.
"""
import argparse
import concurrent.futures
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

sys.dont_write_bytecode = True
import seeds  # noqa: E402

RUNS = {"arch/x86/kernel/microcode/intel": 30000, "arch/x86/kernel/microcode/amd": 30000,
        "mm/memblock": 600, "mm/space": 300, "kernel/lib/e820": 600, "efistub/efi_e820": 1500, "kernel/lib/e820_edit": 3000,
        "kernel/tty/vt": 3000}
RUNS_OF_OTHERS = 10000
MAX_LEN = 8000		# bytes of an input
TIMEOUT = 120		# seconds for one input; ends a hang, decides nothing else


def write_seeds(folder, unit):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in seeds.SEEDS[unit]():
        (folder / name).write_bytes(data[:MAX_LEN])


def fuzz(build, unit, seconds):
    """Return whether all went well, the output and the seconds it took."""
    began = time.monotonic()
    learned = build / ("corpus" if seconds else "learned") / unit
    broken = build / "broken" / unit
    if not seconds:
        shutil.rmtree(learned, ignore_errors=True)
    for folder in (learned, broken):
        folder.mkdir(parents=True, exist_ok=True)
    write_seeds(build / "seeds" / unit, unit)
    length = [f"-max_total_time={seconds}"] if seconds else [f"-runs={RUNS.get(unit, RUNS_OF_OTHERS)}", "-seed=1"]
    command = [f"{build}/{unit}_fuzz", *length, f"-max_len={MAX_LEN}", f"-timeout={TIMEOUT}", "-print_final_stats=1",
               "-verbosity=1", f"-artifact_prefix={broken}/", str(learned), str(build / "seeds" / unit)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return done.returncode == 0, done.stdout, time.monotonic() - began


def write_junit(path, unit, good, output, seconds):
    suite = ElementTree.Element("testsuite", name=f"fuzz {unit}", tests="1", failures=str(int(not good)), errors="0",
                                time=f"{seconds:.3f}")
    case = ElementTree.SubElement(suite, "testcase", classname=f"fuzz/{unit}", name="no_input_breaks_it")
    if not good:
        text = "".join(c if c in "\n\t" or c.isprintable() else "?" for c in output[-8000:])
        ElementTree.SubElement(case, "failure", message="FAILED").text = text
    path.write_bytes(ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True))


def inputs_run(output):
    found = [line.split()[-1] for line in output.splitlines() if line.startswith("stat::number_of_executed_units")]
    return found[0] if found else "?"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("build", type=Path)
    parser.add_argument("units", nargs="+")
    args = parser.parse_args()
    results = args.build / "results"
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {unit: pool.submit(fuzz, args.build, unit, args.seconds) for unit in args.units}
        for unit, job in jobs.items():
            good, output, seconds = job.result()
            write_junit(results / (unit.replace("/", ".") + ".xml"), unit, good, output, seconds)
            print(f"[{'OK' if good else 'FAILED':>6} ] {unit}: {inputs_run(output)} inputs, {seconds:.0f} s", flush=True)
            if not good:
                bad += 1
                print(output[-4000:], flush=True)
    print(f"fuzz: {len(args.units) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
