#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make one HTML page of a boot report: the JSON itself, or a serial log that holds it.

    tests/tools/report_html.py REPORT > report.html

The page needs nothing from elsewhere and runs no scripts. The stub's report lacks
what only the kernel knows; its sections are left out then.
"""
import html
import json
import sys

# memory, of e820 and of UEFI
COLOURS = {"usable": "#7fbf6f", "reserved": "#c76b5c", "ACPI data": "#d9a13f", "ACPI NVS": "#e0c36a",
           "Conventional": "#7fbf6f", "LoaderCode": "#3b6ea5", "LoaderData": "#6f9fd0", "BootServicesCode": "#5f9f8f",
           "BootServicesData": "#8fcfbf", "RuntimeServicesCode": "#8a5fa8", "RuntimeServicesData": "#b08fc8",
           "Reserved": "#c76b5c", "ACPIReclaim": "#d9a13f", "ACPIMemoryNVS": "#e0c36a"}
OTHER = "#888888"
# stages, by who passes them, as in the strip on the screen
PARTS = ((40, "stub", "#3f9f4f"), (60, "setup and loader", "#3b8fb5"), (80, "kernel head", "#c9a227"), (100, "kernel", "#6b6f7a"))
STYLE = """
body{font:14px/1.45 sans-serif;max-width:1000px;margin:2em auto;padding:0 1em;color:#222}
h1{margin-bottom:.2em}h2{margin:1.8em 0 .5em;border-bottom:2px solid #3b6ea5;padding-bottom:.15em}
table{border-collapse:collapse;margin:.6em 0;min-width:40%}
td,th{text-align:left;padding:2px 24px 2px 4px;border-bottom:1px solid #eee;font-variant-numeric:tabular-nums}
th{color:#666;font-weight:normal}.n{text-align:right}.bad{color:#a00;font-weight:bold}.good{color:#2a7a2a;font-weight:bold}
svg{width:100%;display:block}code{word-break:break-all;background:#f4f4f4;padding:2px 5px}
i{display:inline-block;width:11px;height:11px;margin-right:6px}.legend span{margin-right:1.4em;white-space:nowrap}
"""


def report_of(text):
    text = text.replace("\r", "")
    at = text.find('{"schema"')
    if at < 0:
        sys.exit("no boot report in it")
    return json.JSONDecoder().raw_decode(text[at:])[0]


def esc(value):
    return html.escape(str(value))


def size_text(size):
    for unit, name in ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB")):
        if size >= unit:
            return f"{size / unit:.4g} {name}"
    return f"{size / 1024:.4g} KiB"


def table(head, rows, numbers=()):
    """NUMBERS: the columns that are flush right."""
    cells = [["<td class=n>" if i in numbers else "<td>" for i in range(len(row))] for row in rows]
    names = "".join(f"<th class=n>{esc(h)}</th>" if i in numbers else f"<th>{esc(h)}</th>" for i, h in enumerate(head))
    return ("<table>" + (f"<tr>{names}</tr>" if any(head) else "") +
            "".join("<tr>" + "".join(f"{tag}{esc(c)}</td>" for tag, c in zip(tags, row)) + "</tr>"
                    for tags, row in zip(cells, rows)) + "</table>")


def pairs(members):
    return table(("", ""), [(key.replace("_", " "), value) for key, value in members.items()])


def legend(entries):
    return "<p class=legend>" + "".join(f'<span><i style="background:{colour}"></i>{esc(name)}</span>'
                                        for name, colour in entries) + "</p>"


def merged(entries):
    """[(start, size, type)] in order of address, with neighbours of one type as one."""
    ranges = []
    for start, size, kind in sorted((int(e["start"], 16), int(e["size"], 16), e["type"]) for e in entries):
        if ranges and ranges[-1][2] == kind and sum(ranges[-1][:2]) == start:
            ranges[-1] = (ranges[-1][0], ranges[-1][1] + size, kind)
        else:
            ranges.append((start, size, kind))
    return ranges


def memory_bar(entries):
    """Widths by the logarithm of the size, as entries differ by a factor of a million."""
    ranges = merged(entries)
    sizes = [max(size >> 11, 1).bit_length() for _, size, _ in ranges]
    x, out, unit = 0.0, [], 1000 / max(sum(sizes), 1)
    totals = {}
    for (start, size, kind), weight in zip(ranges, sizes):
        width = weight * unit
        out.append(f'<rect x="{x:.2f}" width="{width:.2f}" height="44" stroke="white" stroke-width="0.5" fill="{COLOURS.get(kind, OTHER)}">'
                   f'<title>{start:#x}, {size_text(size)}, {esc(kind)}</title></rect>')
        if width >= 62:
            out.append(f'<text x="{x + width / 2:.1f}" y="27" text-anchor="middle" font-size="12" fill="#111">{size_text(size)}</text>')
            out.append(f'<text x="{x:.1f}" y="57" font-size="10" fill="#666">{start:#x}</text>')
        x += width
        totals[kind] = totals.get(kind, 0) + size
    return (f'<svg viewBox="0 0 1000 62">{"".join(out)}</svg>' +
            legend([(f"{kind}: {size_text(total)}", COLOURS.get(kind, OTHER)) for kind, total in totals.items()]) +
            "<p>Widths go by the logarithm of the size.</p>")


def part(number):
    return next((name, colour) for below, name, colour in PARTS if number < below)


def time_line(stages):
    timed = [s for s in stages if "at_us" in s]
    if not timed:
        return "<p>The order alone, without times in microseconds.</p>" + table(
            ("number", "stage", *(["time stamp counter"] if "tsc" in stages[0] else [])),
            [(s["number"], s["name"], *([int(s["tsc"], 16)] if "tsc" in s else [])) for s in stages], numbers=(0, 2))
    end, out, left, width, row = max(max(s["at_us"] + s["took_us"] for s in timed), 1), [], 190, 700, 17
    height = row * len(timed)
    for tick in range(6):
        x = left + width * tick / 5
        out.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="16" y2="{height + 20}" stroke="#ddd"/>'
                   f'<text x="{x:.1f}" y="11" font-size="10" fill="#666" text-anchor="middle">{end * tick / 5000:.1f} ms</text>')
    for i, s in enumerate(timed):
        y, x, long = 20 + row * i, left + width * s["at_us"] / end, max(width * s["took_us"] / end, 1.5)
        out.append(f'<text x="24" y="{y + 11}" font-size="12" text-anchor="end" fill="#666">{s["number"]}</text>'
                   f'<text x="32" y="{y + 11}" font-size="12">{esc(s["name"])}</text>'
                   f'<rect x="{x:.1f}" y="{y + 1}" height="12" fill="{part(s["number"])[1]}" width="{long:.1f}"/>'
                   f'<text x="{x + long + 4:.1f}" y="{y + 11}" font-size="10" fill="#666">{s["took_us"]} µs</text>')
    seen = dict.fromkeys(part(s["number"]) for s in timed)
    return f'<svg viewBox="0 0 1000 {height + 24}">{"".join(out)}</svg>' + legend(seen)


def verdict(r):
    if not r.get("handoff", {}).get("checked"):
        return "not checked"
    findings = r["handoff"]["findings"]
    return f"<span class=bad>{len(findings)} findings</span>" if findings else "<span class=good>clean</span>"


def memory(r):
    e820, efi = r["memory"].get("e820"), r["memory"]["efi"]
    parts = []
    if e820:
        rows = [(e["start"], f'{int(e["start"], 16) + int(e["size"], 16) - 1:#x}', size_text(int(e["size"], 16)), e["type"]) for e in e820]
        parts += ["<h2>Memory</h2>", memory_bar(e820), table(("start", "last byte", "size", "type"), rows, numbers=(0, 1, 2))]
    if efi:
        rows = [(e["start"], size_text(int(e["size"], 16)), e["type"], e["attributes"]) for e in efi]
        parts += ["<h2>The firmware's memory map</h2>", memory_bar(efi),
                  table(("start", "size", "type", "attributes"), rows, numbers=(0, 1, 3))]
    return parts


def page(r):
    parts = [f"<h1>Boot report</h1><p>Lantern {esc(r['lantern']['version'])}, build {esc(r['lantern']['build'])}, through "
             f"{esc(r['door'])}. Handoff: {verdict(r)}.",
             "" if r["complete"] else " Written by the stub, before the firmware was left.",
             f"</p><p>Command line: <code>{esc(r['command_line']) or '(empty)'}</code></p>",
             "<h2>Machine</h2>", pairs({**{f"CPU {k}" if k != "cpus" else "CPUs": v for k, v in r.get("cpu", {}).items()},
                                        **{f"firmware {k}": v for k, v in r["firmware"].items()},
                                        **{f"screen {k}": v for k, v in r.get("screen", {}).items()}}),
             "<h2>Time line</h2>", time_line(r["stages"])]
    before = {key: value for key, value in r.get("before", {}).items() if value}
    parts += ["<p>Before that:</p>", pairs(before)] if before else []
    findings = r.get("handoff", {}).get("findings")
    if findings:
        parts += ["<h2>Findings</h2>", table(("",), [(f["text"],) for f in findings])]
    parts += memory(r)
    for title, key in (("ACPI tables", "acpi"), ("PCI", "pci"), ("Display modes", "gop_modes")):
        rows = r.get(key)
        if rows:
            numbers = [i for i, v in enumerate(rows[0].values()) if isinstance(v, int)]
            parts += [f"<h2>{title}</h2>", table(rows[0].keys(), [["yes" if v is True else "" if v is False else v for v in row.values()]
                                                                  for row in rows], numbers)]
    if r["efi_variables"]:
        parts += ["<h2>UEFI variables</h2>", pairs(r["efi_variables"])]
    return (f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Boot report</title><style>{STYLE}</style>' +
            "".join(parts) + "</html>\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.stdout.reconfigure(encoding="utf-8")
    with open(sys.argv[1], encoding="utf-8", errors="replace") as file:
        sys.stdout.write(page(report_of(file.read())))
