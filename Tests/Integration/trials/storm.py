"""Kill storm: SIGKILL at random moments under the traffic of 8 clients.

usage: storm.py [ROUNDS [SEED]]

In each round the clients run, stop and remove pods while the daemon is killed and restarted. At the end every id that a
client was given is READY or was removed by it, no address is used twice, and after removing all nothing is left.
"""

import os
import random
import signal
import sys
import threading
import time

from berth import LONG, Berth, Gone, main, need, network

CLIENTS = 8


class Client(threading.Thread):
    """Runs, keeps, stops and removes pods; never gives up on one that it has begun with."""

    def __init__(self, storm, number):
        super().__init__(daemon=True)
        self.storm, self.number = storm, number
        self.random = random.Random(storm.seed * 1000 + number)
        self.kept, self.given, self.removed, self.serial = {}, 0, 0, 0
        self.failure = None

    def run(self):
        try:
            while not self.storm.over.is_set():
                if len(self.kept) < 3 and (not self.kept or self.random.random() < 0.6):
                    self.serial += 1
                    name = f"client-{self.number}-pod-{self.serial}"
                    self.kept[name] = self.insist(self.storm.berth.run, name)
                    self.given += 1
                else:
                    name = self.random.choice(sorted(self.kept))
                    if self.random.random() < 0.7:
                        self.insist(self.storm.berth.halt, self.kept[name])
                    self.insist(self.storm.berth.remove, self.kept[name])
                    del self.kept[name]
                    self.removed += 1
        except Exception as error:  # A thread has nobody to tell.
            self.failure = f"client {self.number}: {error!r}"
            self.storm.over.set()

    def insist(self, operation, argument):
        """Once more when the daemon died over it: what it had begun must not stand in the way."""
        while True:
            self.storm.serving.wait()
            try:
                return operation(argument)
            except Gone:
                # `serving` was cleared before the kill.
                continue


class Storm:
    def __init__(self, rounds, seed):
        self.rounds, self.seed = rounds, seed
        self.random = random.Random(seed)
        self.berth = Berth(network())
        self.serving, self.over = threading.Event(), threading.Event()

    def rage(self):
        print(f"storm: {self.rounds} rounds, seed {self.seed}")
        berth = self.berth
        berth.start().warm_up()
        self.serving.set()
        clients = [Client(self, number) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        for _ in range(self.rounds):
            # The random moment, not a wait for anything.
            time.sleep(self.random.uniform(0, 1.2))
            if self.over.is_set():
                break
            self.serving.clear()
            berth.stop(signal.SIGKILL)
            berth.start()
            self.serving.set()
        self.over.set()
        for client in clients:
            client.join(120)
            need(not client.is_alive(), f"client {client.number} is stuck")
            need(client.failure is None, f"{client.failure}\n{berth.last_words()}")
        self.judge(clients)

    def judge(self, clients):
        berth = self.berth
        kept = {id: name for client in clients for name, id in client.kept.items()}
        listed = berth.list()
        need(set(listed) == set(kept), f"listed and not kept or the other way: {set(listed) ^ set(kept)}")
        need(set(listed.values()) <= {"READY"}, f"not all are ready: {listed}")
        addresses = {id: berth.ip(id) for id in kept}
        need(len(set(addresses.values())) == len(kept), f"an address twice: {sorted(addresses.values())}")
        holders = berth.reservations()
        need({holder: ip for ip, holder in holders.items()} == addresses, f"host-local has {holders}, the pods {addresses}")
        given, removed = sum(client.given for client in clients), sum(client.removed for client in clients)
        print(f"storm: {given} pods were run, {removed} of them removed, {len(kept)} kept; {self.rounds} kills")
        left = berth.clean()
        need(not left, f"left behind:\n{left}")
        need(not berth.reservations(), f"host-local still has {berth.reservations()}")
        berth.stop()


def trial():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300 if LONG else 25
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(4), "big")
    Storm(rounds, seed).rage()


if __name__ == "__main__":
    main(trial)
