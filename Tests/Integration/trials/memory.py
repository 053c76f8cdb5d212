"""What failed runs leave in the daemon's memory: a plugin's words of megabytes are not kept in several copies, nor for long.

usage: memory.py [RUNS]
"""

import sys

from berth import LONG, Berth, Refused, main, need, scripted

MEGABYTES = 4
BOUND = 20
# The answer tells what failed, not all that a plugin had to say.
ANSWER = 1 << 20
# An address without a link is enough of a result.
SILENT = {"ADD": {"result": {
    "interfaces": [{"name": "eth0", "sandbox": "/pod"}], "ips": [{"interface": 0, "address": "10.9.8.7/32"}]}}}


def resident(pid):
    """The daemon's own memory, in kB."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


class Trial:
    def __init__(self, runs):
        self.runs, self.longest = runs, 0
        self.berth = Berth({"cniVersion": "1.0.0", "name": "talks", "plugins": [{"type": "talks"}]})

    def failing(self, kind):
        """The plugin "talks" fails with so many words, in the place that `kind` names."""
        words = "x" * (MEGABYTES << 20)
        script = {
            "msg": {"ADD": {"error": {"code": 107, "msg": words}}},
            "details": {"ADD": {"error": {"code": 107, "msg": "failed", "details": words}}},
            "stderr": {"ADD": {"stderr": words, "error": {"code": 107, "msg": "failed"}}},
            "stdout": {"ADD": {"stdout": words, "exit": 1}},
        }[kind]
        scripted(self.berth, "talks", script)

    def fails(self, name):
        try:
            self.berth.run(name)
            need(False, "the run did not fail")
        except Refused as error:
            self.longest = max(self.longest, len(error.message))

    def run(self):
        berth = self.berth
        scripted(berth, "talks", SILENT)
        berth.start().warm_up()
        for kind in ("msg", "details", "stderr", "stdout"):
            self.failing(kind)
            # What is allocated once, for good, is no growth.
            for number in range(3):
                self.fails(f"first-{kind}-{number}")
            before = resident(berth.pid)
            runs = self.runs if kind == "msg" else self.runs // 4
            for number in range(runs):
                self.fails(f"{kind}-{number}")
            grown = (resident(berth.pid) - before) / 1024
            print(f"memory: {runs} runs that failed with {MEGABYTES} MiB of {kind}: {before // 1024} MB and {grown:.1f} more")
            need(grown < BOUND, f"{runs} failed runs with {MEGABYTES} MiB of {kind}: {grown:.0f} MB more")
        need(self.longest < ANSWER, f"an answer's message has {self.longest} bytes")
        scripted(berth, "talks", SILENT)
        left = berth.leaks()
        need(not left, f"left behind:\n{left}")
        berth.stop()


def trial():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200 if LONG else 40
    Trial(runs).run()


if __name__ == "__main__":
    main(trial)
