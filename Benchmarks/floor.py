"""The least kernel work that still is one pod sandbox (floor/floor.c), measured in the same run."""
import json
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
PAUSE = ["-Os", "-static", "-nostdlib", "-ffreestanding", "-fno-stack-protector", "-fno-asynchronous-unwind-tables",
         "-Wl,--build-id=none,-N,--no-warn-rwx-segments"]


class Floor:
    """Namespaces, a pause, the mount of its netns, a veth pair on a bridge, an address and a route; no CNI, no cgroup, no record."""

    name = "floor"

    @staticmethod
    def unavailable():
        """Why it cannot be measured here, else None."""
        return None if Floor.compiler() else "no C compiler (cc or clang)"

    @staticmethod
    def compiler():
        return shutil.which("cc") or shutil.which("clang")

    def __init__(self, work):
        os.makedirs(work)
        self.directory = f"{work}/netns"
        self.program, self.pause = f"{work}/floor", f"{work}/pause"
        for source, program, flags in (("floor", self.program, ["-O2"]), ("pause", self.pause, PAUSE)):
            subprocess.run([self.compiler(), *flags, "-o", program, f"{HERE}/floor/{source}.c"], check=True)

    def run(self, *arguments):
        return subprocess.run([self.program, "-p", self.pause, "-d", self.directory, "-l", *map(str, arguments)],
                              check=True, capture_output=True, text=True).stdout

    def one_by_one(self, rounds, live, spacing):
        """Milliseconds to make one and to let go of it, spaced alike, with so many alive."""
        found = json.loads(self.run("-n", rounds, "-k", live, "-s", int(spacing * 1000), "-J"))
        return {what: dict(zip(("p50", "p90", "p99"), (part / 1000 for part in found[key])), n=rounds)
                for what, key in (("run", "TOTAL create"), ("stop+remove", "TOTAL teardown"))}

    def at_once(self, workers, total):
        """How many a second, made by so many at once."""
        text = self.run("-n", max(1, total // workers), "-j", workers, "-P")
        return float(text.split("create ")[1].split("/s")[0])
