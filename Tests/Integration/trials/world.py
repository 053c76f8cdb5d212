"""The world misbehaves: one fault after the other, each against a daemon of its own.

usage: world.py [FAULT…]

For each: what the daemon answers, that it serves others meanwhile, and that nothing is left when the world is mended.
Prints the table that README shows.
"""

import concurrent.futures
import os
import re
import subprocess
import sys
import time

from berth import HERE, INTEGRATION, Berth, Refused, main, need, network, scripted

FAULTS = {}
OTHER = {"plain": network(name="plain", bridge="berth-t1", subnet="10.202.0.0/16")}


def fault(title):
    """Marks a function of a World as a fault; it returns what the daemon answered and how it ended."""

    def mark(function):
        FAULTS[function.__name__] = (title, function)
        return function

    return mark


class World:
    """A daemon with a pod's worth of history, and the words the faults are written in."""

    def __init__(self, *more, **settings):
        """`more` are plugins at the end of the default network's chain; the network of `others` has none of them."""
        settings = dict({"pluginDeleteTimeout": "10s"}, **settings)
        self.berth = Berth(network(*more), handlers=OTHER, **settings)

    def begin(self):
        self.berth.start().warm_up("plain")
        return self.berth

    def script(self, **verbs):
        scripted(self.berth, "last", verbs)

    def serves_others(self):
        other = self.berth.run("other", "plain")
        need(self.berth.list()[other] == "READY", "another pod is not ready")
        self.berth.discard(other)

    def refused(self, operation, *arguments, words=""):
        """The words of an operation that must fail, and that match `words`."""
        try:
            operation(*arguments)
        except Refused as error:
            need(re.search(words, error.message), f"not {words} but: {error}")
            self.code = error.code
            return error.message
        raise AssertionError(f"{operation.__name__} succeeded")

    def drift(self, sandbox, words=None):
        """What Status says of the difference between record and host; waits until it matches `words`."""
        deadline = time.monotonic() + 10
        while True:
            found = "; ".join(self.berth.status(sandbox)["info"]["drift"])
            if words is None or re.search(words, found):
                return found
            # A look holds good for a second.
            need(time.monotonic() < deadline, f"drift: {found}")
            time.sleep(0.1)

    def clean(self):
        """Removes whatever is listed; nothing may be left."""
        left = self.berth.clean()
        need(not left, f"left behind:\n{left}")
        need(not self.berth.reservations(), f"host-local has {self.berth.reservations()}")


def short(text, limit=150):
    """Ids cut to their beginning, what every such answer begins with left out, and the text cut to a table's width."""
    text = re.sub(r"(Stop|Remove)PodSandbox of \S+: |failed to destroy network for sandbox \S+: ", "", str(text))
    text = re.sub(r"([0-9a-f]{8})[0-9a-f]{56}", r"\1…", " ".join(text.split())).replace("|", "\\|")
    return text if len(text) <= limit else text[:limit] + "…"


def one(name):
    title, function = FAULTS[name]
    answer, outcome = function()
    print(f"| {title} | {short(answer)} | {short(outcome)} |")


def spawn(name):
    environment = dict(os.environ, BERTH_TRIAL_CGROUP=f"{os.environ['BERTH_TEST_CGROUP']}/{name}")
    command = [INTEGRATION + "/isolated.sh", sys.executable, "-B", HERE + "/world.py", "--one", name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    said = done.stdout + done.stderr
    return said.rstrip() if done.returncode == 0 else f"| {FAULTS[name][0]} | FAILED ({name}) | |\n{said}", done.returncode


def trial():
    # They register themselves.
    import world_disk, world_limits, world_network, world_plugins

    arguments = sys.argv[1:]
    if arguments[:1] == ["--one"]:
        return one(arguments[1])
    print("| what happens | what the daemon answers | how it ends |\n|---|---|---|")
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for row, status in pool.map(spawn, arguments or FAULTS):
            print(row)
            failed += status != 0
    print(f"world: {len(arguments or FAULTS)} faults")
    need(not failed, f"{failed} faults are not survived")


if __name__ == "__main__":
    # The faults import this file by its name; there must be one table of them.
    sys.modules["world"] = sys.modules["__main__"]
    main(trial)
