#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The table of doors: from build/doors/*.json, one file for each door that a test
tried, to build/doors.json, and from there into README.md.

    doors_table.py BUILD README.md

replaces what stands between <!-- doors --> and <!-- /doors -->.
"""
import glob
import hashlib
import json
import os
import re
import sys

MARKED = re.compile(r"(<!-- doors -->\n).*?(<!-- /doors -->)", re.S)


def gather(build):
    """Write build/doors.json; return it. Results of other bytes than build/lantern.efi are left out."""
    with open(os.path.join(build, "lantern.efi"), "rb") as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    results = []
    for path in glob.glob(os.path.join(build, "doors", "*.json")):
        with open(path, encoding="ascii") as file:
            result = json.load(file)
        if result["sha256"] == sha256:
            results.append(result)
    results.sort(key=lambda result: result["number"])
    out = {"sha256": sha256, "doors": results}
    with open(os.path.join(build, "doors.json"), "w", encoding="ascii") as file:
        json.dump(out, file, indent=1)
    return out


def rows(results):
    for result in results["doors"]:
        numbers = [f"{result[key]:,}" if key in result else "" for key in ("instructions", "identity_map")]
        yield [result["title"], result["result"], *numbers]


HEAD = ["door", "result", "instructions", "of these identity map"]


def text(results):
    table = [HEAD, *rows(results)]
    widths = [max(len(row[i]) for row in table) for i in range(len(HEAD))]
    lines = ["  ".join([row[0].ljust(widths[0]), row[1].ljust(widths[1])] +
                       [cell.rjust(width) for cell, width in zip(row[2:], widths[2:])]) for row in table]
    return lines + [f"lantern.efi sha256 {results['sha256']}"]


def markdown(results):
    lines = ["| " + " | ".join(HEAD) + " |", "|---|---|---:|---:|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows(results)]
    return "\n".join(lines + ["", f"All with the same file, sha256 `{results['sha256']}`.", ""])


def main(build, readme):
    with open(readme, encoding="utf-8") as file:
        old = file.read()
    new, found = MARKED.subn(lambda match: match.group(1) + markdown(gather(build)) + match.group(2), old)
    if not found:
        sys.exit(f"{readme} has no <!-- doors --> and <!-- /doors -->")
    with open(readme, "w", encoding="utf-8") as file:
        file.write(new)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
