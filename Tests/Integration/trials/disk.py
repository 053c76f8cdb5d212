"""The records' disk is full, read-only, or has half a line: Stop and Remove are not stopped, debts are written down or told, and
the daemon always starts.

usage: disk.py [CASE…]
"""

import concurrent.futures
import os
import signal
import subprocess
import sys

import journal
from berth import HERE, INTEGRATION, Gone, main, need, sh
from world import World
from world_disk import fill, mounted_root

CASES = {}
BUSY = {"DEL": {"error": {"code": 11, "msg": "try again later", "details": "the lease is busy"}}}


def case(function):
    CASES[function.__name__] = function
    return function


def begin(size=None):
    """A world whose network has a plugin that does what it is told; with a size, its records on a disk of their own."""
    world = World({"type": "last"})
    world.script()
    root = mounted_root(world, size) if size else None
    return world, world.begin(), root


def record(berth, sandbox):
    """The file of the sandbox's record, whatever it is called."""
    found = [name for name in os.listdir(berth.root + "/sandboxes") if name.startswith(sandbox)]
    need(len(found) == 1, f"the records of {sandbox}: {found}")
    return f"{berth.root}/sandboxes/{found[0]}"


def leftovers(berth):
    told = berth.call("berth.v1.BerthService/ListLeftovers").get("leftovers", [])
    return {one["podSandboxId"]: one["kind"] for one in told}


def forced(berth, sandbox):
    berth.call("berth.v1.BerthService/ForceRemovePodSandbox", {"podSandboxId": sandbox})


def killed(berth, **more):
    berth.stop(signal.SIGKILL)
    return berth.start(**more)


def log_of(berth):
    with open(berth.log, errors="replace") as file:
        return file.read()


def read_only(berth):
    """A mount of its own: the daemon's lock is open for writing on the file system below."""
    records = berth.root + "/sandboxes"
    sh("mount", "--bind", records, records)
    sh("mount", "-o", "remount,ro,bind", records)
    return lambda: sh("umount", records)


# --- full ------------------------------------------------------------------------------------------------------------


@case
def full_stop_and_remove():
    """Stop, a restart and Remove, of ready pods, dead ones and stopped ones."""
    world, berth, root = begin("2m")
    ready, dead, stopped = berth.run("ready"), berth.run("dead"), berth.run("stopped")
    berth.halt(stopped)
    os.kill(berth.status(dead)["info"]["pid"], signal.SIGKILL)
    fill(root)
    berth.halt(ready)
    berth.halt(dead)
    need(set(berth.list().values()) == {"NOTREADY"}, f"listed: {berth.list()}")
    killed(berth)
    need(berth.list() == dict.fromkeys((ready, dead, stopped), "NOTREADY"), f"listed after a restart: {berth.list()}")
    need(not leftovers(berth), f"left over: {leftovers(berth)}")
    for sandbox in (ready, dead, stopped):
        berth.remove(sandbox)
    need(not berth.list(), f"listed: {berth.list()}")
    killed(berth)
    need(not berth.list() and not leftovers(berth), f"back: {berth.list()}, {leftovers(berth)}")
    os.unlink(root + "/filler")
    world.serves_others()
    world.clean()


@case
def full_remove_of_ready():
    """Remove without a Stop; and a stop that is half done when the daemon is killed."""
    world, berth, root = begin("2m")
    first, second = berth.run("first"), berth.run("second")
    fill(root)
    berth.remove(first)
    world.script(**BUSY)
    world.refused(berth.halt, second, words="try again later")
    killed(berth)
    need(berth.list() == {second: "NOTREADY"}, f"listed: {berth.list()}")
    world.script()
    berth.discard(second)
    os.unlink(root + "/filler")
    world.clean()


def tight_pods(berth, wanted=3, page=4096, slack=64):
    """Pods by name whose records all but fill their last page: a line more needs room of its own."""
    first, second = berth.run("pod-aa", annotations={"pad": ""}), berth.run("pod-bb", annotations={"pad": "x" * 100})
    sizes = [os.stat(record(berth, pod)).st_size for pod in (first, second)]
    factor = max(1, round((sizes[1] - sizes[0]) / 100))
    berth.discard(first, second)
    pods = {}
    for number in range(30 * wanted):
        # A record's length differs by some bytes from one run to the next: times are in it.
        pad = ((page - sizes[0] - slack // 2 - number % 20) % page) // factor
        name = f"pod-{number:02}"
        pod = berth.run(name, annotations={"pad": "x" * pad})
        if 0 < -os.stat(record(berth, pod)).st_size % page < slack:
            pods[name] = pod
            if len(pods) == wanted:
                return pods
        else:
            berth.discard(pod)
    raise AssertionError("no record came to its page's end")


@case
def full_debts():
    """The room of a debt was kept when its pod was made: several are written down on a full disk, and outlive the daemon."""
    world, berth, root = begin("4m")
    tight = tight_pods(berth)
    names = [*tight, "roomy"]
    pods = [*tight.values(), berth.run("roomy")]
    fill(root)
    world.script(**BUSY)
    for pod in pods:
        forced(berth, pod)
    need(not berth.list(), f"listed: {berth.list()}")
    owed = dict.fromkeys(pods, "owed")
    need(leftovers(berth) == owed, f"left over: {leftovers(berth)}")
    for _ in range(2):
        killed(berth)
        need(not berth.list(), f"listed after a restart: {berth.list()}")
        need(leftovers(berth) == owed, f"left over after a restart: {leftovers(berth)}")
    os.unlink(root + "/filler")
    # The names are free; the host ports are not, while rules may be there that send them to the debtors.
    world.script()
    again = [berth.run(name, portMappings=[]) for name in names]
    berth.call("berth.v1.BerthService/CollectGarbage")
    need(not leftovers(berth), f"left over: {leftovers(berth)}")
    berth.discard(*again)
    world.clean()


@case
def full_debts_after_restart():
    """As full_debts, of pods that an earlier daemon has made, and of one whose record had half a line at its end."""
    world, berth, root = begin("4m")
    whole, torn = berth.run("whole"), berth.run("torn")
    berth.stop(signal.SIGKILL)
    with open(record(berth, torn), "ab") as file:
        file.write(b'{"half')
    berth.start()
    need(set(berth.list().values()) == {"READY"}, f"listed: {berth.list()}")
    fill(root)
    world.script(**BUSY)
    for pod in (whole, torn):
        forced(berth, pod)
    killed(berth)
    need(leftovers(berth) == dict.fromkeys((whole, torn), "owed"), f"left over: {leftovers(berth)}")
    need(not berth.list(), f"listed: {berth.list()}")
    os.unlink(root + "/filler")
    world.script()
    berth.call("berth.v1.BerthService/CollectGarbage")
    world.clean()


@case
def full_start():
    """A full disk at the start: pods are adopted, what was begun is undone."""
    world, berth, root = begin("2m")
    pod = berth.run("pod")
    berth.stop(signal.SIGKILL)
    berth.start("do.Commit.middle=kill")
    try:
        berth.run("cut-off")
    except Gone:
        pass
    need(berth.stop() == -signal.SIGKILL, "the daemon was not killed")
    fill(root)
    berth.start()
    need(berth.list() == {pod: "READY"}, f"listed: {berth.list()}")
    berth.discard(pod)
    os.unlink(root + "/filler")
    world.clean()


# --- read-only -------------------------------------------------------------------------------------------------------


@case
def read_only_stop():
    """Stop succeeds and says so in the log; Remove names the file, and the sandbox stays listed."""
    world, berth, _ = begin()
    pod = berth.run("pod")
    writable = read_only(berth)
    before = len(log_of(berth))
    berth.halt(pod)
    said = [line for line in log_of(berth)[before:].splitlines() if pod in line and "Read-only" in line]
    need(said, "the log does not say that the record could not be written")
    need(berth.list() == {pod: "NOTREADY"}, f"listed: {berth.list()}")
    need(not berth.reservations(), f"its address is held: {berth.reservations()}")
    berth.halt(pod)
    for operation in (berth.remove, lambda pod: forced(berth, pod)):
        answer = world.refused(operation, pod, words="Read-only")
        need(f"{berth.root}/sandboxes/{pod}" in answer, f"the file is not named: {answer}")
        need(berth.list() == {pod: "NOTREADY"}, f"listed: {berth.list()}")
    world.refused(berth.run, "pod", words=pod)
    writable()
    berth.remove(pod)
    world.serves_others()
    world.clean()


@case
def read_only_remove():
    """Remove of a ready pod, which stays listed; after a restart it is there, not ready, and goes."""
    world, berth, _ = begin()
    pod = berth.run("pod")
    writable = read_only(berth)
    answer = world.refused(berth.remove, pod, words="Read-only")
    need(f"{berth.root}/sandboxes/{pod}" in answer, f"the file is not named: {answer}")
    need(berth.list() == {pod: "NOTREADY"}, f"listed: {berth.list()}")
    writable()
    killed(berth)
    need(berth.list() == {pod: "NOTREADY"}, f"listed after a restart: {berth.list()}")
    berth.remove(pod)
    world.clean()


@case
def read_only_debt():
    """The debt of a forced removal lives in memory and log; the record as it stands brings it back at the next start."""
    world, berth, _ = begin()
    pod = berth.run("pod")
    world.script(**BUSY)
    writable = read_only(berth)
    before = len(log_of(berth))
    forced(berth, pod)
    need(not berth.list(), f"listed: {berth.list()}")
    need(leftovers(berth) == {pod: "owed"}, f"left over: {leftovers(berth)}")
    said = [line for line in log_of(berth)[before:].splitlines() if pod in line and "Read-only" in line]
    need(said, "the log does not say that the debt could not be written down")
    writable()
    killed(berth)
    need(berth.list().get(pod, "NOTREADY") == "NOTREADY", f"listed: {berth.list()}")
    need(pod in berth.list() or leftovers(berth).get(pod) == "owed", f"forgotten: {berth.list()}, {leftovers(berth)}")
    world.script()
    berth.call("berth.v1.BerthService/CollectGarbage")
    berth.discard(*berth.list())
    world.clean()


# --- half a line -----------------------------------------------------------------------------------------------------


def positions(path):
    """Lengths that leave a part of the last line."""
    lines = journal.read(path)
    whole, last = sum(map(len, lines[:-1])), len(lines[-1])
    return [whole + part for part in sorted({0, 1, 2, last // 3, last // 2, last - 2, last - 1})]


@case
def torn_outcome():
    """Without its whole last line, the outcome, the run never answered: it is undone, and its name runs again."""
    world, berth, _ = begin()
    sound = berth.run("sound")
    probe = berth.run("pod")
    count = len(positions(record(berth, probe)))
    berth.discard(probe)
    for index in range(count):
        pod = berth.run("pod")
        berth.stop(signal.SIGKILL)
        path = record(berth, pod)
        journal.cut(path, positions(path)[index])
        berth.start()
        need(berth.list() == {sound: "READY"}, f"at {index}: listed: {berth.list()}")
        need(not leftovers(berth), f"at {index}: left over: {leftovers(berth)}")
        need(list(berth.reservations().values()) == [sound], f"at {index}: held: {berth.reservations()}")
    berth.discard(sound)
    world.clean()


@case
def torn_tail():
    """What follows the last newline counts for nothing, and is cut off before anything is added."""
    world, berth, _ = begin()
    for tail in (b"{", b'{"stopped":true', b"\0" * 100, b"\xff\xfe", b" "):
        pod = berth.run("pod")
        berth.stop(signal.SIGKILL)
        with open(record(berth, pod), "ab") as file:
            file.write(tail)
        berth.start()
        need(berth.list() == {pod: "READY"}, f"after {tail}: listed: {berth.list()}, {leftovers(berth)}")
        berth.halt(pod)
        killed(berth)
        need(berth.list() == {pod: "NOTREADY"}, f"after {tail} and Stop: listed: {berth.list()}, {leftovers(berth)}")
        berth.remove(pod)
    world.clean()


@case
def torn_stop():
    """A stopped pod's record without its last lines, one after the other, and parts of them: it is not ready, never adopted."""
    world, berth, _ = begin()
    pod = berth.run("pod")
    path = record(berth, pod)
    lines = len(journal.read(path))
    berth.halt(pod)
    path = record(berth, pod)
    with open(path, "rb") as file:
        whole = file.read()
    added = len(journal.read(path)) - lines
    for taken in range(added):
        for length in positions(path):
            berth.stop(signal.SIGKILL)
            journal.cut(path, length)
            berth.start()
            need(berth.list() == {pod: "NOTREADY"}, f"at {length}: listed: {berth.list()}, {leftovers(berth)}")
            berth.stop(signal.SIGKILL)
            with open(path, "wb") as file:
                file.write(whole)
        whole = b"".join(whole.splitlines(keepends=True)[:-1])
        with open(path, "wb") as file:
            file.write(whole)
        berth.start()
    need(berth.list() == {pod: "NOTREADY"}, f"listed: {berth.list()}")
    berth.remove(pod)
    world.clean()


@case
def torn_debt():
    """Without its last line, what was owed is a sandbox again, not ready: it goes when the plugin lets go."""
    world, berth, _ = begin()
    pod = berth.run("pod")
    world.script(**BUSY)
    forced(berth, pod)
    need(leftovers(berth) == {pod: "owed"}, f"left over: {leftovers(berth)}")
    berth.stop(signal.SIGKILL)
    path = record(berth, pod)
    journal.cut(path, -2)
    berth.start()
    need(pod in berth.list() or pod in leftovers(berth), f"forgotten: {berth.list()}, {leftovers(berth)}")
    need("READY" not in berth.list().values(), f"listed: {berth.list()}")
    world.script()
    berth.call("berth.v1.BerthService/CollectGarbage")
    berth.discard(*berth.list())
    world.clean()


@case
def no_intent():
    """A file without one complete intent began nothing: it is deleted at start, with a line in the log."""
    world, berth, _ = begin()
    sound = berth.run("sound")
    berth.stop()
    path = record(berth, sound)
    lines = journal.read(path)
    intent = next(index for index, line in enumerate(lines) if b"bootID" in line)
    text = b"".join(lines[: intent + 1])
    lengths = sorted({0, 1, 10, len(text) - len(lines[intent]), len(text) // 2, len(text) - 2, len(text) - 1})
    made = {}
    for number, length in enumerate(lengths):
        name = f"{number:024x}{sound[24:32]}{number:032x}"
        made[name] = path.replace(sound, name)
        with open(made[name], "wb") as file:
            file.write(text[:length])
    berth.start()
    need(berth.list() == {sound: "READY"}, f"listed: {berth.list()}")
    need(not leftovers(berth), f"left over: {leftovers(berth)}")
    there = [name for name, file in made.items() if os.path.exists(file)]
    need(not there, f"not deleted: {[lengths[list(made).index(name)] for name in there]}")
    unsaid = [name for name in made if name not in log_of(berth)]
    need(not unsaid, f"not in the log: {unsaid}")
    world.clean()


# --- all of it -------------------------------------------------------------------------------------------------------


def spawn(name):
    environment = dict(os.environ, BERTH_TRIAL_CGROUP=f"{os.environ['BERTH_TEST_CGROUP']}/{name}")
    command = [INTEGRATION + "/isolated.sh", sys.executable, "-B", HERE + "/disk.py", "--one", name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return name, done.returncode, (done.stdout + done.stderr).rstrip()


def trial():
    arguments = sys.argv[1:]
    if arguments[:1] == ["--one"]:
        return CASES[arguments[1]]()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, status, said in pool.map(spawn, arguments or CASES):
            print(f"ok {name}" if not status else f"FAILED {name}: {said}")
            failed += status != 0
    need(not failed, f"{failed} of {len(arguments or CASES)} cases fail")


if __name__ == "__main__":
    main(trial)
