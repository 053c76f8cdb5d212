"""Runs with odd values in any field: each pod runs, or is refused by name as the client's mistake, and nothing is left of it.

usage: requests.py [COUNT [SEED]]
"""

import os
import random
import sys

from berth import LONG, Refused, main, need
from hostile import Honest, figures, finish, start

NUMBERS = [0, 1, -1, 2, 999, 1000, 65535, 65536, 2**31 - 1, -2**31, 2**32 - 1, 2**63 - 1, -2**63, 1 << 20, 64 << 20]
TEXTS = ["", "a", "/", "..", "a/../b", "/a/b", "x" * 300, "x-y.slice", "-", "127.0.0.1", "::1", "localhost", "a b", "\n", "e\u0301",
         "0-3", "2MB", "unconfined", "localhost/x"]
SYSCTLS = ["net.ipv4.ip_forward", "net.ipv4.nope", "net.ipv4.conf.eth0.rp_filter", "kernel.shm_rmid_forced", "kernel.hostname",
           "vm.swappiness", "net.core.somaxconn", "../x", "fs.mqueue.msg_max", "fs.mqueue.nope", "net.ipv4.conf", "net.core.netdev_max_backlog"]
FILES = ["memory.high", "cgroup.procs", "cpu.max", "hugetlb.2MB.max", "pids.max", "nope.x", "../x", "memory"]


class Odd:
    def __init__(self, dice):
        self.dice = dice

    def number(self, *usual):
        return self.dice.choice(list(usual) * 4 + NUMBERS) if usual else self.dice.choice(NUMBERS)

    def text(self, *usual):
        return self.dice.choice(list(usual) * 4 + TEXTS)

    def some(self, **fields):
        return {name: value() for name, value in fields.items() if self.dice.random() < 0.25}

    def mapping(self):
        return {"hostId": self.number(100000) % 2**32, "containerId": self.number(0) % 2**32, "length": self.number(65536) % 2**32}

    def resources(self):
        return self.some(
            cpuPeriod=lambda: self.number(100000), cpuQuota=lambda: self.number(50000), cpuShares=lambda: self.number(512),
            memoryLimitInBytes=lambda: self.number(64 << 20), memorySwapLimitInBytes=lambda: self.number(128 << 20),
            oomScoreAdj=lambda: self.number(100), cpusetCpus=lambda: self.text("0"), cpusetMems=lambda: self.text("0"),
            hugepageLimits=lambda: [{"pageSize": self.text("2MB"), "limit": abs(self.number())}],
            unified=lambda: {self.dice.choice(FILES): self.text("max", "1")})

    def profile(self):
        return {"profileType": self.dice.choice(["RuntimeDefault", "Unconfined", "Localhost"]), "localhostRef": self.text("/etc/hostname", "")}

    def context(self):
        mode = lambda: self.dice.choice(["POD", "POD", "CONTAINER", "NODE", "TARGET"])
        users = lambda: {"mode": self.dice.choice(["POD", "NODE"]), "uids": [self.mapping()], "gids": [self.mapping()]}
        return self.some(
            namespaceOptions=lambda: self.some(network=mode, pid=mode, ipc=mode, usernsOptions=users),
            runAsUser=lambda: {"value": self.number(1000)}, runAsGroup=lambda: {"value": self.number(1000)},
            supplementalGroups=lambda: [self.number(10)] * self.dice.choice([1, 2, 5000]), privileged=lambda: True,
            seccomp=self.profile, apparmor=self.profile, seccompProfilePath=lambda: self.text("unconfined"),
            selinuxOptions=lambda: {"level": self.text("s0")})

    def config(self, number):
        linux = self.some(
            cgroupParent=lambda: self.text(), sysctls=lambda: {self.dice.choice(SYSCTLS): self.text("1", "0")},
            resources=self.resources, overhead=self.resources, securityContext=self.context)
        port = lambda: [{"containerPort": self.number(80) % 2**31, "hostPort": self.number(0) % 2**31, "hostIp": self.text("")}]
        config = self.some(
            hostname=lambda: self.text("pod"), logDirectory=lambda: self.text("/var/log"), portMappings=port,
            dnsConfig=lambda: {"servers": [self.text("10.0.0.1")], "options": [self.text("ndots:2")]},
            labels=lambda: {self.text("a"): self.text()}, annotations=lambda: {self.text("capability.berth/mac", "a"): self.text()})
        if self.dice.random() < 0.1:
            # A sound user namespace, in which root is another user.
            mapping = [{"hostId": 100000, "containerId": 0, "length": 65536}]
            linux = {"sysctls": {self.dice.choice(SYSCTLS): "1"}, "securityContext": {"namespaceOptions": {
                "usernsOptions": {"mode": "POD", "uids": mapping, "gids": mapping}}}}
        return {"metadata": {"name": f"odd-{number}", "namespace": "n", "uid": "u"}, "linux": linux, **config}


def trial():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000 if LONG else 300
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(4), "big")
    print(f"requests: seed {seed}")
    odd = Odd(random.Random(seed))
    berth = start()
    before, honest, codes = figures(berth), Honest(berth), {}
    honest.start()
    for number in range(count):
        config = odd.config(number)
        try:
            sandbox = berth.call("RunPodSandbox", {"config": config})["podSandboxId"]
            berth.discard(sandbox)
            code = "ok"
        except Refused as refused:
            code = refused.code
            need(code in ("invalid_argument", "failed_precondition"), f"{code}: {refused.message[:500]}: {config}")
            need("config" in refused.message, f"no field is named: {refused.message[:500]}: {config}")
        codes[code] = codes.get(code, 0) + 1
    print(f"requests: {count}, {codes}")
    honest.finish("requests")
    finish(berth, before)


if __name__ == "__main__":
    main(trial)
