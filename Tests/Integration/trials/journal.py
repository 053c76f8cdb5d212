"""Reads and changes sandbox records, whatever their lines hold: each is a JSON document, and keys are looked for at any depth.

usage: journal.py get FILE KEY | set FILE KEY VALUE | lines FILE | cut FILE LENGTH
VALUE is JSON. `cut` leaves the first LENGTH bytes; with a LENGTH below zero, all but as many.
"""

import json
import os
import re
import sys


def read(path):
    """The bytes of each line, its end included."""
    with open(path, "rb") as file:
        return file.read().splitlines(keepends=True)


def find(value, key):
    """Every value under this key, at any depth."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name == key:
                yield member
            yield from find(member, key)
    elif isinstance(value, list):
        for member in value:
            yield from find(member, key)


def get(path, key):
    for line in read(path):
        for found in find(json.loads(line), key):
            return found
    raise SystemExit(f"{path} has no {key}")


def change(path, key, new):
    """Puts `new` wherever `key` stands with a value of that type, text or number; every other byte stays as it is."""
    value = rb'"(?:[^"\\]|\\.)*"' if isinstance(new, str) else rb"-?[0-9][0-9.eE+-]*"
    with open(path, "rb") as file:
        text = file.read()
    text, count = re.subn(
        b'("' + key.encode() + rb'"\s*:\s*)' + value, lambda found: found[1] + json.dumps(new).encode(), text)
    if not count:
        raise SystemExit(f"{path} has no {key} of that type")
    with open(path, "wb") as file:
        file.write(text)


def cut(path, length):
    os.truncate(path, length if length >= 0 else os.stat(path).st_size + length)


if __name__ == "__main__":
    verb, path, *rest = sys.argv[1:]
    if verb == "get":
        print(json.dumps(get(path, *rest)))
    elif verb == "set":
        change(path, rest[0], json.loads(rest[1]))
    elif verb == "lines":
        print(len(read(path)))
    elif verb == "cut":
        cut(path, int(rest[0]))
    else:
        raise SystemExit(__doc__)
