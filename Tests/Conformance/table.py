#!/usr/bin/env python3
"""Makes a table in Markdown, case by subject, of reports of JSON lines (berthctl cni test -o jsonl).

usage: table.py [MAKER=]FILE.jsonl…

Whose the plugins of a report are stands in its columns' heads.
"""
import json
import re
import sys

MARKS = {"passed": "✓", "failed": "✗", "warned": "!", "expected": "✗", "repaired": "✓", "skipped": "–"}
WORST = ["failed", "expected", "warned", "repaired", "passed", "skipped"]


def reports(paths):
    """Each trial of the reports, with its maker and the plugins' releases of its network."""
    for argument in paths:
        maker, _, path = argument.rpartition("=")
        releases = {}
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    entry = json.loads(line)
                except ValueError as error:
                    sys.exit(f"{path}, line {number}: {error}")
                for network in entry.get("networks", []):
                    for plugin in network["plugins"]:
                        releases[plugin["type"]] = (plugin["executable"], plugin["release"])
                if "case" in entry:
                    yield entry, releases, maker


def heading(subject, releases, maker):
    """The subject's plugins, each with its version where it tells one, and whose they are."""
    types = [f"{name} {releases[name][1]}" if releases.get(name, (0, 0))[1] else name for name in subject.split("+")]
    return " + ".join(types) + (f" ({maker})" if maker else "")


def escaped(text):
    """A text within a cell."""
    return re.sub(r"([\\|`*_<>\[\]])", r"\\\1", " ".join(text.split()))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__.split("\n\n")[1])
    cells, cases, columns, notes = {}, {}, {}, {}
    for entry, releases, maker in reports(sys.argv[1:]):
        # One plugin of two makers is two columns.
        makers = (maker, *(releases.get(name, ("", None)) for name in entry["subject"].split("+")))
        column = columns.setdefault((entry["subject"], makers), heading(entry["subject"], releases, maker))
        cases.setdefault(entry["level"], {})[entry["case"]] = entry
        key = (entry["case"], column)
        word = entry["assessment"]
        if key not in cells or WORST.index(word) < WORST.index(cells[key]):
            cells[key] = word
            notes[key] = entry.get("known") or "; ".join(entry["words"])
    names = list(dict.fromkeys(columns.values()))
    print("✓ passed · ✗ failed · ! a SHOULD or a quality that failed · – says nothing about this plugin\n")
    for level, entries in cases.items():
        print(f"## {level}\n")
        print("| case | " + " | ".join(escaped(name) for name in names) + " |")
        print("|---" * (len(names) + 1) + "|")
        for case, entry in entries.items():
            row = [MARKS[cells[case, name]] if (case, name) in cells else "" for name in names]
            print(f"| `{case}` {escaped(entry['expectation'])} | " + " | ".join(row) + " |")
        print()
    print("## What failed\n\n| plugin | case | why |\n|---|---|---|")
    for (case, name), word in sorted(cells.items(), key=lambda item: (names.index(item[0][1]), item[0][0])):
        if word in ("failed", "expected", "warned"):
            print(f"| {escaped(name)} | `{case}` | {escaped(notes[case, name][:300])} |")


main()
