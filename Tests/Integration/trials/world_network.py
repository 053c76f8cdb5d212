"""Somebody takes namespaces, links, pauses and firewall rules away."""

import os
import signal
import time

from berth import need, sh
from world import World, fault


def namespace(world, sandbox):
    return world.berth.status(sandbox)["info"]["netnsPath"]


def rules(sandbox):
    """The pod's firewall rules, masquerading and ports."""
    return [line for line in (sh("iptables-save") + sh("nft", "list", "ruleset")).splitlines() if sandbox in line]


def unmount(world, sandbox):
    path = namespace(world, sandbox)
    sh("umount", path)
    os.unlink(path)


def kill_pause(world, sandbox):
    pid = world.berth.status(sandbox)["info"]["pid"]
    pidfd = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    os.close(pidfd)
    while world.berth.list()[sandbox] == "READY":
        pass


def host_veth(bridge="berth-t0"):
    names = sh("ip", "-o", "link", "show", "master", bridge).split("\n")
    return names[0].split(":")[1].split("@")[0].strip()


@fault("the netns is unmounted from outside, pause lives")
def netns_unmounted():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    need(len(rules(pod)) >= 3, f"no masquerading or port rules to lose: {rules(pod)}")
    unmount(world, pod)
    answer = world.drift(pod, "no longer mounted")
    world.serves_others()
    world.clean()
    need(not rules(pod), "firewall rules stay")
    return f"READY; drift: {answer}", "Stop pins it anew from pause; rules, port and IP are gone"


@fault("the netns is unmounted and pause is killed")
def netns_and_pause():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    unmount(world, pod)
    kill_pause(world, pod)
    world.serves_others()
    world.clean()
    need(not rules(pod), "firewall rules stay")
    return "NOTREADY", "DEL works in a stand-in; masquerading and port rules and IP are gone"


@fault("the same, and the daemon was dead meanwhile")
def netns_and_pause_and_daemon():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    pid, path = berth.status(pod)["info"]["pid"], namespace(world, pod)
    berth.stop(signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    sh("umount", path)
    berth.start()
    need(berth.list() == {pod: "NOTREADY"}, f"listed: {berth.list()}")
    world.serves_others()
    world.clean()
    need(not rules(pod), "firewall rules stay")
    return "NOTREADY after the start", "as before"


@fault("somebody's `ip netns add` and `del` beside ours")
def ip_netns_beside():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    sh("ip", "netns", "add", "theirs")
    during = berth.run("during")
    need(not world.drift(pod) and not world.drift(during), "drift")
    sh("ip", "netns", "del", "theirs")
    need(not world.drift(pod) and not world.drift(during), "drift")
    refusal = sh("nsenter", "--net=" + namespace(world, pod), "socat", "-", f"TCP:{berth.ip(during)}:9", check=False)
    need("refused" in refusal, f"the pods do not reach each other: {refusal}")
    world.serves_others()
    world.clean()
    return "nothing: no drift, the pods reach each other", "nothing is left, nothing is busy"


@fault("somebody's `ip netns del` of ours")
def ip_netns_del_ours():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    sh("ip", "netns", "del", os.path.basename(namespace(world, pod)))
    answer = world.drift(pod, "no longer mounted")
    world.serves_others()
    world.clean()
    return f"READY; drift: {answer}", "Stop pins it anew; nothing is left"


@fault("the bridge is deleted")
def bridge_deleted():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    sh("ip", "link", "del", "berth-t0")
    world.serves_others()
    berth.discard(pod)
    berth.discard(berth.run("again"))
    world.clean()
    return "READY", "Stop releases all; the next run makes a new bridge"


@fault("the pod's veth is deleted")
def veth_deleted():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    sh("ip", "link", "del", host_veth())
    answer = world.drift(pod, "eth0 is gone")
    world.serves_others()
    world.clean()
    need(not rules(pod), f"firewall rules stay: {rules(pod)}")
    return f"READY; drift: {answer}", "Stop releases all, masquerading rules included"


@fault("the pod's address is removed")
def address_removed():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    sh("nsenter", "--net=" + namespace(world, pod), "ip", "address", "flush", "dev", "eth0")
    answer = world.drift(pod, "no longer on eth0")
    world.serves_others()
    world.clean()
    need(not rules(pod), f"firewall rules stay: {rules(pod)}")
    return f"READY; drift: {answer}", "Stop releases all, masquerading rules included"


@fault("pause is killed")
def pause_killed():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    kill_pause(world, pod)
    answer = world.refused(berth.run, "pod", words="its pause has exited")
    world.serves_others()
    world.clean()
    return f"NOTREADY at once; a run under its name: {answer}", "Stop and Remove release all"


@fault("the firewall is flushed")
def firewall_flushed():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    lines = rules(pod)
    sh("nft", "flush", "ruleset")
    deadline = time.monotonic() + 5
    while rules(pod) != lines and time.monotonic() < deadline:
        time.sleep(0.01)
    need(rules(pod) == lines, f"not made again: {rules(pod)}")
    world.serves_others()
    # Nobody is there to make them again.
    berth.stop()
    sh("nft", "flush", "ruleset")
    sh("iptables", "-t", "nat", "-F")
    berth.start()
    berth.discard(pod)
    berth.discard(berth.run("again"))
    world.clean()
    return "READY; the pods' port and masquerading entries are there again at once", "Stop takes what there is"
