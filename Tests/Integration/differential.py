#!/usr/bin/env python3
"""Calls a reference plugin and ours with the same configurations, and compares what they leave in the kernel and print.

usage: differential.py REFERENCE-DIR OUR-DIR WORK-DIR

Runs in namespaces of the test's own, as root. Each case has its own bridge and directory of addresses for either side. What
differs is a failure, unless EXPECTED has it by name.
"""
import hashlib
import itertools
import json
import os
import subprocess
import sys

REFERENCE, OURS, WORK = sys.argv[1:4]

# Differences that are wanted, by the place where they show.
EXPECTED = {
    "sysctl keep_addr_on_down": "reference plugins before 1.4 do not set it",
    "ptp sysctl accept_dad": "ptp's addresses are usable at once, as bridge's are",
}
problems = []


def sh(*command, check=True, stdin=None):
    run = subprocess.run(command, input=stdin, capture_output=True, text=True)
    if check and run.returncode:
        raise RuntimeError(f"{' '.join(command)}: {run.stderr or run.stdout}")
    return run


def call(side, verb, plugin, container, configuration, arguments="", ifname="eth0"):
    """Exit status and document of one call."""
    environment = {"CNI_COMMAND": verb, "CNI_CONTAINERID": container, "CNI_NETNS": f"/run/netns/{container}",
                   "CNI_IFNAME": ifname, "CNI_PATH": side, "CNI_ARGS": arguments, "PATH": os.environ["PATH"]}
    run = subprocess.run([f"{side}/{plugin}"], input=json.dumps(configuration), env=environment, capture_output=True,
                         text=True)
    try:
        return run.returncode, json.loads(run.stdout) if run.stdout.strip() else {}
    except ValueError:
        return run.returncode, {"garbage": run.stdout}


def links(container, *more):
    command = ["ip", *(["-n", container] if container else []), "-j", "-d", *more]
    return json.loads(sh(*command).stdout or "[]")


def result_of(document):
    """A result without names and hardware addresses that are drawn."""
    interfaces = [{key: value for key, value in interface.items() if key in ("sandbox",)} | {
        "pod": bool(interface.get("sandbox"))} for interface in document.get("interfaces", [])]
    for interface in interfaces:
        interface.pop("sandbox", None)
    keep = {key: document.get(key) for key in ("cniVersion", "ips", "routes", "ip4", "ip6", "code") if document.get(key)}
    dns = {key: value for key, value in document.get("dns", {}).items() if value}
    return keep | {"interfaces": interfaces, "dns": dns}


def host_end(container):
    """What the host has of a pod's pair that is on no bridge."""
    index = links(container, "link", "show", "eth0")[0]["link_index"]
    [link] = [link for link in links("", "addr", "show") if link["ifindex"] == index]
    routes = [route for family in ("-4", "-6")
              for route in json.loads(sh("ip", "-j", family, "route", "show", "dev", link["ifname"], "table", "all").stdout or "[]")
              if not str(route["dst"]).startswith(("fe80", "ff00", "multicast"))]
    return {"mtu": link["mtu"], "up": "UP" in link["flags"],
            "addresses": [f"{a['local']}/{a['prefixlen']} {a['scope']}" for a in link["addr_info"] if a["scope"] != "link"],
            "routes": sorted(f"{r['dst']} {r.get('scope')} {r.get('table')} {r.get('type')}" for r in routes)}


def state_of(container, bridge, plugin):
    """What the kernel has of a pod and its bridge."""
    state = {"host": host_end(container)} if plugin == "ptp" else {}
    for link in links(container, "addr", "show", "eth0"):
        state["flags"] = sorted(set(link["flags"]) - {"NO-CARRIER", "LOWER_UP"})
        state["mtu"] = link["mtu"]
        state["kind"] = link.get("linkinfo", {}).get("info_kind")
        state["addresses"] = [
            {key: address.get(key) for key in ("family", "local", "prefixlen", "broadcast", "scope", "tentative")}
            for address in link["addr_info"] if address["scope"] != "link"]
    for family in ("-4", "-6"):
        routes = json.loads(sh("ip", "-n", container, "-j", family, "route", "show", "table", "all").stdout or "[]")
        state[f"routes {family}"] = sorted(
            json.dumps({key: route.get(key) for key in ("dst", "gateway", "dev", "table", "metric", "type")}, sort_keys=True)
            for route in routes
            if route.get("dev") != "lo" and not str(route.get("dst", "")).startswith(("fe80", "ff00")))
    for name in ("accept_dad", "disable_ipv6", "keep_addr_on_down"):
        path = f"/proc/sys/net/ipv6/conf/eth0/{name}"
        state[f"sysctl {name}"] = sh("ip", "netns", "exec", container, "cat", path).stdout.strip()
    if plugin == "ptp":
        return state
    for link in links("", "link", "show", "master", bridge):
        slave = link["linkinfo"].get("info_slave_data", {})
        state["port"] = {key: slave.get(key) for key in ("state", "hairpin", "isolated")} | {
            "mtu": link["mtu"], "up": "UP" in link["flags"]}
    for link in links("", "addr", "show", bridge):
        state["bridge"] = {"mtu": link["mtu"], "promisc": link.get("promiscuity", 0) > 0, "up": "UP" in link["flags"],
                           "addresses": [f"{a['local']}/{a['prefixlen']}" for a in link["addr_info"] if a["scope"] != "link"]}
    return state


def interface_of(container, sysctls):
    """What a chained plugin may change of a pod's interface."""
    [link] = links(container, "link", "show", "eth0")
    paths = [f"/proc/sys/{name.replace('.', '/').replace('IFNAME', 'eth0')}" for name in sysctls]
    return {"mac": link["address"], "mtu": link["mtu"],
            "flags": sorted(set(link["flags"]) & {"PROMISC", "ALLMULTI", "UP"}),
            "sysctls": [sh("ip", "netns", "exec", container, "cat", path, check=False).stdout for path in paths]}


def chained(side, container, directory, case, result, version):
    """What a plugin behind the first one does to the pod's interface, and gives back."""
    plugin, arguments, names = case["chained"], case.get("chained arguments", ""), list(case["chained"].get("sysctl") or {})
    made = {"cniVersion": version, "name": "net", "dataDir": directory, "prevResult": result} | plugin
    before = interface_of(container, names)
    status, document = call(side, "ADD", plugin["type"], container, made, arguments)
    outcome = {"status": status}
    if status == 0:
        changed = interface_of(container, names)
        told = [interface.get("mac") for interface in document.get("interfaces", []) if interface["name"] == "eth0"]
        outcome |= {"mac": changed["mac"] != before["mac"], "told": all(mac == changed["mac"] for mac in told),
                    "state": changed | {"mac": None}, "result": result_of(document),
                    "interfaces": len(document.get("interfaces", []))}
        made["prevResult"] = document
        # The reference plugin's CHECK looks for a parameter with IFNAME in its name.
        if version >= "0.4.0" and "IFNAME" not in json.dumps(plugin):
            outcome["check"] = call(side, "CHECK", plugin["type"], container, made, arguments)[0]
        outcome["notes"] = {name.replace(container, "ID"): sorted(json.load(open(f"{directory}/{name}")).keys() - {"owner"})
                            for name in os.listdir(directory)} if os.path.isdir(directory) else {}
        outcome["del"] = [call(side, "DEL", plugin["type"], container, made, arguments)[0] for _ in range(2)]
        after = interface_of(container, [])
        outcome["given back"] = after | {"mac": after["mac"] == before["mac"]}
        outcome["left"] = os.listdir(directory) if os.path.isdir(directory) else []
    return outcome


def queue(link):
    """How a link's packets wait, the burst as near as the kernel's clock is."""
    disciplines = json.loads(sh("tc", "-r", "-j", "qdisc", "show", "dev", link).stdout or "[]")
    seen = []
    for one in disciplines:
        options = one.get("options", {})
        seen.append([one["kind"], one.get("handle"), one.get("parent", "root"), options.get("rate"), options.get("limit"),
                     round(options["burst"], 1 - len(str(options["burst"]))) if "burst" in options else None])
    return sorted(seen, key=json.dumps)


def limits_of(container):
    """What limits a pod's traffic: its pair's queue, where it is redirected to, and that link."""
    index = links(container, "link", "show", "eth0")[0]["link_index"]
    [veth] = [link for link in links("", "link", "show") if link["ifindex"] == index]
    state = {"queue": queue(veth["ifname"]), "filters": [], "ifb": []}
    for one in json.loads(sh("tc", "-j", "filter", "show", "dev", veth["ifname"], "parent", "ffff:", check=False).stdout or "[]"):
        for action in one.get("options", {}).get("actions", [])[:1]:
            state["filters"].append([one["protocol"], one["pref"], one["kind"], one["options"]["match"]["mask"], action["mirred_action"],
                                     action["direction"], action["to_dev"] in names(container), action["control_action"]["type"]])
    for link in links("", "link", "show", "type", "ifb"):
        if link["ifname"] in names(container):
            state["ifb"].append([link["mtu"], link["txqlen"] if "txqlen" in link else 0, "UP" in link["flags"], queue(link["ifname"])])
    return state


def names(container):
    """What the reference plugin calls a pod's ifb."""
    return ["bwp" + hashlib.sha512(f"net{container}".encode()).hexdigest()[:12]]


def limited(side, container, case, result, version):
    """What bandwidth does to a pod's traffic, and gives back."""
    result = dict(result)
    if "without" in case:
        result["interfaces"] = [one for one in result["interfaces"] if bool(one.get("sandbox")) != (case["without"] == "host")
                                and case["without"] != "all"]
    made = {"cniVersion": version, "name": "net", "prevResult": result} | case["chained"]
    if case.get("without") == "result":
        del made["prevResult"]
    status, document = call(side, "ADD", "bandwidth", container, made)
    outcome = {"status": status}
    if status == 0:
        outcome |= {"limits": limits_of(container), "result": result_of(document), "interfaces": len(document.get("interfaces", [])),
                    "told": [one["name"] in names(container) and "mac" in one for one in document.get("interfaces", [])]}
        made["prevResult"] = document
        # The reference plugin's CHECK ends with a crash where it has nothing to look at.
        if version >= "0.4.0" and any("Rate" in key or "Burst" in key for key in json.dumps(case["chained"]).split('"')):
            outcome["check"] = call(side, "CHECK", "bandwidth", container, made)[0]
        outcome["del"] = [call(side, "DEL", "bandwidth", container, made)[0] for _ in range(2)]
        outcome["left"] = limits_of(container) | {"filters": None}
    else:
        # The reference plugin leaves its ifb where the kernel refuses what comes after it.
        outcome["left"] = limits_of(container)["ifb"] if side == OURS else []
        for name in names(container):
            sh("ip", "link", "del", name, check=False)
    return outcome


def firewalled(side, container, case, result, version):
    """Whether firewall takes a list of that version."""
    made = {"cniVersion": version, "name": "net", "prevResult": result} | case["chained"]
    return {"status": call(side, "ADD", "firewall", container, made)[0]}


def compare(name, what, reference, ours, plugin="bridge"):
    for key in sorted(set(reference) | set(ours)):
        if reference.get(key) != ours.get(key) and key not in EXPECTED and f"{plugin} {key}" not in EXPECTED:
            problems.append(f"{name}: {what} {key}:\n    reference {json.dumps(reference.get(key))}\n    ours      {json.dumps(ours.get(key))}")


def configuration(case, side, bridge):
    made = {"cniVersion": case.get("version", "1.0.0"), "name": "net", "type": case.get("plugin", "bridge"), "bridge": bridge}
    made |= {key: value for key, value in case.items() if key not in ("version", "arguments", "ipam", "plugin", "chained", "chained arguments", "without")}
    if case.get("ipam"):
        made["ipam"] = {"type": "host-local", "dataDir": f"{WORK}/{bridge}"} | case["ipam"]
    return made


def one(number, name, case):
    outcomes, plugin = [], case.get("plugin", "bridge")
    for letter, side in (("r", REFERENCE), ("o", OURS)):
        container, bridge = f"{letter}{number}", f"{letter}b{number}"
        sh("ip", "netns", "add", container)
        made = configuration(case, side, bridge)
        status, document = call(side, "ADD", plugin, container, made, case.get("arguments", ""))
        outcome = {"status": status, "result": result_of(document)}
        if status == 0:
            outcome["state"] = state_of(container, bridge, plugin)
            files = f"{WORK}/{bridge}/net"
            outcome["files"] = {
                file: open(f"{files}/{file}").read().replace(container, "ID")
                for file in sorted(os.listdir(files)) if file != "lock"} if os.path.isdir(files) else {}
            if "chained" in case:
                version = made["cniVersion"]
                outcome["chained"] = {
                    "tuning": lambda: chained(side, container, f"{WORK}/{bridge}-notes", case, document, version),
                    "bandwidth": lambda: limited(side, container, case, document, version),
                    "firewall": lambda: firewalled(side, container, case, document, version),
                }[case["chained"]["type"]]()
            outcome["mac"] = links(container, "link", "show", "eth0")[0]["address"] if "mac" in json.dumps(made).lower() + case.get(
                "arguments", "").lower() else ""
        # Twice, the first time with what ADD said.
        with_result = made | ({"prevResult": document} if status == 0 and made["cniVersion"] >= "0.4.0" else {})
        outcome["del"] = [call(side, "DEL", plugin, container, with_result, case.get("arguments", ""))[0],
                          call(side, "DEL", plugin, container, made, case.get("arguments", ""))[0]]
        outcome["left"] = {
            "link": sh("ip", "-n", container, "link", "show", "eth0", check=False).returncode == 0,
            "ports": len(links("", "link", "show", "type", "veth")) if status == 0 else 0,
            "files": [file for file in sorted(os.listdir(f"{WORK}/{bridge}/net")) if file != "lock" and "last" not in file]
            if os.path.isdir(f"{WORK}/{bridge}/net") else []}
        sh("ip", "netns", "del", container)
        sh("ip", "link", "del", bridge, check=False)
        outcomes.append(outcome)
    reference, ours = outcomes
    if reference["status"] != ours["status"]:
        problems.append(f"{name}: status {reference['status']} and {ours['status']}: {reference['result']} {ours['result']}")
        return
    if reference["status"]:
        return
    for what in ("result", "state", "files", "left"):
        compare(name, what, reference[what], ours[what], plugin)
    compare(name, "chained", reference.get("chained", {}), ours.get("chained", {}), "chained")
    compare(name, "", {"mac": reference["mac"], "del": reference["del"]}, {"mac": ours["mac"], "del": ours["del"]})


V4 = {"ranges": [[{"subnet": "10.77.0.0/24"}]]}
V6 = {"ranges": [[{"subnet": "fd77::/64"}]]}
DUAL = {"ranges": [[{"subnet": "10.77.0.0/24"}], [{"subnet": "fd77::/64"}]]}
MANY = {"ranges": [[{"subnet": "10.77.0.0/24", "rangeStart": "10.77.0.40", "rangeEnd": "10.77.0.50", "gateway": "10.77.0.9"},
                    {"subnet": "10.78.0.0/24"}]]}
TWO = {"ranges": [[{"subnet": "10.77.0.0/24"}], [{"subnet": "10.78.0.0/24"}]]}
STATIC = {"type": "static", "routes": [{"dst": "0.0.0.0/0"}],
          "addresses": [{"address": "10.77.0.5/24", "gateway": "10.77.0.1"}, {"address": "fd77::5/64", "gateway": "fd77::1"}]}


def two_static(*addresses):
    return {"type": "static", "addresses": [{"address": address} for address in addresses]}


def cases():
    for (addresses, ipam), gateway, version in itertools.product(
            (("v4", V4), ("v6", V6), ("dual", DUAL), ("many", MANY)),
            ({}, {"isGateway": True}, {"isDefaultGateway": True}), ("0.3.1", "1.0.0")):
        yield f"{addresses} {gateway} {version}", {"ipam": ipam, "version": version} | gateway
    for version in ("0.1.0", "0.2.0", "0.4.0"):
        yield f"old {version}", {"ipam": V4, "version": version, "isGateway": True}
    for routes in ([{"dst": "0.0.0.0/0"}], [{"dst": "0.0.0.0/0", "gw": "10.77.0.7"}], [{"dst": "10.99.0.0/16"}],
                   [{"dst": "10.99.0.0/16", "gw": "10.77.0.3"}, {"dst": "10.98.0.0/16"}], [{"dst": "::/0"}]):
        yield f"routes {routes}", {"ipam": DUAL | {"routes": routes}, "isGateway": True}
    for port in ({"mtu": 1400}, {"hairpinMode": True}, {"promiscMode": True}, {"hairpinMode": True, "promiscMode": True},
                 {"mtu": 0}, {"mtu": "1500"}, {"hairpinMode": False}):
        yield f"port {port}", {"ipam": V4, "isGateway": True} | port
    yield "two v4 sets", {"ipam": TWO}
    yield "two v4 sets, a gateway", {"ipam": TWO, "isGateway": True}
    yield "two v4 sets, forced", {"ipam": TWO, "isGateway": True, "forceAddress": True}
    yield "L2", {}
    yield "dns of the configuration", {"ipam": V4, "dns": {"nameservers": ["10.0.0.53"], "search": ["a.b"]}}
    yield "/30", {"ipam": {"subnet": "10.77.0.0/30"}, "isGateway": True}
    yield "gateway outside", {"ipam": {"subnet": "10.77.0.0/24", "gateway": "10.99.0.1"}, "isGateway": True}
    for arguments in ("IP=10.77.0.77", "IP=10.77.0.1", "IP=10.99.0.1", "IP=x", "MAC=0a:00:00:00:00:07;IgnoreUnknown=1",
                      "MAC=0a:00:00:00:00:07", "IgnoreUnknown=1;K8S_POD_NAME=a"):
        yield f"arguments {arguments}", {"ipam": V4, "arguments": arguments}
    yield "args", {"ipam": V4, "args": {"cni": {"ips": ["10.77.0.66"], "mac": "0a:00:00:00:00:08"}}}
    yield "capabilities", {"ipam": V4, "runtimeConfig": {"ips": ["10.77.0.55/24"], "mac": "0a:00:00:00:00:09"}}
    for ipam in ({"subnet": "10.77.0.0/31"}, {"subnet": "10.77.0.1/24"}, {"subnet": "10.77.0.0"}, {"ranges": []},
                 {"ranges": [[]]}, {"subnet": "10.77.0.0/24", "rangeStart": "10.78.0.1"},
                 {"ranges": [[{"subnet": "10.77.0.0/24"}, {"subnet": "10.77.0.0/25"}]]},
                 {"ranges": [[{"subnet": "10.77.0.0/24"}], [{"subnet": "10.77.0.0/25"}]]},
                 {"subnet": "10.77.0.0/24", "routes": [{"dst": "x"}]}, {"subnet": "10.77.0.0/24", "resolvConf": "/not/there"}):
        yield f"refused ipam {ipam}", {"ipam": ipam}


    for (addresses, ipam), more in itertools.product(
            (("v4", V4), ("v6", V6), ("dual", DUAL), ("two", TWO), ("many", MANY)), ({}, {"mtu": 1400})):
        yield f"ptp {addresses} {more}", {"plugin": "ptp", "ipam": ipam} | more
    for routes in ([{"dst": "0.0.0.0/0"}], [{"dst": "10.99.0.0/16", "gw": "10.77.0.1"}], [{"dst": "::/0"}]):
        yield f"ptp routes {routes}", {"plugin": "ptp", "ipam": DUAL | {"routes": routes}}
    yield "ptp dns", {"plugin": "ptp", "ipam": V4, "dns": {"nameservers": ["10.0.0.53"]}}
    yield "ptp without addresses", {"plugin": "ptp"}
    yield "ptp mtu", {"plugin": "ptp", "ipam": V4, "mtu": "1500"}

    for gateway, version in itertools.product(({}, {"isGateway": True}, {"isDefaultGateway": True}), ("0.3.1", "1.0.0")):
        yield f"static {gateway} {version}", {"ipam": STATIC, "version": version} | gateway
    yield "static ptp", {"plugin": "ptp", "ipam": STATIC | {"dns": {"nameservers": ["10.0.0.53"]}}}
    yield "static old", {"ipam": STATIC, "version": "0.2.0"}
    yield "static old, two of a family", {"ipam": two_static("10.77.0.5/24", "10.78.0.5/24"), "version": "0.2.0"}
    for arguments in ("IP=10.79.0.5/24", "IP=10.79.0.5/24,10.77.0.6/24;GATEWAY=10.79.0.1,10.77.0.9", "GATEWAY=10.77.0.3", "IP=10.79.0.5",
                      "IP=", "GATEWAY=x", "IP=10.79.0.5/24;MAC=0a:00:00:00:00:07"):
        yield f"static arguments {arguments}", {"ipam": STATIC, "arguments": arguments}
    for more in ({"args": {"cni": {"ips": ["10.79.0.5/24"]}}}, {"runtimeConfig": {"ips": ["10.79.0.5/24"]}},
                 {"args": {"cni": {"ips": ["10.79.0.5"]}}}, {"runtimeConfig": {"ips": ["x"]}}):
        yield f"static {more}", {"ipam": STATIC} | more
    for ipam in (two_static("10.77.0.5"), two_static("10.77.0.300/24"), {"addresses": []}, {"addresses": [{"address": "10.77.0.5/24", "gateway": "x"}]},
                 two_static("10.77.0.5/24") | {"routes": [{"dst": "x"}]}):
        yield f"static refused {ipam}", {"ipam": {"type": "static"} | ipam}

    for plugin in TUNINGS:
        yield f"tuning {plugin}", {"ipam": V4, "chained": {"type": "tuning"} | plugin}
    for version in ("0.3.1", "0.4.0"):
        yield f"tuning {version}", {"ipam": V4, "version": version, "chained": {"type": "tuning", "mtu": 1400, "mac": "0a:00:00:00:00:11"}}
    for arguments in ("MAC=0a:00:00:00:00:11", "MAC=x", "IP=10.0.0.1", "IP=10.0.0.1;IgnoreUnknown=1"):
        yield f"tuning arguments {arguments}", {"ipam": V4, "chained": {"type": "tuning"}, "chained arguments": arguments}

    for limits in LIMITS:
        yield f"bandwidth {limits}", {"ipam": V4, "isGateway": True, "mtu": 1400, "chained": {"type": "bandwidth"} | limits}
    for version in ("0.2.0", "0.3.0", "0.3.1", "0.4.0"):
        yield f"bandwidth {version}", {"ipam": V4, "version": version, "chained": {"type": "bandwidth"} | BOTH}
    for without in ("host", "pod", "all", "result"):
        yield f"bandwidth without {without}", {"ipam": V4, "without": without, "chained": {"type": "bandwidth"} | BOTH}
    yield "bandwidth behind ptp", {"plugin": "ptp", "ipam": V4, "chained": {"type": "bandwidth"} | BOTH}
    yield "firewall 0.3.1", {"ipam": V4, "version": "0.3.1", "chained": {"type": "firewall"}}


BOTH = {"ingressRate": 8000000, "ingressBurst": 800000, "egressRate": 4000000, "egressBurst": 400000}
INGRESS = {"ingressRate": 123456789, "ingressBurst": 987654}
EGRESS = {"egressRate": 123456789, "egressBurst": 987654}
LIMITS = (
    {}, BOTH, INGRESS, EGRESS, {key: 0 for key in BOTH}, {"ingressRate": None}, BOTH | {"egressRate": 0, "egressBurst": 0},
    {"ingressRate": 1000}, {"ingressBurst": 1000}, {"egressRate": 1000}, {"egressBurst": 1000}, INGRESS | {"egressRate": 1000},
    {"ingressRate": 8, "ingressBurst": 8}, {"ingressRate": 7, "ingressBurst": 800}, {"ingressRate": 800, "ingressBurst": 7},
    {"egressRate": 7, "egressBurst": 800}, {"egressRate": 800, "egressBurst": 7},
    {"ingressRate": 80000000000, "ingressBurst": 4294967295}, {"egressRate": 80000000000, "egressBurst": 4294967295},
    {"ingressRate": 1000, "ingressBurst": 34359738360}, {"ingressRate": 80000000000, "ingressBurst": 34359738360},
    {"ingressRate": 18446744073709551616, "ingressBurst": 8000}, {"ingressRate": -1, "ingressBurst": 8000},
    {"ingressRate": "1M", "ingressBurst": 8000}, {"ingressRate": 1.5, "ingressBurst": 8000}, {"INGRESSRATE": 80000, "ingressburst": 80000},
    {"runtimeConfig": {"bandwidth": BOTH}}, {"runtimeConfig": {"bandwidth": EGRESS}}, {"runtimeConfig": {"bandwidth": {}}},
    {"runtimeConfig": {"bandwidth": None}}, {"runtimeConfig": {"bandwidth": {"ingressRate": 1000}}},
    INGRESS | {"runtimeConfig": {"bandwidth": EGRESS}}, {"egressBurst": 0, "runtimeConfig": {"bandwidth": BOTH}},
    {"ingressRate": None, "runtimeConfig": {"bandwidth": BOTH}}, {"capabilities": {"bandwidth": True}, "runtimeConfig": {"bandwidth": INGRESS}},
    BOTH | {"unknown": 1}, {"shapedSubnets": []} | BOTH,
)

TUNINGS = (
    {}, {"sysctl": {}}, {"sysctl": {"net.ipv4.conf.IFNAME.arp_filter": "1", "net/ipv4/ip_forward": "1"}}, {"sysctl": {"net.core.somaxconn": "512"}},
    {"sysctl": {"kernel.shmmax": "1"}}, {"sysctl": {"net.ipv4.not_there": "1"}}, {"sysctl": {"net.ipv4.ip_forward": "x"}}, {"sysctl": {"net.ipv4.ip_forward": 1}},
    {"mac": "0a:00:00:00:00:11"}, {"mac": "x"}, {"mac": "01:00:00:00:00:11"}, {"mac": ""}, {"promisc": True}, {"promisc": False}, {"mtu": 1400}, {"mtu": 70000},
    {"mtu": -1}, {"mtu": "1400"}, {"mtu": 0}, {"allmulti": True}, {"allmulti": False},
    {"mac": "0a:00:00:00:00:11", "promisc": True, "mtu": 1400, "allmulti": True, "sysctl": {"net.ipv4.conf.IFNAME.arp_filter": "1"}},
    {"mac": "0a:00:00:00:00:11", "runtimeConfig": {"mac": "0a:00:00:00:00:12"}}, {"runtimeConfig": {"mac": "x"}},
    {"mac": "0a:00:00:00:00:11", "args": {"cni": {"mac": "", "mtu": 1300, "promisc": True, "allmulti": False}}},
    {"sysctl": {"net.ipv4.ip_forward": "0"}, "args": {"cni": {"sysctl": {"net.ipv4.ip_forward": "1"}}}},
)


count = 0
for number, (name, case) in enumerate(cases()):
    one(number, name, case)
    count += 1
print(f"{count} configurations compared, {len(problems)} differences")
for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
