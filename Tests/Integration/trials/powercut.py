"""Power cut: records, CNI cache and host-local's files on an ext4 of their own, whose device is copied as it is, in mid-run
and after each step. What is in the copy is what a power cut leaves; the next boot's daemon starts on it.

usage: powercut.py [CUT…]

The first life makes the copies; each then has a life of its own, with another boot id, in namespaces of its own. Every
copy is there twice: as it is, and after somebody else's fsync, which makes ext4 write down names whose content it does not
yet have: files made without a sync are empty then.
"""

import concurrent.futures
import glob
import json
import os
import signal
import subprocess
import sys
import threading
import uuid

from berth import HERE, INTEGRATION, Berth, Gone, Refused, main, need, network, scripted, sh

SHELF = "/mnt/shelf"
DISK = "/mnt/disk"
IPAM = DISK + "/ipam"
MADE = SHELF + "/cuts.json"
WORK = "/run/powercut"
# Five addresses for pods: one that is held for ever is missed.
SUBNET, ADDRESSES = "10.201.0.0/29", 5
# Somebody else's.
FOREIGN = "10.201.9.9"
STEPS = "WriteIntent PrepareFiles CreateCgroup StartPause PinNetworkNamespace AttachNetworks Commit".split()


def disk(image):
    os.makedirs(DISK, exist_ok=True)
    # ext4 writes nothing down of itself for a long time; only syncs do.
    sh("mount", "-o", "loop,commit=3600", image, DISK)


def reservations():
    """host-local's: container by address."""
    return {address: (text.split() or [""])[0] for address, text in files().items()}


def files():
    """host-local's: contents by address."""
    found = {}
    for path in glob.glob(IPAM + "/berth/*"):
        name = os.path.basename(path)
        if name not in ("lock", FOREIGN) and not name.startswith("last_reserved_ip."):
            with open(path) as file:
                found[name] = file.read()
    return found


def instance(**settings):
    berth = Berth(network({"type": "last"}, subnet=SUBNET, work=DISK), work=WORK, state="/run/berth", **settings)
    berth.root, berth.cache = DISK + "/lib", DISK + "/cni"
    berth.reservations = reservations
    scripted(berth, "last", {})
    return berth


# --- the first life --------------------------------------------------------------------------------------------------


class FirstLife:
    def __init__(self):
        sh("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard", SHELF + "/disk.img", "24M")
        disk(SHELF + "/disk.img")
        self.cuts = []
        self.berth = instance()
        self.berth.start()
        # Directories, the bridge's first address and what else a machine has had for long.
        self.berth.discard(self.berth.run("warm-up"))
        os.sync()

    def cut(self, name, promised=(), maybe=()):
        """Copies the device; `promised` must be listed afterwards, `maybe` may be."""
        held = [address for address, pod in self.berth.reservations().items() if pod in promised]
        entry = {"promised": list(promised), "maybe": list(maybe), "held": held}
        for kind in ("", "-committed"):
            if kind:
                with open(DISK + "/of-somebody-else", "w") as file:
                    file.write(name)
                    file.flush()
                    os.fsync(file.fileno())
            sh("dd", f"if={SHELF}/disk.img", f"of={SHELF}/{name}{kind}.img", "bs=1M", "status=none")
            self.cuts.append(dict(entry, name=name + kind))

    def killed_at(self, point, operation, *arguments):
        """Starts the daemon with the point armed, and does what passes it; the daemon is dead then."""
        self.berth.stop(signal.SIGKILL)
        self.berth.start(f"{point}=kill")
        try:
            operation(*arguments)
        except Gone:
            pass
        need(self.berth.stop() == -signal.SIGKILL, f"the daemon was not killed at {point}")

    def after_each_step(self):
        """Of a run beside two pods that were answered."""
        berth = self.berth
        kept = [berth.run("kept")]
        self.cut("answered", promised=kept)
        for point in [f"do.{step}.after" for step in STEPS] + ["do.AttachNetworks.middle", "do.Commit.middle"]:
            self.killed_at(point, berth.run, "cut-off")
            # Which id it has is in no answer; whether it had committed is.
            self.cut(f"run-{point}", promised=kept, maybe=["*"] if point == "do.Commit.after" else [])
            berth.start()
            berth.discard(*[one for one in berth.list() if one not in kept])
        berth.discard(*kept)

    def after_each_undo(self):
        berth = self.berth
        for verb, steps in (("stop", STEPS[2:]), ("remove", STEPS)):
            operation = berth.halt if verb == "stop" else berth.remove
            for step in steps:
                pod = berth.run("pod")
                self.killed_at(f"undo.{step}.after", operation, pod)
                told = verb == "stop"
                self.cut(f"{verb}-{step}", promised=[pod] if told else [], maybe=[pod])
                berth.start()
                berth.discard(*berth.list())

    def in_mid_run(self):
        """A plugin is at work when another run's sync writes down what host-local has made: a name without content."""
        berth = self.berth
        scripted(berth, "last", {"ADD": {"mark": "/run/called", "hang": {"untilFile": "/run/released"}}})
        held = threading.Thread(target=self.ignored, args=(berth.run, "held"))
        held.start()
        while not os.path.exists("/run/called"):
            need(held.is_alive(), "the run has ended")
        self.cut("mid-run")
        scripted(berth, "last", {})
        other = berth.run("other")
        self.cut("mid-run-beside-another", promised=[other])
        berth.stop(signal.SIGKILL)
        held.join()
        berth.start()
        berth.discard(*berth.list())

    def stopped_and_removed(self):
        berth = self.berth
        pods = [berth.run(f"pod-{number}") for number in range(3)]
        berth.halt(pods[0])
        berth.discard(pods[1])
        self.cut("stopped-and-removed", promised=[pods[0], pods[2]], maybe=[pods[1]])
        again = berth.run("pod-1")
        self.cut("removed-and-run-again", promised=[pods[0], pods[2], again], maybe=[pods[1]])
        berth.discard(pods[0], pods[2], again)

    def owed(self):
        berth = self.berth
        pod = berth.run("debtor")
        scripted(berth, "last", {"DEL": {"error": {"code": 11, "msg": "try again later"}}})
        berth.call("berth.v1.BerthService/ForceRemovePodSandbox", {"podSandboxId": pod})
        self.cut("owed", maybe=[pod])
        scripted(berth, "last", {})
        berth.call("berth.v1.BerthService/CollectGarbage")

    @staticmethod
    def ignored(operation, *arguments):
        try:
            operation(*arguments)
        except (Refused, Gone):
            pass


def first():
    life = FirstLife()
    life.after_each_step()
    life.in_mid_run()
    life.stopped_and_removed()
    life.after_each_undo()
    life.owed()
    life.berth.stop()
    with open(MADE, "w") as file:
        json.dump(life.cuts, file)
    sh("umount", DISK)


# --- the life after the cut ------------------------------------------------------------------------------------------


def plant(tag):
    """What a plugin that does not sync may leave, an empty cache entry, and what another runtime has, which must stay."""
    os.makedirs(IPAM + "/berth", exist_ok=True)
    ours, theirs = f"{'a' * 24}{tag}{'b' * 32}", f"{'a' * 24}deadbeef{'b' * 32}"
    planted = {"10.201.0.6": "", "10.201.0.5": f"{ours}\r\neth0", FOREIGN: f"{theirs}\r\neth0"}
    planted = {f"{IPAM}/berth/{address}": content for address, content in planted.items()}
    planted[f"{DISK}/cni/results/berth-{ours}-eth0"] = ""
    for path, content in planted.items():
        if not os.path.exists(path):
            with open(path, "w") as file:
                file.write(content)


def second(name):
    with open(MADE) as file:
        cut = next(one for one in json.load(file) if one["name"] == name)
    with open("/run/boot_id", "w") as file:
        file.write(f"{uuid.uuid4()}\n")
    sh("mount", "--bind", "/run/boot_id", "/proc/sys/kernel/random/boot_id")
    disk(f"{SHELF}/{name}.img")
    berth = instance()
    if name.endswith("-committed"):
        # What the cuts themselves may not have; and the network's file is gone: what was ever used is known all the same.
        with open(SHELF + "/tag") as file:
            plant(file.read())
        berth.configure(network({"type": "last"}, name="new", bridge="berth-t1", subnet="10.202.0.0/29", work=DISK))
    berth.start()
    listed = berth.list()
    lost = set(cut["promised"]) - set(listed)
    need(not lost, f"promised and not listed: {lost}")
    need(set(listed.values()) <= {"NOTREADY"}, f"listed as {listed}")
    strange = set(listed) - set(cut["promised"]) - set(cut["maybe"])
    need("*" in cut["maybe"] or not strange, f"listed, and nobody was told of them: {strange}")
    told = berth.call("berth.v1.BerthService/ListLeftovers").get("leftovers", [])
    known = set(listed) | {one["podSandboxId"] for one in told}
    told = [(one["kind"], one["reason"]) for one in told if one["podSandboxId"] not in cut["maybe"]]
    need(not told, f"left over: {told}")
    # An empty one may be kept as long as the pod is there that had it.
    stray = {
        address: text for address, text in files().items()
        if not any(pod in text for pod in known) and not (not text and address in cut["held"])
    }
    need(not stray, f"host-local holds without a pod: {stray}")
    berth.discard(*listed)
    berth.call("berth.v1.BerthService/CollectGarbage")
    need(not files(), f"host-local holds after all is removed: {files()}")
    kept = [path for path in glob.glob(DISK + "/lib/sandboxes/*") + glob.glob(DISK + "/cni/results/*")]
    need(not kept, f"left on the disk: {kept}")
    need(os.path.exists(f"{IPAM}/berth/{FOREIGN}") == name.endswith("-committed"), "what another runtime has is gone")
    berth.stop()
    berth.configure(network({"type": "last"}, subnet=SUBNET, work=DISK))
    berth.start()
    again = [berth.run(f"again-{number}") for number in range(ADDRESSES)]
    need(set(berth.list().values()) == {"READY"}, f"listed: {berth.list()}")
    berth.discard(*again)
    berth.stop()


def spawn(*arguments):
    environment = dict(os.environ, BERTH_TRIAL_CGROUP=f"{os.environ['BERTH_TEST_CGROUP']}/{'-'.join(arguments)}")
    command = [INTEGRATION + "/isolated.sh", sys.executable, "-B", HERE + "/powercut.py", "--life", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    said = (done.stdout + done.stderr).strip()
    return arguments[-1], done.returncode, said


def trial():
    arguments = sys.argv[1:]
    if arguments[:1] == ["--life"]:
        return first() if arguments[1] == "first" else second(arguments[2])
    need(os.environ.get("BERTH_TEST_ISOLATED"), "run this by Tests/Integration/isolated.sh")
    sh("mount", "-t", "tmpfs", "tmpfs", "/mnt")
    os.makedirs(SHELF)
    _, status, said = spawn("first")
    need(status == 0, f"the first life failed: {said}")
    with open(MADE) as file:
        cuts = json.load(file)
    with open(SHELF + "/tag", "w") as file:
        file.write(next(one for one in cuts if one["promised"])["promised"][0][24:32])
    names = [cut["name"] for cut in cuts if not arguments or cut["name"] in arguments]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for name, status, said in pool.map(lambda name: spawn("second", name), names):
            if status:
                failed += 1
                print(f"FAILED after the cut {name}: {said[:400]}")
    print(f"powercut: {len(names)} cuts; every daemon started" if not failed else f"powercut: {failed} of {len(names)} cuts are not survived")
    need(not failed, "see above")


if __name__ == "__main__":
    main(trial)
