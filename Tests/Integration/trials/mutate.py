#!/usr/bin/env python3
"""Changes a sandbox's record in one place, or in few.

usage: mutate.py SEED FILE: the same seed makes the same change of the same file. A value becomes one that is odd, a key goes
or is named otherwise, bytes are flipped, the end is cut off, lines change their order or come twice.
"""
import copy
import json
import random
import sys

ODD = [None, True, -1, 0, 1, 2**63, -2**63 - 1, 1.5, "", "a", "/", "..", "../..", "\0", "x" * 70000, "e\u0301" * 300, [], {}, [[]],
       [None], {"": {}}, "-1", "9" * 23, "0" * 64, "f" * 64, 2**32, -2**31 - 1]


def places(value, path=()):
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, path + (key,))


def changed(dice, value):
    """The value with one of its places changed."""
    path = dice.choice(list(places(value)))
    if not path:
        return dice.choice(ODD)
    value = copy.deepcopy(value)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    way = dice.random()
    if way < 0.15 and isinstance(holder, dict):
        del holder[path[-1]]
    elif way < 0.25 and isinstance(holder, dict):
        holder[dice.choice(["x", ""])] = holder.pop(path[-1])
    else:
        holder[path[-1]] = dice.choice(ODD)
    return value


def mutated(dice, contents):
    way = dice.random()
    lines = contents.split(b"\n")[:-1]
    if way < 0.7:
        line = dice.randrange(len(lines))
        lines[line] = json.dumps(changed(dice, json.loads(lines[line]))).encode()
    elif way < 0.85:
        flipped = bytearray(contents)
        for _ in range(dice.randrange(1, 5)):
            flipped[dice.randrange(len(flipped))] = dice.randrange(256)
        return bytes(flipped)
    elif way < 0.9:
        return contents[:dice.randrange(len(contents))]
    elif way < 0.95:
        dice.shuffle(lines)
    else:
        lines.insert(dice.randrange(len(lines) + 1), dice.choice(lines))
    return b"\n".join(lines) + b"\n"


if __name__ == "__main__":
    seed, path = sys.argv[1:]
    with open(path, "rb") as file:
        before = file.read()
    after = mutated(random.Random(int(seed)), before)
    # In place, as a fault of the disk would: the journal's reserved room stays.
    with open(path, "r+b") as file:
        file.write(after)
        file.truncate()
