#!/usr/bin/env python3
"""Tries the conformance suite on plugins that do everything well but one thing, and on plugins that do everything well.

usage: violations.py BINARIES list            cases without a violation, violations without a case: there must be none
       violations.py BINARIES each [CASE…]    every violation against its own case, which must catch it and pass without it
       violations.py BINARIES whole [CASE…]   every violation against its whole level: three other cases may catch it too
       violations.py BINARIES correct LEVELS [NETWORK…]
                                              the correct plugins against all cases of these levels, on these networks or all

BINARIES is the directory of berth-conformance, berth-cni and noop-plugin. A violation is a line of violations.jsonl: the case
that must catch it, the network, the plugin that noop-plugin is put before, and its script (NoopPlugin/README.md), in which
@bin@ stands for the directory of plugins that the suite is given. `options` are more for the suite. `others` is how many more
cases may catch it where three are not enough, and `why` says why it has to be so.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.realpath(__file__))
PLUGINS = ["bridge", "host-local", "static", "ptp", "loopback", "portmap", "firewall", "tuning", "bandwidth"]
LEVELS = ["spec", "leak", "fault", "traffic", "speed"]


class Suite:
    """The programs of a build, and the correct plugins as links to one of them."""

    def __init__(self, binaries, work):
        self.binaries = os.path.realpath(binaries)
        self.work = work
        self.correct = self.plugins("correct")

    def plugins(self, name):
        directory = os.path.join(self.work, name)
        os.makedirs(directory)
        for plugin in PLUGINS:
            os.symlink(os.path.join(self.binaries, "berth-cni"), os.path.join(directory, plugin))
        return directory

    def violating(self, violation):
        """A directory of plugins in which one violates something."""
        directory = self.plugins(violation["case"].replace("/", "-"))
        path = os.path.join(directory, violation["plugin"])
        os.remove(path)
        os.symlink(os.path.join(self.binaries, "noop-plugin"), path)
        script = {"through": os.path.join(self.correct, violation["plugin"]), **violation["script"]}
        with open(path + ".debug", "w", encoding="utf-8") as file:
            file.write(json.dumps(script, ensure_ascii=False).replace("@bin@", directory))
        return directory

    def run(self, network, directory, *options):
        """Exit status, the report's lines, and what was said besides."""
        report = directory + "." + network + ".jsonl"
        command = [os.path.join(self.binaries, "berth-conformance"), f"{HERE}/networks/{network}.conflist"]
        # The second one is where a violating plugin finds the one it is put before.
        command += ["--bin-dir", directory, "--bin-dir", self.correct, "--strict", "--format", "jsonl", "--output", report, *options]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
        end = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)
        lines = []
        if os.path.exists(report):
            with open(report, encoding="utf-8", errors="replace") as file:
                lines = [json.loads(line) for line in file if line.strip()]
        return end.returncode, [line for line in lines if "verdict" in line], end.stderr

    def cases(self):
        """The id of every case there is."""
        command = [os.path.join(self.binaries, "berth-conformance"), "--list"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [line.split()[0] for line in text.splitlines() if line.partition("/")[0] in LEVELS]


def violations(chosen):
    with open(f"{HERE}/violations.jsonl", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    return [line for line in lines if not chosen or line["case"] in chosen]


def failures(reports, plugin):
    """The cases that failed on the plugin, be it alone or in a chain."""
    return {line["case"] for line in reports if line["verdict"] == "failed" and plugin in line["subject"].split("+")}


def only(*cases):
    names = "|".join(case.replace(".", "\\.") for case in cases)
    return ["--level", ",".join({case.partition("/")[0] for case in cases}), "--filter", f"^({names})$"]


def unfit(suite, lines):
    """Which cases a correct plugin does not pass, each with why: of these a violation shows nothing."""
    groups = {}
    for line in lines:
        groups.setdefault((line["network"], *line.get("options", [])), []).append(line["case"])
    found = {}
    for (network, *options), cases in groups.items():
        status, reports, said = suite.run(network, suite.correct, *only(*cases), *options)
        # What is asked of nobody who does it well is skipped.
        fit = {line["case"] for line in reports if line["verdict"] in ("passed", "skipped")}
        for line in reports:
            if line["verdict"] == "failed":
                found[line["case"]] = f"{line['subject']}: {'; '.join(line['words'])}"
        found.update({case: said.strip() or "not tried" for case in cases if case not in fit and case not in found})
    return found


def each(suite, violation):
    """What is wrong when the violation meets its own case; nothing if that catches it."""
    case = violation["case"]
    status, reports, said = suite.run(violation["network"], suite.violating(violation), *only(case), *violation.get("options", []))
    if case in failures(reports, violation["plugin"]) and status == 1:
        return None
    seen = [f"{line['subject']}: {line['verdict']} {'; '.join(line['words'])}" for line in reports] or [said.strip()]
    return f"the violation was not caught, exit status {status}: " + " | ".join(seen)


def whole(suite, violation):
    """What is wrong when the violation meets all cases of its level."""
    case, level = violation["case"], violation["case"].partition("/")[0]
    status, reports, said = suite.run(violation["network"], suite.violating(violation), "--level", level, *violation.get("options", []))
    caught = failures(reports, violation["plugin"])
    if case not in caught or status != 1:
        return f"the violation was not caught among its level's cases, exit status {status}: {said.strip()}"
    others = sorted(caught - {case})
    if len(others) > violation.get("others", 3) and "broad" not in violation:
        return f"{len(others)} others caught it too: {' '.join(others)}"
    return None


def correct(suite, levels, networks):
    """What a correct plugin does not pass."""
    all_networks = sorted(name.removesuffix(".conflist") for name in os.listdir(f"{HERE}/networks"))
    for network in networks or all_networks:
        status, reports, said = suite.run(network, suite.correct, "--level", levels)
        bad = [line for line in reports if line["verdict"] == "failed"]
        for line in bad:
            yield f"{line['case']} on {network}, {line['subject']}: {'; '.join(line['words'])}"
        if (status != 0 and not bad) or not reports:
            yield f"{network}: exit status {status}: {said.strip()}"


def listed(suite):
    """Which cases have no violation, and which violations no case."""
    cases, lines = suite.cases(), [line["case"] for line in violations([])]
    yield from (f"{case}: no line of violations.jsonl violates it" for case in cases if case not in lines)
    yield from (f"{case}: there is no such case" for case in lines if case not in cases)
    yield from (f"{case}: several lines violate it" for case in sorted(set(lines)) if lines.count(case) > 1)
    yield from ([] if cases else ["--list names no case"])


def tried(suite, judge, chosen):
    """What a judge has to say of each violation, some of them at a time: most of a case's time is waiting."""
    lines = violations(chosen)
    bad = unfit(suite, lines) if judge is each else {}
    yield from (f"{case}: a correct plugin does not pass: {why}" for case, why in bad.items())
    with ThreadPoolExecutor(2 * os.cpu_count()) as pool:
        for line, words in zip(lines, pool.map(lambda line: judge(suite, line), lines)):
            if words:
                yield f"{line['case']}: {words}"


def main():
    binaries, command, chosen = sys.argv[1], sys.argv[2], sys.argv[3:]
    with tempfile.TemporaryDirectory(prefix="violations-") as work:
        suite = Suite(binaries, work)
        if command == "list":
            found = listed(suite)
        elif command == "correct":
            found = correct(suite, chosen[0], chosen[1:])
        else:
            found = tried(suite, {"each": each, "whole": whole}[command], chosen)
        count = 0
        for words in found:
            count += 1
            print(words, flush=True)
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
