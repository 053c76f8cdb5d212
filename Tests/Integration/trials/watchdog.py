"""What a watchdog leaves behind: nothing, once the step that hung has come back from the kernel.

usage: watchdog.py [FIRINGS]

The steps hang in a file system that is frozen, as they would on a disk that does not answer, and go on when it is thawed.
"""

import collections
import os
import signal
import sys
import time

from berth import LONG, Berth, Refused, main, need, network, sh

DISK = "/run/berth-frozen"


def threads(pid):
    """How many threads there are of each name, those of the language's pool left out: it makes them as it likes."""
    found = collections.Counter()
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/comm") as file:
                found[file.read().strip()] += 1
        except FileNotFoundError:
            pass
    return collections.Counter({name: count for name, count in found.items() if name.startswith("berth")})


class Disk:
    """An ext4 file system that can be frozen."""

    def __init__(self):
        os.makedirs(DISK)
        sh("truncate", "-s", "64M", DISK + ".image")
        sh("mkfs.ext4", "-q", DISK + ".image")
        sh("mount", "-o", "loop", DISK + ".image", DISK)

    def freeze(self):
        sh("fsfreeze", "-f", DISK)

    def thaw(self):
        sh("fsfreeze", "-u", DISK)

    def leave(self):
        sh("umount", "-l", DISK)


class Trial:
    def __init__(self, firings):
        self.firings = firings
        self.disk = Disk()
        self.berth = Berth(network(), state=DISK + "/state", stepTimeout="500ms")

    def fire(self, number):
        """A run and a removal that hang in PrepareFiles until their watchdogs fire; then the disk answers again."""
        berth = self.berth
        removed = berth.run(f"removed-{number}")
        berth.halt(removed)
        self.hangs("a removal", berth.remove, removed)
        berth.remove(removed)
        self.hangs("a run", berth.run, f"hangs-{number}")

    def hangs(self, what, operation, argument):
        self.disk.freeze()
        begin = time.monotonic()
        try:
            operation(argument)
            need(False, f"{what} that cannot write came to its end")
        except Refused as error:
            need(error.code == "deadline_exceeded" or "given up" in error.message, f"a hang is told as {error.code}: {error}")
            need("PrepareFiles" in error.message, f"the step that hung is not named: {error}")
            need(argument in self.owed() or error.sandbox in self.owed(), f"nothing is owed while the step hangs: {error}")
        finally:
            self.disk.thaw()
        need(time.monotonic() - begin < 15, "the watchdog took more than 15 s")

    def owed(self):
        return [left["podSandboxId"] for left in self.berth.call("berth.v1.BerthService/ListLeftovers").get("leftovers", [])]

    def named_at_the_end(self):
        """The daemon is told to end while a step hangs: its log names the sandbox."""
        berth = self.berth
        self.disk.freeze()
        try:
            berth.run("hangs-at-the-end")
        except Refused as error:
            sandbox = error.sandbox
        begin = time.monotonic()
        berth.process.send_signal(signal.SIGTERM)
        try:
            while time.monotonic() - begin < 20:
                with open(berth.log, errors="replace") as file:
                    after = file.read().rpartition("shutting down")[2]
                if sandbox in after or berth.process.poll() is not None:
                    break
                time.sleep(0.05)
        finally:
            self.disk.thaw()
        berth.stop()
        need(sandbox in after, f"at its end the daemon does not name {sandbox}: {after}")

    def settled(self, before):
        """The daemon's threads that are more than before, by name, once there are none or after 10 s."""
        deadline = time.monotonic() + 10
        while True:
            more = threads(self.berth.pid) - before
            if not more or time.monotonic() > deadline:
                return dict(more)
            time.sleep(0.05)

    def run(self):
        berth = self.berth
        berth.start().warm_up()
        before = self.calm()
        for number in range(self.firings):
            self.fire(number)
        berth.discard(berth.run("after-all"))
        more = self.settled(before)
        need(not more, f"after {2 * self.firings} firings there are more threads: {more}; before there were {dict(before)}")
        berth.discard(*berth.list())
        left = berth.leaks()
        need(not left, f"left behind:\n{left}")
        need(not self.owed(), f"owed: {self.owed()}")
        print(f"watchdog: {2 * self.firings} firings left none of {sum(before.values())} threads more")
        self.named_at_the_end()
        berth.start()
        berth.discard(*berth.list())
        left = berth.leaks()
        need(not left, f"left behind after the end:\n{left}")
        berth.stop()
        self.disk.leave()

    def calm(self):
        """The threads when they have not changed for a second."""
        last, since = threads(self.berth.pid), time.monotonic()
        while time.monotonic() - since < 1:
            time.sleep(0.05)
            now = threads(self.berth.pid)
            if now != last:
                last, since = now, time.monotonic()
        return last


def trial():
    Trial(int(sys.argv[1]) if len(sys.argv) > 1 else 40 if LONG else 6).run()


if __name__ == "__main__":
    main(trial)
