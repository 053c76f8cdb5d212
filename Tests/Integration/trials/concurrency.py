"""Any two operations on one sandbox at once end in a state that some serial order would give.

usage: concurrency.py [ROUNDS [SEED]]
"""

import itertools
import os
import random
import sys
import threading
import time

from berth import LONG, Berth, Gone, Refused, main, need, network

# What is in force before: nothing, or the pod ready or stopped.
BEFORE = ("absent", "ready", "stopped")
OPERATIONS = ("run", "stop", "remove")


def serially(state, operation):
    """The model: the state after one operation, and whether it succeeds. An id, once removed, never comes back."""
    if operation == "run":
        return {"absent": ("ready", True), "ready": ("ready", True), "stopped": ("stopped", False)}[state]
    if operation == "stop":
        return {"absent": ("absent", True), "ready": ("stopped", True), "stopped": ("stopped", True)}[state]
    return "absent", True


def outcomes(before, pair):
    """What the serial orders give: the state of the pod's name, and how each operation ended.

    Stop and Remove name the sandbox there was at first: after a Remove and a Run it is another one that is ready.
    """
    found = set()
    for order in itertools.permutations(range(2)):
        state, old, ended = before, before != "absent", [None, None]
        for index in order:
            operation = pair[index]
            if operation == "run":
                state, ended[index] = serially(state, operation)
            elif old:
                state, ended[index] = serially(state, operation)
                old = operation != "remove"
            else:
                ended[index] = True
        found.add((state, tuple(ended)))
    return found


class Trial:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.berth = Berth(network())
        self.berth.start().warm_up()

    def arrange(self, before):
        berth = self.berth
        sandbox = None
        if before != "absent":
            sandbox = berth.run("pod")
        if before == "stopped":
            berth.halt(sandbox)
        return sandbox

    def at_once(self, sandbox, pair):
        """Both operations from threads of their own, a moment apart; how each ended."""
        berth, ended, said = self.berth, [None, None], [None, None]
        barrier = threading.Barrier(2)
        # Up to the time that a stop takes: all overlaps occur.
        pauses = [self.random.choice((0, self.random.uniform(0, 0.15))) for _ in pair]

        def perform(index):
            barrier.wait()
            time.sleep(pauses[index])
            try:
                if pair[index] == "run":
                    berth.run("pod")
                elif pair[index] == "stop":
                    berth.halt(sandbox)
                else:
                    berth.remove(sandbox)
                ended[index] = True
            except Refused as error:
                said[index] = str(error)
                # The one refusal that a serial order gives: a run under a stopped sandbox's name.
                if error.code == "already_exists":
                    ended[index] = False
            except Gone as error:
                said[index] = repr(error)

        threads = [threading.Thread(target=perform, args=(index,)) for index in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        need(None not in ended, f"{pair}: {said}")
        return tuple(ended)

    def state(self):
        listed = list(self.berth.list().values())
        need(len(listed) <= 1, f"more than one sandbox of one name: {self.berth.list()}")
        return {(): "absent", ("READY",): "ready", ("NOTREADY",): "stopped"}[tuple(listed)]

    def on_disk(self):
        """How many records there are: none may stay behind the list."""
        return len(os.listdir(self.berth.root + "/sandboxes"))

    def round(self, before, pair):
        sandbox = self.arrange(before)
        ended = self.at_once(sandbox, pair)
        state = self.state()
        allowed = outcomes(before, pair)
        need((state, ended) in allowed, f"{before}: {pair} gave {state} {ended}, no serial order does: {allowed}")
        need(self.on_disk() == (state != "absent"), f"{before}: {pair}: {self.on_disk()} records, but {state}")
        self.berth.discard(*self.berth.list())


def trial():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40 if LONG else 5
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(4), "big")
    print(f"concurrency: seed {seed}")
    trial = Trial(seed)
    pairs = [
        (before, pair) for before in BEFORE for pair in itertools.combinations_with_replacement(OPERATIONS, 2)
        # Without a sandbox there is nothing to stop or to remove.
        if before != "absent" or pair == ("run", "run")
    ]
    for before, pair in pairs:
        for _ in range(rounds):
            trial.round(before, pair)
        left = trial.berth.leaks()
        need(not left, f"{before}: {pair} left behind:\n{left}")
    print(f"concurrency: {len(pairs)} pairs of operations, {rounds} rounds each")
    trial.berth.stop()


if __name__ == "__main__":
    main(trial)
