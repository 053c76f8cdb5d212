"""Every failpoint x {error, kill, hang}, in a run, a run that fails, a stop, a remove and a recovery.

usage: failpoints.py [OPERATION] [--shard I/N]

Each case has a daemon of its own with one point armed. After an error or a hang the answer must name the step and the
daemon must serve others; after a kill the next daemon recovers. Then what is listed is removed, the same name runs again,
and the leak check must find nothing.
"""

import collections
import os
import signal
import subprocess
import sys
import time

from berth import HERE, INTEGRATION, LONG, Berth, Broken, Gone, Refused, main, native, need, network, routed, scripted, sh

STEPS = "WriteIntent PrepareFiles CreateCgroup StartPause PinNetworkNamespace AttachNetworks Commit".split()
PLACES = ("before", "middle", "after")
EFFECTS = ("error", "kill", "hang")
# What a native plugin changes in the kernel, each between its before and its after.
NATIVE = {
    "NativeRun": ("bridge.bridge", "bridge.add.host", "bridge.add.pod", "bridge.gateway", "bridge.masquerade", "portmap.add",
                  "tuning.add.sysctl", "tuning.add.link", "bandwidth.add", "bandwidth.add.redirect"),
    "NativeStop": ("bandwidth.del", "tuning.del", "portmap.del", "bridge.del", "bridge.masquerade.del"),
    "RoutedRun": ("ptp.add.pair", "ptp.add.pod", "ptp.add.host", "ptp.masquerade"),
    "RoutedStop": ("ptp.del", "ptp.masquerade.del"),
}
TUNED = {"type": "tuning", "mtu": 1400, "sysctl": {"net.ipv4.conf.IFNAME.arp_filter": "1"}}
LIMITED = {"type": "bandwidth", "ingressRate": 8000000, "ingressBurst": 800000, "egressRate": 8000000, "egressBurst": 800000}
# Commit's undo is one write, which has places of its own. What is between taking the namespace off its file and removing
# that is in LinuxKernel.
MIDDLES = {"undo.Commit.middle": None, "undo.PinNetworkNamespace.middle": "unpin.middle"}

Case = collections.namedtuple("Case", "operation point count effect step")


def points(action, steps):
    for step in steps:
        for place in PLACES:
            point = f"{action}.{step}.{place}"
            point = MIDDLES.get(point, point)
            if point:
                yield point, 1, step


def writes(*numbered):
    """The nth write among the records, and the step that it belongs to; None for the one whose failure fails nothing, a name
    in brackets for the one whose error fails nothing, but which is waited for."""
    for count, step in numbered:
        for place in PLACES:
            yield f"write.sandboxes.{place}", count, step


def failing(step, effect):
    """The step that an effect in a write makes fail; None where the operation goes on without the write."""
    if step is None or not step.startswith("("):
        return step
    return None if effect == "error" else step.strip("()")


def table():
    for operation, passed in {
        "Run": [*points("do", STEPS), *writes((1, "WriteIntent"), (2, "Commit")),
                ("sync.sandboxes.before", 1, "AttachNetworks"), ("sync.sandboxes.after", 1, "AttachNetworks"),
                *((f"write.results.{place}", 1, "AttachNetworks") for place in PLACES),
                ("pin.middle", 1, "PinNetworkNamespace"), ("netns.middle", 1, "StartPause")],
        "FailedRun": [*points("undo", STEPS[:-1])],
        "Stop": [*points("undo", STEPS[2:]), *writes((3, "(Commit)"), (4, None))],
        "Remove": [*points("undo", STEPS), *writes((3, "(Commit)"))],
        "RemoveStopped": [*points("undo", STEPS[:2])],
        "Recovery": [*points("undo", STEPS[:-1])],
    }.items():
        for point, count, step in passed:
            for effect in EFFECTS:
                yield Case(operation, point, count, effect, failing(step, effect))
    for operation, changes in NATIVE.items():
        for change in changes:
            for place in ("before", "after"):
                for effect in EFFECTS:
                    # A hang takes as long as all plugins may take together.
                    if LONG or effect != "hang" or (change, place) == ("bridge.add.host", "after"):
                        # A DEL that says no is asked a second time, which succeeds.
                        excused = operation in ("NativeStop", "RoutedStop") and effect == "error"
                        yield Case(operation, f"native.{change}.{place}", 1, effect,
                                   None if excused else "AttachNetworks")
    # What is deleted behind Stop's answer.
    for place in ("before", "after"):
        for effect in EFFECTS:
            yield Case("NativeReap", f"reap.outlived.{place}", 1, effect, None)
    # Where there is no thread to make the network namespace ahead, pause's start makes it.
    yield Case("Run", "netns.before", 1, "error", None)


def ifbs():
    """The host's links by which pods' sending is limited."""
    return [line.split(": ")[1] for line in sh("ip", "-o", "link", "show", "type", "ifb").splitlines() if ": bwp" in line]


def handler_of(case):
    """The runtime handler whose network an operation is about."""
    return "native" if case.operation.startswith("Native") else "routed" if case.operation.startswith("Routed") else ""


class Trial:
    def __init__(self):
        # Long enough for a plugin on a busy machine, short enough to wait for a hundred times.
        hang = {"stepTimeout": "1s", "pluginTimeout": "3s", "pluginDeleteTimeout": "3s"}
        self.times = {"hang": hang}
        refuse = {"ADD": {"error": {"code": 11, "msg": "as it was told"}}}
        handlers = {"failing": network({"type": "refuse"}), "native": native(TUNED, LIMITED), "routed": routed()}
        self.berth = Berth(network(), handlers=handlers, nativePlugins="never")
        for handler in ("native", "routed"):
            self.berth.settings["runtimeHandlers"][handler]["nativePlugins"] = "auto"
        scripted(self.berth, "refuse", refuse)
        self.berth.start()
        self.berth.warm_up("native")
        self.berth.stop()

    def run(self, case):
        berth = self.berth
        armed = f"{case.point}={case.effect}@{case.count}"
        if case.operation == "Recovery":
            self.recovery(case, armed)
        elif case.operation == "NativeReap":
            self.reap(case, armed)
        else:
            berth.start(armed, **self.times.get(case.effect, {}))
            answer = self.attempt(case)
            self.judge(case, answer)
        if case.effect == "kill":
            need(berth.stop() == -signal.SIGKILL, "the daemon was not killed: the point was not passed")
            berth.start()
            self.recovered(case)
        if case.operation == "NativeReap":
            self.reaped()
        self.settle(case)

    def attempt(self, case):
        """What the operation answers: None when it succeeds."""
        berth = self.berth
        sandbox = None
        handler = handler_of(case)
        if "Run" not in case.operation:
            sandbox = self.sandbox = berth.run("pod", handler)
        if case.operation == "RemoveStopped":
            berth.halt(sandbox)
        try:
            if case.operation == "Run":
                berth.run("pod")
            elif case.operation == "NativeRun":
                # Made anew, with its address.
                subprocess.run(["ip", "link", "del", "berth-t1"], check=True)
                berth.run("pod", "native")
            elif case.operation == "RoutedRun":
                berth.run("pod", "routed")
            elif case.operation == "FailedRun":
                berth.run("pod", "failing")
            elif case.operation in ("Stop", "NativeStop", "RoutedStop"):
                berth.halt(sandbox)
            else:
                berth.remove(sandbox)
        except (Refused, Gone) as error:
            return error
        return None

    def judge(self, case, answer):
        if case.effect == "kill":
            return need(isinstance(answer, Gone), f"an answer, {answer!r}, from a daemon that was to be killed")
        if case.step is None:
            return need(answer is None, f"failed: {answer}")
        need(isinstance(answer, Refused), f"no error but {answer!r}")
        # A plugin's or the cache's failure is told in containerd's words.
        named = case.step
        if case.effect == "error" and case.point.startswith("write.results"):
            named = "cached result"
        elif case.effect == "error" and case.operation in ("NativeRun", "RoutedRun"):
            named = f'plugin type="{case.point.split(".")[1]}"'
        need(named in answer.message, f"the error does not name {named}: {answer}")
        failed = [step["step"] for step in answer.undo if step["outcome"] == "failed"]
        if case.operation in ("Run", "NativeRun", "RoutedRun"):
            need(not failed, f"undo failed too: {failed}")
            if case.effect == "hang":
                need(answer.code == "deadline_exceeded", f"a hang is told as {answer.code}")
        else:
            need(failed == [case.step], f"of the undo {failed} failed")

    def recovery(self, case, armed):
        """A first daemon is killed when all is done but the outcome; the second has the point armed in its recovery."""
        berth = self.berth
        berth.start("do.Commit.middle=kill")
        need(isinstance(self.attempt(case._replace(operation="Run")), Gone), "the first daemon lives")
        need(berth.stop() == -signal.SIGKILL, "the first daemon was not killed")
        if case.effect == "kill":
            return berth.start(armed, fails=True)
        berth.start(armed, **self.times.get(case.effect, {}))
        need(list(berth.list().values()) == ["NOTREADY"], f"listed after a failed recovery: {berth.list()}")

    def reap(self, case, armed):
        """A pod is stopped, and the daemon is hindered in what it deletes behind the answer. One that cannot is killed, for the
        next to do it."""
        berth = self.berth
        berth.start(armed)
        sandbox = berth.run("pod", "native")
        need(ifbs(), "no ifb was made")
        try:
            berth.halt(sandbox)
        except Gone:
            need(case.effect == "kill", "the daemon is gone")
        if case.effect == "kill":
            berth.process.wait(timeout=60)
        elif case.effect == "hang":
            need(case.point.endswith("after") or ifbs(), "the ifb is gone before anybody could delete it")
            berth.stop(signal.SIGKILL)
            berth.start()

    def reaped(self):
        """No link is left of the sandbox, though it is listed."""
        deadline = time.monotonic() + 10
        while ifbs() and time.monotonic() < deadline:
            time.sleep(0.02)
        need(not ifbs(), f"left of a stopped sandbox: {ifbs()}")
        need(list(self.berth.list().values()) == ["NOTREADY"], f"listed: {self.berth.list()}")

    def recovered(self, case):
        """What the daemon after the killed one lists."""
        listed = list(self.berth.list().values())
        if case.operation in ("Run", "NativeRun", "RoutedRun"):
            # The second write's "middle" leaves half a line.
            committed = (case.point, case.count) in {("do.Commit.after", 1), ("write.sandboxes.after", 2)}
            wanted = [["READY"]] if committed else [[]]
        elif case.operation in ("Stop", "NativeStop", "NativeReap", "RoutedStop"):
            # The third write says so; its "middle" leaves half a line.
            begun = (case.point, case.count) not in {
                ("undo.Commit.before", 1), ("write.sandboxes.before", 3), ("write.sandboxes.middle", 3)}
            wanted = [["NOTREADY"]] if begun else [["READY"]]
        elif case.operation.startswith("Remove"):
            wanted = [[], ["NOTREADY"], ["READY"]]
        else:
            wanted = [[]]
        need(listed in wanted, f"listed after the restart: {listed}, not one of {wanted}")

    def settle(self, case):
        """Others are served beside a stuck thread, what is listed can be removed, the name runs again, nothing is left."""
        berth = self.berth
        if case.effect == "hang":
            berth.discard(berth.run("other"))
        berth.discard(*berth.list())
        need(not berth.list(), f"listed after removal: {berth.list()}")
        # Where a plugin's call is stuck, so is what the host port leads to.
        stuck = case.effect == "hang" and case.step == "AttachNetworks"
        handler = handler_of(case)
        again = berth.run("pod", handler, **({"portMappings": []} if stuck else {}))
        need(berth.list() == {again: "READY"}, f"the same name: {berth.list()}")
        if case.effect == "hang":
            # The stuck thread has descriptors of its own, which go with the process.
            berth.stop()
            berth.start()
        berth.discard(again)
        left = berth.leaks()
        need(not left, f"left behind:\n{left}")
        berth.stop(signal.SIGKILL)


def shard(index, count, wanted):
    trial = Trial()
    cases = [case for case in table() if wanted in ("", case.operation)]
    failed = 0
    for case in cases[index::count]:
        begin = time.monotonic()
        try:
            trial.run(case)
            if os.environ.get("BERTH_TEST_VERBOSE"):
                print(f"ok {case.operation} {case.point}@{case.count} {case.effect} {time.monotonic() - begin:.1f} s")
        except (Broken, Refused, Gone) as error:
            failed += 1
            print(f"FAILED {case.operation} {case.point}={case.effect}@{case.count}: {error}\n{trial.berth.last_words()}")
            trial.berth.stop(signal.SIGKILL)
            trial.berth.start()
            print(f"then: {trial.berth.clean()}")
            trial.berth.stop(signal.SIGKILL)
    sys.exit(1 if failed else 0)


def all_shards(wanted, count=4):
    """Each shard in namespaces of its own: most of a hang is waiting. Four and three effects: each gets some of all."""
    cases = [case for case in table() if wanted in ("", case.operation)]
    running = []
    for index in range(count):
        environment = dict(os.environ, BERTH_TRIAL_CGROUP=f"{os.environ['BERTH_TEST_CGROUP']}/shard-{index}")
        command = [INTEGRATION + "/isolated.sh", sys.executable, "-B", "-u", HERE + "/failpoints.py", wanted or "all"]
        running.append(subprocess.Popen(command + ["--shard", f"{index}/{count}"], env=environment))
    ended = [process.wait() for process in running]
    kinds = {effect: sum(case.effect == effect for case in cases) for effect in EFFECTS}
    print(f"{wanted or 'all'}: {len(cases)} cases ({', '.join(f'{n} {kind}' for kind, n in kinds.items())})")
    need(not any(ended), "see above")


def trial():
    arguments = sys.argv[1:]
    wanted = arguments[0] if arguments and arguments[0] != "all" else ""
    if "--shard" in arguments:
        index, count = arguments[-1].split("/")
        shard(int(index), int(count), wanted)
    else:
        all_shards(wanted)


if __name__ == "__main__":
    main(trial)
