"""A local user of a pod's uid stops whatever of that uid it can; the starts of everybody else go on.

usage: spawn.py [PODS]

The user's processes see the host's: they send SIGSTOP to every process of their uid, without end. A child of the daemon that had that
uid while it shares the daemon's memory would be stopped there, and with it whoever waits for it. Pauses that are stopped later are
the user's own.
"""

import os
import signal
import sys
import threading
import time

from berth import LONG, Berth, Gone, Refused, main, need, scripted

USER = 4242
# A stuck spawn holds up the others for 2 s at most; the rest is for a slow machine.
BOUND = 5


def attack(attackers):
    """Processes of the user that stop all others of the user; returns their pids."""
    pids = []
    for _ in range(attackers):
        pid = os.fork()
        if pid == 0:
            os.setsid()
            os.setgroups([])
            os.setresgid(USER, USER, USER)
            os.setresuid(USER, USER, USER)
            mine = os.getpid()
            while True:
                # Not -1: that would stop the other attackers.
                for name in os.listdir("/proc"):
                    if name.isdigit() and int(name) != mine and int(name) not in pids:
                        stop(int(name))
        pids.append(pid)
    return pids


def stop(pid):
    try:
        if os.stat(f"/proc/{pid}").st_uid in (USER, 0):
            os.kill(pid, signal.SIGSTOP)
    except OSError:
        pass


class Trial:
    def __init__(self, pods):
        self.pods, self.over, self.tried = pods, threading.Event(), 0
        self.berth = Berth({"cniVersion": "1.0.0", "name": "quick", "plugins": [{"type": "quick"}]}, stepTimeout="10s")
        scripted(self.berth, "quick", {"ADD": {"result": {
            "interfaces": [{"name": "eth0", "sandbox": "/pod"}], "ips": [{"interface": 0, "address": "10.9.8.7/32"}]}}})

    def victims(self):
        """Pods of the user's uid, one after the other: whatever becomes of them."""
        linux = {"securityContext": {"runAsUser": {"value": USER}, "runAsGroup": {"value": USER}}}
        while not self.over.is_set():
            self.tried += 1
            try:
                self.berth.run(f"victim-{self.tried}", portMappings=[], linux=linux)
            except (Refused, Gone):
                pass

    def run(self):
        berth = self.berth
        berth.start().warm_up()
        attackers = attack(2)
        victim = threading.Thread(target=self.victims, daemon=True)
        victim.start()
        slowest = 0
        try:
            for number in range(self.pods):
                begin = time.monotonic()
                try:
                    berth.discard(berth.run(f"other-{number}", portMappings=[]))
                except Refused as error:
                    need(False, f"the start of another pod was refused after {time.monotonic() - begin:.1f} s: {error}")
                slowest = max(slowest, time.monotonic() - begin)
                need(slowest < BOUND, f"the start of another pod took {slowest:.1f} s; {self.tried} pods of the user were tried")
        finally:
            self.over.set()
            for pid in attackers:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        victim.join(60)
        need(not victim.is_alive(), "a pod of the user is still being started a minute after the attack")
        left = berth.clean()
        need(not left, f"left behind:\n{left}")
        print(f"spawn: {self.pods} pods beside {self.tried} of the user; the slowest took {slowest:.1f} s")
        berth.stop()


def trial():
    Trial(int(sys.argv[1]) if len(sys.argv) > 1 else 500 if LONG else 100).run()


if __name__ == "__main__":
    main(trial)
