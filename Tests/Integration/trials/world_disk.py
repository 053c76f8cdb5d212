"""Records are spoilt, and the disk fills up, turns read-only or loses what the daemon had."""

import json
import os
import shutil
import time

from berth import BINARIES, LONG, need, sh
from world import World, fault


def spoilt(contents):
    """Starts a daemon with records of these contents beside a sound one: all must be set aside and told, then collected.

    `contents` makes them of the sound one's header and intent, without what follows."""
    world = World()
    berth = world.begin()
    sound = berth.run("sound")
    berth.stop()
    with open(berth.record(sound)) as file:
        header, intent = file.readline(), file.readline()
    # Ids of this instance: digits 25 to 32 are its tag. No id ends in 32 zeros, as what a namespace's name tells of one does.
    ids = [f"{number + 1:024x}{sound[24:32]}{number + 1:032x}" for number in range(len(list(contents(header, intent))))]
    for name, content in zip(ids, contents(header, intent)):
        with open(berth.record(name), "w") as file:
            file.write(content)
    berth.start()
    need(berth.list() == {sound: "READY"}, f"listed: {berth.list()}")
    told = berth.call("berth.v1.BerthService/ListLeftovers")["leftovers"]
    need({one["podSandboxId"] for one in told} == set(ids), "not all, or not only they, are told as leftovers")
    need({one["kind"] for one in told} == {"quarantined"}, "they are not told as quarantined")
    world.serves_others()
    collected = berth.call("berth.v1.BerthService/CollectGarbage")
    left = berth.call("berth.v1.BerthService/ListLeftovers").get("leftovers")
    need(not left, f"gc left some: {left}; it said: {collected}")
    need(berth.list() == {sound: "READY"}, f"gc took a sound one: {berth.list()}")
    world.clean()
    return told[0]["reason"], len(ids)


@fault("a record's intent is cut short and another line follows")
def record_cut():
    def contents(header, intent):
        step = 1 if LONG else max(1, len(intent) // 60)
        return [header + intent[:end] + "\n" for end in range(0, len(intent) - 1, step)]

    answer, count = spoilt(contents)
    return f"it starts; leftovers: {answer.split(': ', 1)[1]}", f"{count} lengths tried; gc takes each away"


@fault("a record is truncated: its intent was not written to its end, so nothing had begun")
def record_truncated():
    world = World()
    berth = world.begin()
    sound = berth.run("sound")
    berth.stop()
    with open(berth.record(sound)) as file:
        text = file.readline() + file.readline()
    step = 1 if LONG else max(1, len(text) // 60)
    lengths = range(0, len(text), step)
    for number, end in enumerate(lengths):
        with open(berth.record(f"{number + 1:024x}{sound[24:32]}{number + 1:032x}"), "w") as file:
            file.write(text[:end])
    berth.start()
    need(berth.list() == {sound: "READY"}, f"listed: {berth.list()}")
    told = berth.call("berth.v1.BerthService/ListLeftovers").get("leftovers")
    need(not told, f"leftovers: {told}")
    need(os.listdir(f"{berth.root}/sandboxes") == [sound], "their files are still there")
    world.serves_others()
    world.clean()
    return "it starts; what never began is taken away", f"{len(lengths)} lengths tried"


@fault("a record has a newer version's field, another version, another's id")
def record_foreign():
    def contents(header, intent):
        line = json.loads(intent)
        yield header + json.dumps(dict(line, novelty=1)) + "\n"
        yield json.dumps({"version": 99}) + "\n" + intent
        yield header + intent
        yield "[" * 100_000 + "\n"
        yield "\0" * 4096 + "\n"

    answer, _ = spoilt(contents)
    return f"it starts; leftovers: {answer.split(': ', 1)[1]}", "gc takes each away"


@fault("a record's outcome is truncated, or there are two")
def record_outcome():
    world = World()
    berth = world.begin()
    sound, pod = berth.run("sound"), berth.run("pod")
    berth.stop()
    with open(berth.record(pod)) as file:
        header, intent, outcome = file.read().splitlines(keepends=True)
    with open(berth.record(pod), "w") as file:
        file.write(header + intent + outcome * 2)
    berth.start()
    need(berth.list() == {sound: "READY"}, f"listed: {berth.list()}")
    told = berth.call("berth.v1.BerthService/ListLeftovers")["leftovers"]
    need([one["podSandboxId"] for one in told] == [pod], f"leftovers: {told}")
    berth.stop()
    # As a daemon leaves it that is killed while it writes; whoever waited was told nothing.
    with open(berth.record(pod), "w") as file:
        file.write(header + intent + outcome[:len(outcome) // 2])
    berth.start()
    need(berth.list() == {sound: "READY"}, f"listed: {berth.list()}")
    again = berth.run("pod")
    need(berth.list() == {sound: "READY", again: "READY"}, f"listed: {berth.list()}")
    world.serves_others()
    world.clean()
    return f"two: quarantined, {told[0]['reason'].split(': ', 1)[1]}; half of one: the run is undone", "its name runs again"


@fault("two records have one name")
def record_duplicate():
    world = World()
    berth = world.begin()
    first, second = berth.run("pod"), berth.run("another")
    berth.stop()
    with open(berth.record(second)) as file:
        sound = file.read()
    header, intent, outcome = sound.splitlines(keepends=True)
    line = json.loads(intent)
    with open(berth.record(first)) as file:
        file.readline()
        line["intent"]["configuration"]["metadata"] = json.loads(file.readline())["intent"]["configuration"]["metadata"]
    with open(berth.record(second), "w") as file:
        file.write(header + json.dumps(line) + "\n" + outcome)
    berth.start()
    need(berth.list() == {second: "READY"}, f"listed: {berth.list()}")
    world.serves_others()
    deadline = time.monotonic() + 10
    while berth.call("berth.v1.BerthService/ListLeftovers").get("leftovers") and time.monotonic() < deadline:
        time.sleep(0.05)
    need(not os.path.exists(berth.record(first)), "the earlier one's record is still there")
    world.clean()
    return "it starts; the later one has the name, as after a loss of power that takes back a removal", "the earlier one's networks are detached"


@fault("the clock was at 1970 when the pod was made")
def clock_1970():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    berth.stop()
    with open(berth.record(pod)) as file:
        header, intent, outcome = file.read().splitlines(keepends=True)
    line = json.loads(intent)
    for created in (0, -1):
        line["intent"]["createdAt"] = created
        with open(berth.record(pod), "w") as file:
            file.write(header + json.dumps(line) + "\n" + outcome)
        berth.start()
        need(berth.list() == {pod: "READY"}, f"listed: {berth.list()}")
        # proto3 JSON leaves a zero out.
        answer = f"READY; createdAt {berth.status(pod).get('createdAt', 0)}"
        world.refused(berth.run, "pod", "plain", words="reserved for")
        world.serves_others()
        if created == 0:
            berth.stop()
    world.clean()
    return answer, "nothing is left"


def mounted_root(world, size="4m"):
    """The records on a small file system of their own."""
    os.makedirs(world.berth.root)
    sh("mount", "-t", "tmpfs", "-o", f"mode=700,size={size}", "tmpfs", world.berth.root)
    return world.berth.root


def fill(directory):
    """Fills what is left of a file system."""
    with open(directory + "/filler", "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass


@fault("the disk is full when a run begins")
def full_at_intent():
    world = World()
    root = mounted_root(world)
    berth = world.begin()
    pod = berth.run("pod")
    fill(root)
    answer = world.refused(berth.run, "new", words="WriteIntent.*No space left")
    need(world.code == "resource_exhausted", f"the code is {world.code}")
    need(berth.list() == {pod: "READY"}, f"listed: {berth.list()}")
    os.unlink(root + "/filler")
    world.serves_others()
    berth.discard(berth.run("new"))
    world.clean()
    return f"Run: {answer}", "what is there is served; with room again the same name runs"


@fault("the disk fills up during a run")
def full_at_outcome():
    world = World({"type": "last"})
    root = mounted_root(world)
    world.script()
    berth = world.begin()
    probe = berth.run("old", annotations={"pad": ""})
    with open(berth.record(probe)) as file:
        length = len(file.readline()) + len(file.readline())
    berth.discard(probe)
    # Header and intent all but fill two pages, and the room that is kept for a debt a third, so that the outcome needs a fourth.
    config = {"annotations": {"pad": "x" * (2 * 4096 - 100 - length)}}
    # A removed record's room comes back some time after its removal has been answered.
    time.sleep(1)
    world.script(ADD={"run": ["sh", "-c", f"dd if=/dev/zero of={root}/filler bs=4096 2>/dev/null; true"]})
    answer = world.refused(lambda: berth.run("new", **config), words="Commit.*No space left")
    need(not berth.list(), f"listed: {berth.list()}")
    os.unlink(root + "/filler")
    world.script()
    world.serves_others()
    berth.discard(berth.run("new"))
    world.clean()
    return f"Run: {answer}", "all is undone; with room again the same name runs"


@fault("the disk is full at Stop and Remove")
def full_at_stop():
    world = World()
    root = mounted_root(world)
    berth = world.begin()
    pod, kept = berth.run("pod"), berth.run("kept")
    fill(root)
    berth.halt(pod)
    need(berth.list() == {pod: "NOTREADY", kept: "READY"}, f"listed: {berth.list()}")
    berth.remove(pod)
    os.unlink(root + "/filler")
    world.serves_others()
    world.clean()
    return "success: a stop needs no room", "nothing is left"


@fault("the records' file system is read-only")
def read_only():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    # A mount of its own: the daemon's lock is open for writing on the file system below.
    records = berth.root + "/sandboxes"
    sh("mount", "--bind", records, records)
    sh("mount", "-o", "remount,ro,bind", records)
    answer = world.refused(berth.run, "new", words="WriteIntent.*Read-only")
    berth.halt(pod)
    remove = world.refused(berth.remove, pod, words="WriteIntent.*Read-only")
    need(berth.list() == {pod: "NOTREADY"}, f"listed: {berth.list()}")
    sh("umount", records)
    world.serves_others()
    world.clean()
    return f"Run: {answer}; Stop: success; Remove: {remove}", "with a writable one Remove finishes"


@fault("the daemon is started on a read-only file system")
def read_only_start():
    world = World()
    root = mounted_root(world)
    berth = world.begin()
    pod = berth.run("pod")
    berth.stop()
    sh("mount", "-o", "remount,ro", root)
    berth.start(fails=True)
    answer = berth.last_words(1)
    need("Read-only" in answer, f"it says {answer}")
    sh("mount", "-o", "remount,rw", root)
    berth.start()
    need(berth.list() == {pod: "READY"}, f"listed: {berth.list()}")
    world.serves_others()
    world.clean()
    return f"it does not start: {answer.split('Z', 1)[-1]}", "mended, it starts with all its sandboxes"


@fault("the state directory is deleted under the daemon")
def state_deleted():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    sh("umount", f"{berth.state}/sandboxes/{pod}/shm")
    shutil.rmtree(berth.state)
    need(berth.list() == {pod: "READY"}, f"listed: {berth.list()}")
    world.serves_others()
    berth.discard(pod)
    berth.stop()
    berth.start()
    world.serves_others()
    world.clean()
    return "READY; other pods run as before", "Stop and Remove release all"


@fault("the records' directory is deleted under the daemon")
def records_deleted():
    world = World()
    berth = world.begin()
    pod = berth.run("pod")
    shutil.rmtree(berth.root)
    answer = world.refused(berth.run, "new", words="WriteIntent.*No such file")
    berth.discard(pod)
    berth.stop()
    berth.start()
    world.serves_others()
    world.clean()
    return f"Run: {answer}", "what runs can be stopped and removed; a restart makes the directory anew"
