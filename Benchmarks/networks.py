"""What a pod costs on native networks of several kinds, each on a daemon of its own, in turn."""
import os
import time

from berth import Berth
from figures import summary, timed

PORTMAP = {"type": "portmap", "capabilities": {"portMappings": True}}
REST = 0.03


def bridge(name, number, work, **more):
    return {"type": "bridge", "bridge": name, "isGateway": True, "ipam": {
        "type": "host-local", "dataDir": f"{work}/ipam-{name}", "subnet": f"10.{220 + number}.0.0/16",
        "routes": [{"dst": "0.0.0.0/0"}]}} | more


class Networks:
    """Interleaved: a slow moment of the machine meets all of them."""

    def __init__(self, options, work):
        chains = {
            "bridge": (lambda *of: [bridge(*of)], 0),
            "masquerade": (lambda *of: [bridge(*of, ipMasq=True)], 0),
            "whole chain": (lambda *of: [bridge(*of, ipMasq=True), PORTMAP, {"type": "firewall"}, {"type": "tuning"}], 2),
            "200 ports": (lambda *of: [bridge(*of, ipMasq=True), PORTMAP], 200),
        }
        self.runtimes = {}
        for number, (name, (chain, ports)) in enumerate(chains.items()):
            own = f"{work}/network-{number}"
            os.makedirs(own)
            conflist = {"cniVersion": "1.0.0", "name": f"bench{number}", "plugins": chain(f"bench-{number}", number, work)}
            runtime = Berth(options.binaries, own, f"{options.root}/network-{number}", conflist, options.plugins,
                            f"{os.environ['BERTH_TEST_CGROUP']}/network-{number}", "auto")
            mappings = [{"hostPort": 20000 + 1000 * number + port, "containerPort": 80 + port, "protocol": "TCP"}
                        for port in range(ports)]
            self.runtimes[name] = (runtime, mappings)

    def all(self, rounds):
        times = {}
        for number in range(rounds + 2):
            if number == 2:
                times.clear()  # the first two warm up
            for name, (runtime, mappings) in self.runtimes.items():
                config = {"metadata": {"name": f"n{number}", "namespace": "bench", "uid": f"n{number}", "attempt": 0},
                          "linux": {}, "portMappings": mappings}
                time.sleep(REST)
                answer, run = timed(lambda: runtime.call("RunPodSandbox", config=config))
                time.sleep(REST)
                _, stop = timed(runtime.stop, answer["podSandboxId"])
                _, remove = timed(runtime.remove, answer["podSandboxId"])
                each = times.setdefault(name, {"run": [], "stop+remove": []})
                each["run"].append(run)
                each["stop+remove"].append(stop + remove)
        for runtime, _ in self.runtimes.values():
            runtime.shutdown()
        return {name: {what: summary(values) for what, values in each.items()} for name, each in times.items()}
