"""Reboot: the durable directories, another boot id, and nothing else of the first life.

Each life is in namespaces of its own; what the first one had in the kernel ends with them. Its groups, which do not, are
removed in between.
"""

import glob
import json
import os
import signal
import subprocess
import sys
import uuid

from berth import HERE, INTEGRATION, Berth, Gone, Refused, main, need, network, scripted, sh

DISK = "/mnt/berth-trial"
CALLS = DISK + "/calls.jsonl"
GIVEN = DISK + "/given.json"
LIVING = ["first", "second", "third"]


def instance():
    berth = Berth(network({"type": "last"}, work=DISK), work=DISK, state="/run/berth")
    scripted(berth, "last", {"record": CALLS})
    return berth


def first():
    """Ready pods, a stopped one, and one whose run is cut off by the loss of power."""
    berth = instance().start()
    given = {name: berth.run(name) for name in LIVING + ["stopped"]}
    berth.halt(given["stopped"])
    with open(GIVEN, "w") as file:
        json.dump(given, file)
    berth.stop(signal.SIGKILL)
    berth.start("do.Commit.middle=kill")
    try:
        berth.run("cut-off")
    except Gone:
        pass
    need(berth.stop() == -signal.SIGKILL, "the daemon was not killed")
    # Its end takes every process of the life with it.


def second():
    with open("/run/boot_id", "w") as file:
        file.write(f"{uuid.uuid4()}\n")
    sh("mount", "--bind", "/run/boot_id", "/proc/sys/kernel/random/boot_id")
    os.unlink(CALLS)
    with open(GIVEN) as file:
        given = json.load(file)
    berth = instance().start()
    need(berth.list() == {id: "NOTREADY" for id in given.values()}, f"listed: {berth.list()}, given: {given}")
    need(set(berth.reservations().values()) == {given[name] for name in LIVING}, f"held: {berth.reservations()}")
    for name in LIVING:
        try:
            berth.run(name)
            need(False, f"{name} ran under a name that is not free")
        except Refused as error:
            need(error.code == "already_exists" and given[name] in error.message, str(error))
    berth.discard(*given.values())
    need(not berth.list() and not berth.reservations(), f"left: {berth.list()}, {berth.reservations()}")
    dels()
    nothing_carries(given.values())
    again = [berth.run(name) for name in [*given, "cut-off"]]
    need(set(berth.list().values()) == {"READY"}, f"listed: {berth.list()}")
    berth.discard(*again)
    nothing_carries(again)
    berth.stop()
    print(f"reboot: {len(given)} sandboxes were listed NOTREADY, one half made was gone; all addresses and names were free after removal")


def dels():
    """Every DEL of the old boot's sandboxes ran, with an empty CNI_NETNS."""
    with open(CALLS) as file:
        calls = [json.loads(line) for line in file]
    calls = [call["environment"] for call in calls if call["verb"] == "DEL"]
    need(len(calls) >= len(LIVING) + 1, f"only {len(calls)} DELs")
    need({call.get("CNI_NETNS") for call in calls} == {""}, f"CNI_NETNS was {[call.get('CNI_NETNS') for call in calls]}")


def nothing_carries(ids):
    """No file, mount, group or rule on the machine has one of the ids in it."""
    found = sh("find", DISK, "/run", "-regextype", "posix-extended", "-regex", ".*[0-9a-f]{64}.*", "-o", "-name", "cni-*-*")
    found += sh("iptables-save") + sh("mount")
    found += "".join(glob.glob(f"/sys/fs/cgroup/**{os.environ['BERTH_TRIAL_CGROUP']}/*", recursive=True))
    left = [id for id in ids if id in found or f"cni-{id[:8]}" in found]
    need(not left, f"of {left} there is:\n{found}")


def trial():
    if len(sys.argv) > 1:
        return {"first": first, "second": second}[sys.argv[1]]()
    need(os.environ.get("BERTH_TEST_ISOLATED"), "run this by Tests/Integration/isolated.sh")
    sh("mount", "-t", "tmpfs", "tmpfs", "/mnt")
    for life in ("first", "second"):
        group = f"{os.environ.get('BERTH_TRIAL_CGROUP') or os.environ['BERTH_TEST_CGROUP']}/{life}"
        environment = dict(os.environ, BERTH_TRIAL_CGROUP=group)
        command = [INTEGRATION + "/isolated.sh", sys.executable, "-B", HERE + "/reboot.py", life]
        need(subprocess.run(command, env=environment).returncode == 0, f"the {life} life failed")


if __name__ == "__main__":
    main(trial)
