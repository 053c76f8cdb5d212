#!/usr/bin/env python3
"""What a pod sandbox costs with Berth, beside the same CNI plugins executed directly in the same run.

usage: sudo ./Benchmarks/bench.py [--binaries DIR] [--plugins DIR] [--root DIR] [--rounds N] [--live 0,100,500]
                                  [--native] [--json FILE] [--gate]

Measures a release build (swift build -c release --static-swift-stdlib) in namespaces of its own; prints a table, and
writes JSON where asked. Beside it, where there is a C compiler, the least that the kernel can do (floor/). Times are milliseconds, memory is kB (PSS). Runs are spaced: a tight loop hides what the kernel
defers. Plugins are executed unless --native is given. --gate waits before each round until the machine is idle. Berth's records lie in a new directory below --root:
a run waits for the disk, so the file system there counts. See Benchmarks/README.md.
"""
import argparse
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time

from berth import Berth, pss
from containerd import Containerd
from figures import quantile, summary, timed
from floor import Floor
from networks import Networks
from plugins import Plugins, make_namespace, remove_namespace

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = "/run/berth-bench"
SPACING = 0.03
IPAM = {"type": "host-local", "dataDir": WORK + "/ipam", "ranges": [[{"subnet": "10.210.0.0/16"}]],
        "routes": [{"dst": "0.0.0.0/0"}]}
CONFLIST = {"cniVersion": "1.0.0", "name": "bench",
            "plugins": [{"type": "bridge", "bridge": "bench0", "isGateway": True, "ipam": IPAM}]}


def wait_until_idle(limit=30.0, idle=0.88, window=0.5):
    def ticks():
        fields = [int(field) for field in open("/proc/stat").readline().split()[1:9]]
        return sum(fields), fields[3] + fields[4]
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        before = ticks()
        time.sleep(window)
        after = ticks()
        if (after[1] - before[1]) / max(1, after[0] - before[0]) >= idle:
            return


class Bench:
    def __init__(self, options):
        self.options = options
        self.direct = Plugins(CONFLIST, options.plugins)
        self.runtimes = [
            Berth(options.binaries, WORK, options.root, CONFLIST, options.plugins, os.environ["BERTH_TEST_CGROUP"],
                  "auto" if options.native else "never")]
        self.berth = self.runtimes[0]
        self.results = {"kernel": os.uname().release, "cpus": os.cpu_count(), "idle_daemon_pss": self.berth.memory()}
        self.skipped = {}
        self.floor = None
        reason = Floor.unavailable()
        if reason:
            self.skipped["floor"] = reason
        else:
            self.floor = Floor(WORK + "/floor")
        reason = Containerd.unavailable()
        if reason:
            self.skipped["containerd"] = reason
        else:
            self.runtimes.append(Containerd(WORK, CONFLIST, options.plugins, self.berth_pause()))

    def berth_pause(self):
        return f"{self.options.binaries}/berth-pause"

    def sequential(self, label, rounds):
        """Interleaved rounds: plugins alone, then each runtime, one operation at a time with a rest between."""
        times = {}

        def record(who, what, milliseconds):
            times.setdefault(who, {}).setdefault(what, []).append(milliseconds)

        netns = make_namespace(f"direct-{label}")
        for number in range(rounds + 2):
            if number == 2:
                times.clear()  # the first two warm up
            if self.options.gate:
                wait_until_idle()
            container = f"direct-{label}-{number}"
            time.sleep(SPACING)
            result, add = timed(self.direct.add, container, netns)
            record("plugins", "run", add)
            time.sleep(SPACING)
            _, delete = timed(self.direct.delete, container, netns, result)
            record("plugins", "stop+remove", delete)
            for runtime in self.runtimes:
                time.sleep(SPACING)
                sandbox, run = timed(runtime.run, f"seq-{label}-{number}")
                record(runtime.name, "run", run)
                if runtime is self.berth:
                    record(runtime.name, "run, itself", run - runtime.plugin_milliseconds(sandbox))
                time.sleep(SPACING)
                _, stop = timed(runtime.stop, sandbox)
                _, remove = timed(runtime.remove, sandbox)
                record(runtime.name, "stop", stop)
                record(runtime.name, "remove", remove)
                record(runtime.name, "stop+remove", stop + remove)
        remove_namespace(f"direct-{label}")
        rows = {who: {what: summary(values) for what, values in each.items()} for who, each in times.items()}
        for who in rows:
            if who != "plugins":
                for what in ("run", "stop+remove"):
                    rows[who][what]["over_plugins"] = quantile(
                        [a - b for a, b in zip(times[who][what], times["plugins"][what])], 0.5)
        return rows

    def concurrent(self, workers, total):
        """`total` sandboxes made, then ended, by `workers` at once; the times of each, and how many a second."""
        rows = {"plugins": self.in_parallel(workers, total, DirectJob(self.direct))}
        for runtime in self.runtimes:
            rows[runtime.name] = self.in_parallel(workers, total, RuntimeJob(runtime))
        return rows

    def in_parallel(self, workers, total, job):
        if self.options.gate:
            wait_until_idle()
        context = multiprocessing.get_context("fork")
        each = max(1, total // workers)
        job.prepare(workers, each)
        barrier, queue = context.Barrier(workers + 1), context.SimpleQueue()

        def work(worker):
            up, down, kept = [], [], []
            job.warm()
            barrier.wait()
            for number in range(each):
                thing, milliseconds = timed(job.up, worker, number)
                kept.append(thing)
                up.append(milliseconds)
            barrier.wait()
            barrier.wait()
            for thing in kept:
                down.append(timed(job.down, thing)[1])
            barrier.wait()
            queue.put((up, down))

        processes = [context.Process(target=work, args=(worker,)) for worker in range(workers)]
        for process in processes:
            process.start()
        barrier.wait(60)
        seconds_up = timed(barrier.wait, 600)[1] / 1000
        barrier.wait(60)
        seconds_down = timed(barrier.wait, 600)[1] / 1000
        answers = [queue.get() for _ in processes]
        for process in processes:
            process.join()
        job.finish()
        count = each * workers
        return {"run": {**summary([t for up, _ in answers for t in up]), "per_second": count / seconds_up},
                "stop+remove": {**summary([t for _, down in answers for t in down]), "per_second": count / seconds_down}}

    def with_live(self, live, rounds):
        """Sequential figures with so many sandboxes of Berth alive, and what these take in memory."""
        before = self.berth.memory()
        sandboxes = [self.berth.run(f"live-{number}") for number in range(live)]
        memory = None
        if live:
            pauses = [pss(self.berth.pause(sandbox)) for sandbox in sandboxes]
            memory = {"pause_pss": quantile(pauses, 0.5), "pause_pss_max": max(pauses),
                      "daemon_growth": (self.berth.memory() - before) / live}
        rows = self.sequential(f"live{live}", rounds)
        for sandbox in sandboxes:
            self.berth.stop(sandbox)
            self.berth.remove(sandbox)
        if self.floor:
            rows["floor"] = self.floor.one_by_one(rounds, live, SPACING)
            rows["berth"]["run"]["of_floor"] = rows["berth"]["run"]["p50"] / rows["floor"]["run"]["p50"]
        return {"times": rows, "memory": memory}

    def exit_watch(self, rounds):
        """From killing a pause to the first answer that says NOTREADY."""
        times = []
        for number in range(rounds):
            sandbox = self.berth.run(f"exit-{number}")
            pause = self.berth.pause(sandbox)
            time.sleep(SPACING)
            start = time.perf_counter()
            os.kill(pause, signal.SIGKILL)
            while self.berth.state(sandbox) != "SANDBOX_NOTREADY":
                if time.perf_counter() - start > 5:
                    raise SystemExit("a killed pause is still READY after 5 s")
            times.append((time.perf_counter() - start) * 1000)
            self.berth.stop(sandbox)
            self.berth.remove(sandbox)
        return summary(times)

    def commands(self, rounds):
        """The round trip of `berthctl version`, beside a program that does nothing."""
        def execute(*arguments):
            subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, close_fds=False)
        times = {"berthctl version": [], "/bin/true": []}
        for _ in range(rounds):
            time.sleep(SPACING)
            times["/bin/true"].append(timed(execute, "/bin/true")[1])
            times["berthctl version"].append(timed(
                execute, f"{self.options.binaries}/berthctl", "-r", f"unix://{self.berth.socket}", "version")[1])
        return {what: summary(values) for what, values in times.items()}

    def all(self):
        rounds = self.options.rounds
        results = self.results
        results["live"] = {str(live): self.with_live(live, rounds) for live in self.options.live}
        results["at_once"] = {str(workers): self.concurrent(workers, max(rounds, 2 * workers)) for workers in (1, 4, 16)}
        if self.floor:
            results["floor_per_second"] = self.floor.at_once(16, max(rounds, 32))
        if self.options.native:
            results["networks"] = Networks(self.options, WORK).all(rounds)
        results["exit_watch"] = self.exit_watch(max(5, rounds // 4))
        results["commands"] = self.commands(rounds)
        results["skipped"] = self.skipped
        for runtime in self.runtimes:
            runtime.shutdown()
        return results


class RuntimeJob:
    """One runtime under many callers."""

    serial = 0

    def __init__(self, runtime):
        self.runtime = runtime

    def prepare(self, workers, each):
        RuntimeJob.serial += 1

    def warm(self):
        self.runtime.call("Version")

    def up(self, worker, number):
        return self.runtime.run(f"par-{RuntimeJob.serial}-{worker}-{number}")

    def down(self, sandbox):
        self.runtime.stop(sandbox)
        self.runtime.remove(sandbox)

    def finish(self):
        pass


class DirectJob:
    """The plugins alone under many callers, each sandbox in a netns made beforehand."""

    def __init__(self, direct):
        self.direct = direct

    def prepare(self, workers, each):
        self.names = {(worker, number): f"par-{worker}-{number}" for worker in range(workers) for number in range(each)}
        self.paths = {key: make_namespace(name) for key, name in self.names.items()}

    def warm(self):
        pass

    def up(self, worker, number):
        name, path = self.names[worker, number], self.paths[worker, number]
        return name, path, self.direct.add(name, path)

    def down(self, attachment):
        self.direct.delete(*attachment)

    def finish(self):
        for name in self.names.values():
            remove_namespace(name)


def table(results):
    """The results for people."""
    def row(label, who, what, values):
        extra = ""
        if "over_plugins" in values:
            extra = f"  plugins + {values['over_plugins']:.2f}"
        if "of_floor" in values:
            extra += f"  {values['of_floor']:.2f} x the floor"
        if "per_second" in values:
            extra = f"  {values['per_second']:.1f} a second"
        print(f"  {label:12} {who:11} {what:12} {values['p50']:8.2f} {values['p90']:8.2f} {values['p99']:8.2f}  "
              f"n={values['n']}{extra}")

    print(f"kernel {results['kernel']}, {results['cpus']} CPUs; milliseconds: p50, p90, p99")
    print("\none after the other, spaced")
    for live, part in results["live"].items():
        for who, each in part["times"].items():
            for what, values in each.items():
                row(f"{live} live", who, what, values)
    print("\nat once")
    for workers, rows in results["at_once"].items():
        for who, each in rows.items():
            for what, values in each.items():
                row(f"{workers} at once", who, what, values)
    if "floor_per_second" in results:
        print(f"  16 at once   floor       run          {results['floor_per_second']:.1f} a second")
    if "networks" in results:
        print("\nnative networks, one after the other, spaced; each in turn")
        for network, each in results["networks"].items():
            for what, values in each.items():
                row("", network, what, values)
    print("\nmemory, kB (PSS)")
    print(f"  daemon, idle: {results['idle_daemon_pss']}")
    for live, part in results["live"].items():
        if part["memory"]:
            memory = part["memory"]
            print(f"  {live} live: pause {memory['pause_pss']} (at most {memory['pause_pss_max']}), "
                  f"the daemon grows by {memory['daemon_growth']:.1f} a sandbox")
    print("\nfurther, milliseconds")
    row("", "berth", "exit watch", results["exit_watch"])
    for what, values in results["commands"].items():
        print(f"  {what:37} {values['p50']:8.2f} {values['p90']:8.2f} {values['p99']:8.2f}  n={values['n']}")
    for who, why in results["skipped"].items():
        print(f"\nskipped: {who}: {why}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binaries", default=os.path.join(HERE, "../.build/release"))
    parser.add_argument("--plugins", default="/usr/lib/cni", help="one directory of CNI plugins")
    parser.add_argument("--root", default="/var/tmp", help="where Berth's records are to lie")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--live", type=lambda text: [int(part) for part in text.split(",")], default=[0, 100, 500])
    parser.add_argument("--native", action="store_true", help="let berthd serve the plugins itself, as it does by default")
    parser.add_argument("--json", help="a file for the results")
    parser.add_argument("--gate", action="store_true", help="wait until the machine is idle, round by round")
    options = parser.parse_args()
    options.binaries = os.path.realpath(options.binaries)
    if "BERTH_TEST_ISOLATED" not in os.environ:
        isolated = os.path.join(HERE, "../Tests/Integration/isolated.sh")
        os.execv(isolated, [isolated, sys.executable, "-B", os.path.abspath(__file__), *sys.argv[1:]])
    os.makedirs(WORK)
    with tempfile.TemporaryDirectory(prefix="berth-bench-", dir=options.root) as options.root:
        results = Bench(options).all()
    table(results)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
