"""The stream of events under pauses that die at the worst moment: created, started, stopped, deleted, each once and in this order.

usage: events.py [PODS [SEED]]
"""

import errno
import glob
import json
import os
import random
import signal
import struct
import sys
import threading
import time

from berth import LONG, Berth, Refused, UnixConnection, main, need, scripted

ORDER = ["CREATED", "STARTED", "STOPPED", "DELETED"]


class Listener(threading.Thread):
    """Keeps what the stream tells, by sandbox, in the order in which it comes."""

    def __init__(self, berth):
        super().__init__(daemon=True)
        self.connection = UnixConnection(berth.socket, 120)
        self.told, self.changed = {}, threading.Condition()
        body = b"\0" + struct.pack(">I", 2) + b"{}"
        self.connection.request(
            "POST", "/runtime.v1.RuntimeService/GetContainerEvents", body, {"Content-Type": "application/connect+json"})
        self.answer = self.connection.getresponse()
        need(self.answer.status == 200, f"GetContainerEvents: {self.answer.status}")

    def run(self):
        while head := self.answer.read(5):
            flags, length = struct.unpack(">BI", head)
            document = json.loads(self.answer.read(length))
            if flags & 2:
                return
            kind = document["containerEventType"].removeprefix("CONTAINER_").removesuffix("_EVENT")
            with self.changed:
                self.told.setdefault(document["containerId"], []).append(kind)
                self.changed.notify_all()

    def wait_for(self, sandbox, kind, seconds=10):
        with self.changed:
            came = self.changed.wait_for(lambda: kind in self.told.get(sandbox, []), seconds)
        need(came, f"{sandbox}: {kind} was not told within {seconds} s: {self.told.get(sandbox)}")


class Killer(threading.Thread):
    """Kills each new pause a moment after its birth: before its run has committed, in the middle of that, or after it."""

    def __init__(self, berth, seed):
        super().__init__(daemon=True)
        self.berth, self.random = berth, random.Random(seed)
        self.over, self.seen = threading.Event(), set()

    def run(self):
        pattern = next(
            root + self.berth.cgroup for root in ("/sys/fs/cgroup/unified", "/sys/fs/cgroup/pids", "/sys/fs/cgroup")
            if os.path.isdir(root + self.berth.cgroup)) + "/*/pause/cgroup.procs"
        while not self.over.is_set():
            for path in set(glob.glob(pattern)) - self.seen:
                self.seen.add(path)
                # The others live until they are stopped.
                if self.random.random() < 0.5:
                    continue
                # The random moment, not a wait for anything.
                time.sleep(self.random.uniform(0, 0.02))
                self.kill(path)

    def kill(self, path):
        try:
            with open(path) as file:
                for pid in file.read().split():
                    os.kill(int(pid), signal.SIGKILL)
        except OSError as error:
            # The group, or who was in it, is gone already.
            if error.errno not in (errno.ENOENT, errno.ENODEV, errno.ESRCH):
                raise


class Trial:
    def __init__(self, pods, seed):
        self.pods, self.random = pods, random.Random(seed)
        self.berth = Berth({"cniVersion": "1.0.0", "name": "quick", "plugins": [{"type": "quick"}]})
        scripted(self.berth, "quick", {"ADD": {"result": {
            "interfaces": [{"name": "eth0", "sandbox": "/pod"}], "ips": [{"interface": 0, "address": "10.9.8.7/32"}]}}})
        self.berth.start().warm_up()
        self.listener = Listener(self.berth)
        self.listener.start()
        self.killer = Killer(self.berth, seed)
        self.given, self.failures = [], []

    def at_once(self, sandbox, path):
        """Stop, while pause dies by itself: two that could tell of one end."""
        halting = threading.Thread(target=self.berth.halt, args=(sandbox,))
        halting.start()
        time.sleep(self.random.uniform(0, 0.003))
        self.killer.kill(path)
        halting.join()

    def client(self, number):
        try:
            self.pods_of(number)
        except Exception as error:  # A thread has nobody to tell.
            self.failures.append(f"client {number}: {error!r}")

    def pods_of(self, number):
        berth = self.berth
        for index in range(self.pods):
            try:
                sandbox = berth.run(f"pod-{number}-{index}", portMappings=[])
            except Refused:
                # Its pause died before Commit.
                continue
            self.given.append(sandbox)
            paths = glob.glob(f"/sys/fs/cgroup/**{berth.cgroup}/{sandbox}/pause/cgroup.procs", recursive=True)
            if paths:
                self.at_once(sandbox, paths[0])
            berth.halt(sandbox)
            berth.remove(sandbox)

    def run(self):
        self.killer.start()
        clients = [threading.Thread(target=self.client, args=(number,), daemon=True) for number in range(3)]
        for client in clients:
            client.start()
        for client in clients:
            client.join(120)
            need(not client.is_alive(), "a client is stuck")
        self.killer.over.set()
        self.killer.join()
        need(not self.failures, f"{self.failures}")
        for sandbox in self.given:
            self.listener.wait_for(sandbox, "DELETED")
        need(self.given, "no run has come to its end")
        wrong = {id: told for id, told in self.listener.told.items() if id in self.given and told != ORDER}
        need(not wrong, f"{len(wrong)} of {len(self.given)}: {list(wrong.items())[:4]}")
        strays = {id: told for id, told in self.listener.told.items() if id not in self.given and told[0] != "CREATED"}
        need(not strays, f"of runs that failed: {strays}")
        print(f"events: {len(self.given)} pods of {3 * self.pods} came to run, each told once and in order")
        self.berth.stop()


def trial():
    pods = int(sys.argv[1]) if len(sys.argv) > 1 else 500 if LONG else 150
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(4), "big")
    print(f"events: seed {seed}")
    Trial(pods, seed).run()


if __name__ == "__main__":
    main(trial)
