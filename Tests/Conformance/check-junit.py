#!/usr/bin/env python3
"""Checks a report against the JUnit format that CI systems agree on: elements, their order, attributes, types, and sums.

usage: check-junit.py REPORT.xml
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

NUMBER, DECIMAL = r"\d+", r"\d+\.\d+"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
COUNTS = {"tests": NUMBER, "failures": NUMBER, "errors": NUMBER, "skipped": NUMBER, "time": DECIMAL}
# element: attributes (all are wanted), and its children as a pattern of names, each with a blank behind it
SCHEMA = {
    "testsuites": ({"name": ".+", **COUNTS}, r"(testsuite )*"),
    "testsuite": ({"name": ".+", **COUNTS, "timestamp": TIME}, r"properties (testcase )*"),
    "properties": ({}, r"(property )*"),
    "property": ({"name": ".+", "value": ".*"}, r""),
    "testcase": ({"name": ".+", "classname": ".+", "time": DECIMAL}, r"(skipped |failure )?(system-out )?"),
    "failure": ({"message": ".*", "type": ".+"}, r""),
    "skipped": ({"message": ".*"}, r""),
    "system-out": ({}, r""),
}
TEXT = {"failure", "system-out"}


def faults(element):
    """What does not fit in an element and below it."""
    if element.tag not in SCHEMA:
        return [f"<{element.tag}> is unknown"]
    attributes, children = SCHEMA[element.tag]
    found = []
    for name, pattern in attributes.items():
        value = element.get(name)
        if value is None or not re.fullmatch(pattern, value, re.DOTALL):
            found.append(f"<{element.tag} {name}={value!r}> does not match {pattern}")
    found += [f"<{element.tag}> has {name}" for name in element.keys() if name not in attributes]
    names = "".join(child.tag + " " for child in element)
    if not re.fullmatch(children, names):
        found.append(f"<{element.tag}> holds {names}")
    if element.tag not in TEXT and (element.text or "").strip():
        found.append(f"<{element.tag}> holds a text")
    return found + [fault for child in element for fault in faults(child)]


def sums(suite, count):
    """Attributes that tell another number than there is."""
    real = {"tests": count("testcase"), "failures": count("failure"), "errors": 0, "skipped": count("skipped")}
    return [f"{suite.get('name')}: {name} is {suite.get(name)}, there are {number}"
            for name, number in real.items() if suite.get(name) != str(number)]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.split("\n\n")[1])
    root = ElementTree.parse(sys.argv[1]).getroot()
    found = [] if root.tag == "testsuites" else [f"the root is <{root.tag}>"]
    found += faults(root)
    for suite in [root, *root.findall("testsuite")]:
        found += sums(suite, lambda name: sum(1 for _ in suite.iter(name)))
    if found:
        sys.exit("\n".join(found))
    print(" ".join(f"{case.get('classname')}/{case.get('name')}" for case in root.iter("testcase")))


main()
