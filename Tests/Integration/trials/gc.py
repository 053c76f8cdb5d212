"""Collections of garbage, one after the other, under the traffic of clients: what lives is no garbage.

usage: gc.py [COLLECTIONS [CLIENTS [STANDING]]]

No pod is taken for garbage before its client begins to remove it: it stays READY, with its namespace and its pause.
"""

import os
import sys
import threading
import time

from berth import LONG, Berth, main, need, scripted

COLLECT = "berth.v1.BerthService/CollectGarbage"
KEPT = 3


def quick():
    """A network whose one plugin answers at once: the shorter a run, the more of them end in a collection."""
    return {"cniVersion": "1.0.0", "name": "quick", "plugins": [{"type": "quick"}]}


class Client(threading.Thread):
    """Runs pods, keeps the last few, and looks at each before it removes it."""

    def __init__(self, trial, number):
        super().__init__(daemon=True)
        self.trial, self.number, self.pods, self.failure = trial, number, 0, None

    def run(self):
        berth, kept = self.trial.berth, []
        try:
            while not self.trial.over.is_set() or kept:
                if not self.trial.over.is_set() and len(kept) < KEPT:
                    kept.append(berth.run(f"client-{self.number}-{self.pods}", portMappings=[]))
                    self.pods += 1
                else:
                    sandbox = kept.pop(0)
                    self.look(sandbox)
                    berth.discard(sandbox)
        except Exception as error:  # A thread has nobody to tell.
            self.failure = f"client {self.number}: {error!r}"
            self.trial.over.set()

    def look(self, sandbox):
        # A namespace's name has only the first half of the id.
        need(sandbox[:32] not in self.trial.taken, f"{sandbox} lives, and a collection took it")
        status = self.trial.berth.status(sandbox)
        need(status["state"] == "SANDBOX_READY", f"{sandbox} is {status['state']}")
        path = status["info"]["netnsPath"]
        need(os.path.ismount(path), f"{sandbox}: {path} is no mount any more")
        need(os.path.isdir(f"/proc/{status['info']['pid']}"), f"{sandbox}: its pause is gone")


class Trial:
    def __init__(self, collections, clients, standing):
        self.collections, self.standing = collections, standing
        self.over, self.taken = threading.Event(), set()
        self.berth = Berth(quick())
        scripted(self.berth, "quick", {"ADD": {"result": {
            "interfaces": [{"name": "eth0", "sandbox": "/pod"}], "ips": [{"interface": 0, "address": "10.9.8.7/32"}]}}})
        self.clients = [Client(self, number) for number in range(clients)]

    def collect(self):
        """Until enough, or until a client is worse off; returns how many."""
        for number in range(1, self.collections + 1):
            self.taken.update(found["podSandboxId"][:32] for found in self.berth.call(COLLECT).get("garbage", []))
            if self.over.is_set():
                return number
        return self.collections

    def run(self):
        berth = self.berth
        berth.start().warm_up()
        # With many pods there a search takes longer than a run: runs begin and end in it.
        standing = [berth.run(f"standing-{number}", portMappings=[]) for number in range(self.standing)]
        begin = time.monotonic()
        for client in self.clients:
            client.start()
        try:
            number = self.collect()
        finally:
            self.over.set()
        for client in self.clients:
            client.join(120)
            need(not client.is_alive(), f"client {client.number} is stuck")
        seconds = time.monotonic() - begin
        pods = sum(client.pods for client in self.clients)
        told = [client.failure for client in self.clients if client.failure]
        need(not told, f"after {number} collections and {pods} pods: {told}\n{berth.last_words()}")
        print(f"gc: {number} collections, {pods} pods beside {self.standing} that stood, {seconds:.0f} s")
        need(set(berth.list()) == set(standing), "not all that stood are listed")
        for sandbox in standing:
            self.clients[0].look(sandbox)
        berth.discard(*standing)
        left = berth.leaks()
        need(not left, f"left behind:\n{left}")
        berth.stop()


def trial():
    collections = int(sys.argv[1]) if len(sys.argv) > 1 else 3000 if LONG else 100
    clients = int(sys.argv[2]) if len(sys.argv) > 2 else 16
    standing = int(sys.argv[3]) if len(sys.argv) > 3 else 200
    Trial(collections, clients, standing).run()


if __name__ == "__main__":
    main(trial)
