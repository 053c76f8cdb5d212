"""Many sandboxes at once, and many one after the other.

usage: load.py live [COUNT] | soak [CYCLES]

live: COUNT sandboxes on four bridges, made 16 at a time, all reachable, status and list within 20 ms; all removed.
soak: CYCLES sandboxes made and removed; the daemon's memory and descriptors stay as they were.
"""

import concurrent.futures
import os
import socket
import statistics
import sys
import time

from berth import BINARIES, LONG, SANITIZED, Berth, main, need, network, sh

BRIDGES = 4
AT_ONCE = 16
# The product's; a debug build takes its time.
ANSWER_LIMIT = 0.020 if "/release" in BINARIES else 0.100
# The neighbour table takes 1024 entries for all namespaces together.
BATCH = 200


def plain(index):
    """No firewall: with a thousand pods' rules iptables is what would be measured."""
    one = network(name=f"load{index}", bridge=f"berth-l{index}", subnet=f"10.{210 + index}.0.0/16")
    one["plugins"] = [dict(one["plugins"][0], ipMasq=False)]
    return one


def instance():
    berth = Berth(plain(0), handlers={f"load{index}": plain(index) for index in range(1, BRIDGES)})
    berth.start()
    berth.warm_up(*handlers()[1:])
    return berth


def handlers():
    return [""] + [f"load{index}" for index in range(1, BRIDGES)]


def in_parallel(function, arguments):
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(function, arguments))


def reachable(address):
    """The pod's kernel answers: nobody listens there, and it says so. Tried again while the neighbour table is full."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            socket.create_connection((address, 9), timeout=10).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            continue
        return True
    return False


def milliseconds(function, *arguments, times=20):
    """The median and the slowest of some calls."""
    took = []
    for _ in range(times):
        begin = time.monotonic()
        function(*arguments)
        took.append(time.monotonic() - begin)
    return statistics.median(took), max(took)


def figures(berth):
    """The daemon's memory in kB (what is its own, not what it maps of files), and its descriptors and threads."""
    with open(f"/proc/{berth.pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    descriptors = len(os.listdir(f"/proc/{berth.pid}/fd"))
    return {"kB": int(fields["RssAnon"].split()[0]), "descriptors": descriptors, "threads": int(fields["Threads"])}


def live(count):
    berth = instance()
    before = figures(berth)
    begin = time.monotonic()
    ids = in_parallel(lambda index: berth.run(f"load-{index}", handlers()[index % BRIDGES], portMappings=[]), range(count))
    made = time.monotonic() - begin
    need(len(set(ids)) == count, "an id twice")
    during = figures(berth)
    listed = berth.list()
    need(set(listed) == set(ids) and set(listed.values()) == {"READY"}, "not all are listed as ready")
    addresses = in_parallel(lambda id: berth.call("PodSandboxStatus", {"podSandboxId": id})["status"]["network"]["ip"], ids)
    need(len(set(addresses)) == count, "an address twice")
    for start in range(0, count, BATCH):
        batch = addresses[start : start + BATCH]
        silent = [address for address, answers in zip(batch, in_parallel(reachable, batch)) if not answers]
        need(not silent, f"not reachable: {silent}")
        sh("ip", "neigh", "flush", "all", check=False)
    status = milliseconds(lambda: berth.call("PodSandboxStatus", {"podSandboxId": ids[0]}))
    listing = milliseconds(lambda: berth.call("ListPodSandbox"))
    print(f"load: {count} sandboxes in {made:.1f} s, {AT_ONCE} at a time, all reachable")
    for name, (median, slowest) in {"status": status, "list": listing}.items():
        print(f"load: {name} with {count}: {median * 1000:.1f} ms (slowest {slowest * 1000:.1f})")
        need(SANITIZED or median < ANSWER_LIMIT, f"{name} takes {median * 1000:.1f} ms")
    print(f"load: the daemon before {before}, with {count} {during}")
    begin = time.monotonic()
    in_parallel(berth.remove, ids)
    print(f"load: all removed in {time.monotonic() - begin:.1f} s")
    finish(berth)


def soak(cycles):
    berth = instance()

    def cycle(index):
        berth.discard(berth.run(f"soak-{index}", handlers()[index % BRIDGES], portMappings=[]))

    # What grows once (threads, buffers, the allocator's arenas) has grown after these.
    in_parallel(cycle, range(max(100, cycles // 20)))
    before = figures(berth)
    begin = time.monotonic()
    for tenth in range(10):
        in_parallel(cycle, range(tenth * cycles // 10, (tenth + 1) * cycles // 10))
        after = figures(berth)
        print(f"soak: after {(tenth + 1) * cycles // 10} cycles {after}")
    took = time.monotonic() - begin
    print(f"soak: {cycles} cycles in {took:.0f} s ({took / cycles * 1000:.0f} ms each)")
    print(f"soak: the daemon before {before}, afterwards {after}")
    need(after["descriptors"] <= before["descriptors"] + 4, "descriptors grow")
    # A sanitizer keeps what is freed.
    need(SANITIZED or after["kB"] <= before["kB"] * 1.1 + 4096, "memory grows")
    finish(berth)


def finish(berth):
    left = berth.clean()
    need(not left, f"left behind:\n{left}")
    need(not berth.reservations(), f"host-local has {berth.reservations()}")
    berth.stop()


def trial():
    what, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None
    if what == "live":
        live(count or (1000 if LONG else 60))
    else:
        soak(count or (20_000 if LONG else 300))


if __name__ == "__main__":
    main(trial)
