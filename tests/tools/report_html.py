#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make one HTML page of a boot report: the JSON itself, or a serial log that holds it.

    tests/tools/report_html.py REPORT > report.html

The page needs nothing from elsewhere and runs no scripts.
"""
import html
import json
import sys

COLOURS = {"usable": "#7fbf6f", "reserved": "#c76b5c", "ACPI data": "#d9a13f", "ACPI NVS": "#e0c36a"}
STYLE = ("body{font:14px sans-serif;max-width:1000px;margin:2em auto;color:#222}table{border-collapse:collapse;width:100%}"
         "td,th{text-align:left;padding:2px 8px;border-bottom:1px solid #eee;font-variant-numeric:tabular-nums}h2{margin-top:1.5em}"
         ".bad{color:#a00}svg{width:100%}code{word-break:break-all}")


def report_of(text):
    decoder = json.JSONDecoder()
    at = text.find('{"schema"')
    if at < 0:
        sys.exit("no boot report in it")
    return decoder.raw_decode(text.replace("\r", "")[text.replace("\r", "").find('{"schema"'):])[0]


def esc(value):
    return html.escape(str(value))


def table(head, rows):
    return ("<table><tr>" + "".join(f"<th>{esc(h)}</th>" for h in head) + "</tr>" +
            "".join("<tr>" + "".join(f"<td>{esc(c)}</td>" for c in row) + "</tr>" for row in rows) + "</table>")


def pairs(members):
    return table(("", ""), [(key, value) for key, value in members.items()])


def memory_bar(entries):
    """Widths by the logarithm of the size, as entries differ by a factor of a million."""
    sizes = [max(int(e["size"], 16), 1).bit_length() for e in entries]
    x, out, unit = 0.0, [], 1000 / sum(sizes)
    for e, size in zip(entries, sizes):
        width = size * unit
        out.append(f'<rect x="{x:.1f}" width="{width:.1f}" height="40" stroke="white" fill="{COLOURS.get(e["type"], "#888")}">'
                   f'<title>{esc(e["start"])}, {int(e["size"], 16) >> 10} KiB, {esc(e["type"])}</title></rect>')
        x += width
    return f'<svg viewBox="0 0 1000 40">{"".join(out)}</svg>'


def time_line(stages):
    timed = [s for s in stages if "at_us" in s]
    if not timed:
        return "<p>No times: the boot was deterministic.</p>"
    end, out = max(max(s["at_us"] + s["took_us"] for s in timed), 1), []
    for row, s in enumerate(timed):
        y = 16 * row
        out.append(f'<text x="0" y="{y + 12}" font-size="11">{s["number"]} {esc(s["name"])}</text>'
                   f'<rect x="{170 + 700 * s["at_us"] / end:.1f}" y="{y + 2}" height="11" fill="#3b6ea5" '
                   f'width="{max(700 * s["took_us"] / end, 1):.1f}"/>'
                   f'<text x="{175 + 700 * (s["at_us"] + s["took_us"]) / end:.1f}" y="{y + 12}" font-size="10">{s["took_us"]} us</text>')
    return f'<svg viewBox="0 0 1000 {16 * len(timed)}">{"".join(out)}</svg>'


def page(r):
    findings = r["handoff"]["findings"]
    verdict = ("not checked" if not r["handoff"]["checked"] else "clean" if not findings else
               f"<span class=bad>{len(findings)} findings</span>")
    parts = [f"<h1>Boot report</h1><p>Lantern {esc(r['lantern']['version'])}, build {esc(r['lantern']['build'])}, through "
             f"{esc(r['door'])}. Handoff: {verdict}.</p><p><code>{esc(r['command_line'])}</code></p>",
             "<h2>Machine</h2>", pairs({**r["cpu"], **r["firmware"], **{f"screen {k}": v for k, v in r["screen"].items()}}),
             "<h2>Time line</h2>", time_line(r["stages"]),
             "<h2>Memory</h2>", memory_bar(r["memory"]["e820"]),
             pairs({f"{k}, KiB": v for k, v in r["memory"]["totals_kib"].items()}),
             table(("start", "size", "type"), [(e["start"], e["size"], e["type"]) for e in r["memory"]["e820"]])]
    if findings:
        parts += ["<h2>Findings</h2>", table(("",), [(f["text"],) for f in findings])]
    for title, key in (("UEFI memory map", None), ("ACPI tables", "acpi"), ("PCI", "pci")):
        rows = r["memory"]["efi"] if key is None else r[key]
        if rows:
            parts += [f"<h2>{title}</h2>", table(rows[0].keys(), [row.values() for row in rows])]
    if r["efi_variables"]:
        parts += ["<h2>UEFI variables</h2>", pairs(r["efi_variables"])]
    return (f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Boot report</title><style>{STYLE}</style>' +
            "".join(parts) + "</html>\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
        sys.stdout.write(page(report_of(file.read())))
