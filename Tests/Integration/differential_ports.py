#!/usr/bin/env python3
"""Maps host ports by a reference portmap and by ours, and compares who gets through, and as whom.

usage: differential_ports.py REFERENCE-DIR OUR-DIR WORK-DIR

Runs in namespaces of the test's own, as root. The pods' bridges are ours on either side. What differs is a failure, unless
EXPECTED has it.
"""
import contextlib
import ctypes
import itertools
import json
import os
import socket
import struct
import subprocess
import sys
import threading

REFERENCE, OURS, WORK = sys.argv[1:4]
LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
OUTSIDE = {4: "192.0.2.2", 6: "2001:db8::2"}
HOST = {4: "192.0.2.1", 6: "2001:db8::1"}
GATEWAY = {4: "10.77.0.1", 6: "fd77::1"}
PORT, INNER = 8080, 80
PROTOCOLS = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
problems = []
configurations = {}

# What is better than the reference plugin, by variant and probe: none of version 1.1.1's.
EXPECTED = {}


def sh(*command, check=True, **more):
    return subprocess.run(command, check=check, capture_output=True, text=True, **more)


def enter(name):
    """Brings this thread into a namespace for good."""
    with open(f"/run/netns/{name}") as file:
        if LIBC.setns(file.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {name}")


def call(side, verb, plugin, container, configuration):
    environment = {"CNI_COMMAND": verb, "CNI_CONTAINERID": container, "CNI_NETNS": f"/run/netns/{container}",
                   "CNI_IFNAME": "eth0", "CNI_PATH": side, "PATH": os.environ["PATH"]}
    run = subprocess.run([f"{side}/{plugin}"], input=json.dumps(configuration), env=environment, capture_output=True, text=True)
    return run.returncode, json.loads(run.stdout) if run.stdout.strip() else {}


def attach(container, bridge, four, six):
    sh("ip", "netns", "add", container)
    ipam = {"type": "host-local", "dataDir": f"{WORK}/ports", "ranges": [[{"subnet": four}], [{"subnet": six}]],
            "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}
    configurations[container] = {
        "cniVersion": "1.0.0", "name": "ports", "type": "bridge", "bridge": bridge, "isGateway": True, "ipMasq": True, "ipam": ipam}
    status, result = call(OURS, "ADD", "bridge", container, configurations[container])
    assert status == 0, result
    return result


class Servers:
    """What listens in the pod, on both families, and answers with the address that it sees."""

    def __init__(self, container):
        self.sockets = []
        ready = threading.Event()

        def open_all():
            enter(container)
            for kind in PROTOCOLS.values():
                one = socket.socket(socket.AF_INET6, kind)
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                one.bind(("::", INNER))
                if kind == socket.SOCK_STREAM:
                    one.listen(64)
                else:
                    # The answer leaves from the address that was asked.
                    one.setsockopt(socket.IPPROTO_IPV6, 49, 1)
                self.sockets.append(one)
            ready.set()

        thread = threading.Thread(target=open_all)
        thread.start()
        thread.join()
        assert ready.is_set()
        for one in self.sockets:
            threading.Thread(target=self.tcp if one.type == socket.SOCK_STREAM else self.udp, args=[one], daemon=True).start()

    @staticmethod
    def tcp(listener):
        while True:
            with contextlib.suppress(OSError):
                connection, peer = listener.accept()
                connection.sendall(peer[0].removeprefix("::ffff:").encode())
                connection.close()

    @staticmethod
    def udp(one):
        while True:
            with contextlib.suppress(OSError):
                _, ancillary, _, peer = one.recvmsg(16, 256)
                one.sendmsg([peer[0].removeprefix("::ffff:").encode()], ancillary, 0, peer)


def ask(place, protocol, address, answers, key):
    """Keeps the client's address as the pod sees it, or None; from a namespace, or with None from the host's."""
    answers[key] = None
    if place:
        enter(place)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, PROTOCOLS[protocol]) as one, contextlib.suppress(OSError):
        one.settimeout(0.5)
        one.connect((address, PORT))
        if protocol == "udp":
            one.send(b"?")
        answers[key] = one.recv(64).decode() or None


def ask_all(protocol, asked):
    """The answers of several at once: a thread each, as each has a namespace of its own."""
    answers = {}
    threads = [threading.Thread(target=ask, args=[place, protocol, target, answers, f"{place or 'host'} to {target}"])
               for place, target in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def probes(addresses):
    for family in (4, 6):
        yield from ((place, target) for place in (None, "outside", "pod", "beside", "other")
                    for target in (HOST[family], GATEWAY[family]) if (place, target) != ("outside", GATEWAY[family]))
    yield None, "127.0.0.1"
    yield "pod", "127.0.0.1"
    yield "beside", addresses["pod"][0]


def variants():
    """With and without br_netfilter's passing bridged packets to the rules, which changes what pods beside one another see."""
    everything = (None, "", "0.0.0.0", "::", "192.0.2.1", "127.0.0.1", "2001:db8::1")
    for filtered, addresses in ((True, everything), (False, (None, "192.0.2.1"))):
        for protocol, host_ip, snat in itertools.product(PROTOCOLS, addresses, (None, False)):
            yield filtered, protocol, host_ip, snat


def filter_bridges(is_on):
    for family in ("ip", "ip6"):
        path = f"/proc/sys/net/bridge/bridge-nf-call-{family}tables"
        # Without the module there is nothing to pass.
        if os.path.exists(path):
            with open(path, "w") as file:
                file.write("1" if is_on else "0")


def configuration(protocol, host_ip, snat, result):
    mapping = {"hostPort": PORT, "containerPort": INNER, "protocol": protocol}
    if host_ip is not None:
        mapping["hostIP"] = host_ip
    made = {"cniVersion": "1.0.0", "name": "ports", "type": "portmap", "capabilities": {"portMappings": True},
            "runtimeConfig": {"portMappings": [mapping]}, "prevResult": result}
    return made | ({} if snat is None else {"snat": snat})


def main():
    os.makedirs("/run/netns", exist_ok=True)
    sh("ip", "link", "add", "dports", "type", "veth", "peer", "name", "dports1")
    sh("ip", "netns", "add", "outside")
    sh("ip", "link", "set", "dports1", "netns", "outside")
    for place, link, addresses in (([], "dports", HOST), (["-n", "outside"], "dports1", OUTSIDE)):
        sh("ip", *place, "addr", "add", addresses[4] + "/24", "dev", link)
        sh("ip", *place, "addr", "add", addresses[6] + "/64", "dev", link, "nodad")
        sh("ip", *place, "link", "set", link, "up")
    sh("ip", "-n", "outside", "route", "add", "default", "via", HOST[4])
    sh("ip", "-n", "outside", "-6", "route", "add", "default", "via", HOST[6])
    results = {"pod": attach("pod", "ports0", "10.77.0.0/24", "fd77::/64"), "beside": attach("beside", "ports0", "10.77.0.0/24", "fd77::/64"),
               "other": attach("other", "ports1", "10.78.0.0/24", "fd78::/64")}
    addresses = {name: [ip["address"].split("/")[0] for ip in result["ips"]] for name, result in results.items()}
    Servers("pod")
    count = asked = 0
    for filtered, protocol, host_ip, snat in variants():
        filter_bridges(filtered)
        seen = []
        for side in (REFERENCE, OURS):
            made = configuration(protocol, host_ip, snat, results["pod"])
            status, answer = call(side, "ADD", "portmap", "pod", made)
            wanted = list(probes(addresses)) if status == 0 else []
            outcome = {"ADD": status} | ask_all(protocol, wanted)
            asked += len(wanted)
            outcome["DEL"] = call(side, "DEL", "portmap", "pod", made)[0]
            outcome |= {f"after DEL, {key}": answer for key, answer in ask_all(protocol, [("outside", HOST[4])]).items()}
            seen.append(outcome)
        count += 1
        for key in seen[0] | seen[1]:
            if seen[0].get(key) != seen[1].get(key) and (host_ip, key) not in EXPECTED:
                problems.append(f"{protocol} hostIP {host_ip} snat {snat} br_netfilter {filtered}: {key}: {seen[0].get(key)} and {seen[1].get(key)}")
    print(f"{count} mappings compared by {asked} probes, {len(problems)} differences")
    for problem in problems:
        print(problem)
    filter_bridges(True)
    for name in results:
        call(OURS, "DEL", "bridge", name, configurations[name])
    for name in ("outside", *results):
        sh("ip", "netns", "del", name)
    for link in ("dports", "ports0", "ports1"):
        sh("ip", "link", "del", link, check=False)
    sys.stdout.flush()
    # The servers' threads are still there.
    os._exit(1 if problems else 0)


main()
