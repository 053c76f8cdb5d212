"""Configurations, plugins and what plugins keep on the disk fail between ADD and DEL."""

import glob
import os
import threading

from berth import need, network
from world import World, fault

LAST = {"type": "last"}


def without_configuration(change):
    """A pod whose network's configuration is changed by `change` before it is stopped."""
    world = World()
    berth = world.begin()
    berth.run("pod")
    change(berth)
    world.serves_others()
    world.clean()
    return world


@fault("the network's configuration is removed")
def configuration_removed():
    world = World()
    berth = world.begin()
    berth.run("pod")
    os.unlink(berth.conf + "/10-berth.conflist")
    while berth.call("Status")["status"]["conditions"][1].get("status"):
        pass
    answer = world.refused(berth.run, "new", words="cni plugin not initialized")
    world.serves_others()
    world.clean()
    return f"a new run: {answer}", "what runs is released by its record"


@fault("the network's configuration is broken")
def configuration_broken():
    def change(berth):
        with open(berth.conf + "/10-berth.conflist", "w") as file:
            file.write('{"cniVersion": "1.0.0", "name": ')
        berth.discard(berth.run("new"))

    without_configuration(change)
    return "new runs use the last good one; Status names the file", "nothing is left"


@fault("the configuration is replaced by another of the same name")
def configuration_replaced():
    def change(berth):
        berth.configure(network(name="berth", bridge="berth-t9", subnet="10.209.0.0/16"))

    without_configuration(change)
    return "nothing", "DEL uses what was recorded at ADD; nothing is left"


@fault("a plugin's binary is gone at DEL")
def plugin_gone():
    world = World(LAST)
    world.script()
    berth = world.begin()
    pod = berth.run("pod")
    os.rename(berth.plugins + "/last", berth.plugins + "/away")
    answer = world.refused(berth.halt, pod, words='AttachNetworks.*"last"')
    world.serves_others()
    need(berth.list() == {pod: "NOTREADY"}, f"listed: {berth.list()}")
    os.rename(berth.plugins + "/away", berth.plugins + "/last")
    world.clean()
    return f"Stop: {answer}", "stays NOTREADY with its IP; Stop succeeds when the plugin is back"


@fault("a plugin fails at DEL for ever, `rmp --force`")
def plugin_fails():
    world = World(LAST)
    world.script()
    berth = world.begin()
    pod = berth.run("pod")
    world.script(DEL={"error": {"code": 11, "msg": "the lease is busy"}})
    answer = world.refused(berth.remove, pod, words="the lease is busy")
    berth.call("berth.v1.BerthService/ForceRemovePodSandbox", {"podSandboxId": pod})
    need(not berth.list(), f"listed: {berth.list()}")
    world.refused(berth.run, "pod", words="host port .* is taken.*berthctl leftovers")
    again = berth.run("pod", portMappings=[])
    leftovers = berth.call("berth.v1.BerthService/ListLeftovers")["leftovers"]
    need([(one["podSandboxId"], one["kind"]) for one in leftovers] == [(pod, "owed")], f"leftovers: {leftovers}")
    berth.stop()
    berth.start()
    world.script()
    # The next attempt is due by itself; gc does not wait for that.
    berth.call("berth.v1.BerthService/CollectGarbage")
    need(not berth.call("berth.v1.BerthService/ListLeftovers").get("leftovers"), "still owed")
    need(berth.list() == {again: "READY"}, f"listed: {berth.list()}")
    world.clean()
    return f"Remove: {answer}", "the name is free at once, the host port with the DEL, which is owed, listed, survives a restart, and is paid"


@fault("a plugin hangs at DEL")
def plugin_hangs():
    world = World(LAST, pluginDeleteTimeout="3s")
    world.script()
    berth = world.begin()
    pod = berth.run("pod")
    world.script(DEL={"hang": True, "child": {"session": True, "ignoreTerm": True}})
    said = []
    stopping = threading.Thread(target=lambda: said.append(world.refused(berth.halt, pod, words="did not end within")))
    stopping.start()
    world.serves_others()
    stopping.join()
    need(said, "Stop succeeded")
    world.script()
    world.clean()
    return f"Stop: {said[0]}", "others are served meanwhile; the plugin and its children are killed; Stop succeeds later"


@fault("host-local's reservation is truncated")
def reservation_truncated():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    os.truncate(f"{berth.work}/ipam/berth/{berth.ip(pod)}", 0)
    world.serves_others()
    world.clean()
    return "nothing", "the address is free again after Stop"


@fault("host-local's last address and lock are truncated")
def last_address_truncated():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    for name in ("last_reserved_ip.0", "lock"):
        os.truncate(f"{berth.work}/ipam/berth/{name}", 0)
    other = berth.run("second")
    need(berth.ip(pod) != berth.ip(other), "one address twice")
    world.serves_others()
    world.clean()
    return "nothing; no address is given twice", "nothing is left"


@fault("the CNI cache entry is empty")
def cache_empty():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    for path in glob.glob(f"{berth.cache}/results/*{pod}*"):
        os.truncate(path, 0)
    world.serves_others()
    world.clean()
    return "nothing: the record holds what DEL needs", "nothing is left"


@fault("the CNI cache is deleted")
def cache_deleted():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    for path in glob.glob(f"{berth.cache}/results/*{pod}*"):
        os.unlink(path)
    world.serves_others()
    world.clean()
    return "nothing: the record holds what DEL needs", "nothing is left"
