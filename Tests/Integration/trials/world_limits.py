"""Descriptors and processes run out."""

import os
import resource
import threading
import time

from berth import Gone, Refused, need
from world import World, fault


@fault("the daemon is out of file descriptors")
def descriptors():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    limits = resource.prlimit(berth.pid, resource.RLIMIT_NOFILE)
    answers = set()
    # From none at all to nearly enough: each place that opens one is refused once.
    for spare in range(3, 40):
        used = len(os.listdir(f"/proc/{berth.pid}/fd"))
        resource.prlimit(berth.pid, resource.RLIMIT_NOFILE, (used + spare, limits[1]))
        try:
            berth.discard(berth.run("new"))
        except Refused as error:
            need("Too many open files" in error.message or "Resource temporarily" in error.message, f"it says {error}")
            answers.add(error.message)
        except Gone:
            need(berth.process.poll() is None, f"the daemon ended:\n{berth.last_words()}")
        resource.prlimit(berth.pid, resource.RLIMIT_NOFILE, limits)
        need(berth.list()[pod] == "READY", "the pod is not ready")
        berth.discard(*(set(berth.list()) - {pod}))
    need(answers, "nothing was refused")
    world.serves_others()
    world.clean()
    return f"Run: {min(answers, key=len)}", f"{len(answers)} different refusals, each undone; with descriptors again all works"


def pids_group(berth):
    """The daemon moved into a group of its own in the pids hierarchy, with a file for its limit."""
    group = "/sys/fs/cgroup/pids"
    if not os.path.isdir(group):
        group = "/sys/fs/cgroup"
    group += berth.cgroup + "-daemon"
    os.makedirs(group, exist_ok=True)
    with open(group + "/cgroup.procs", "w") as file:
        file.write(str(berth.pid))
    return group


@fault("the daemon's cgroup is out of pids")
def pids():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    group = pids_group(berth)
    answers = set()

    def limit(value):
        with open(group + "/pids.max", "w") as file:
            file.write(str(value))

    def current():
        with open(group + "/pids.current") as file:
            return int(file.read())

    # Until no thread of the run is left that would serve the next one.
    time.sleep(2)
    for spare in range(0, 8):
        limit(current() + spare)
        try:
            berth.discard(berth.run("new"))
        except Refused as error:
            answers.add(error.message)
        need(berth.process.poll() is None, f"the daemon ended:\n{berth.last_words()}")
        need(berth.list()[pod] == "READY", "the pod is not ready")
        limit("max")
        berth.discard(*(set(berth.list()) - {pod}))
    need(answers, "nothing was refused")
    need(all("temporarily" in answer for answer in answers), f"it says {answers}")
    world.serves_others()
    world.clean()
    berth.stop()
    os.rmdir(group)
    return f"Run: {min(answers, key=len)}", f"{len(answers)} different refusals, each undone; with pids again all works"


@fault("the pod's own cgroup allows no process")
def pod_pids():
    world = World()
    berth = world.begin()
    parent = "/sys/fs/cgroup/pids"
    if not os.path.isdir(parent):
        parent = "/sys/fs/cgroup"
    # Made by the warm-up; below it every pod has its group.
    with open(parent + berth.cgroup + "/pids.max", "w") as file:
        file.write("0")
    try:
        pod = berth.run("pod")
        answer = "READY: pause enters without a fork of its own, plugins run beside the group"
        need(berth.list() == {pod: "READY"}, f"listed: {berth.list()}")
    except Refused as error:
        answer = f"Run: {error}"
    with open(parent + berth.cgroup + "/pids.max", "w") as file:
        file.write("max")
    world.serves_others()
    world.clean()
    return answer, "nothing is left"
