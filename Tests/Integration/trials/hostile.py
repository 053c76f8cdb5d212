"""Clients that mean no good, and an honest one beside each: it is answered, and quickly, and afterwards nothing is left of them.

usage: hostile.py CASE [COUNT [SEED]]

CASE: halves, hanging, idle, strangers, readers, dribble, http, gzip, mutations
"""

import gzip
import json
import os
import random
import re
import resource
import select
import signal
import socket
import struct
import sys
import threading
import time

from berth import LONG, SANITIZED, Berth, Refused, main, need, pod, scripted

SERVICE = "/runtime.v1.RuntimeService/"
# Kinds, not milliseconds: who waits for an attacker waits for seconds.
PATIENCE = 60 if SANITIZED else 10
# An address without a link is enough of a result.
RESULT = {"interfaces": [{"name": "eth0", "sandbox": "/pod"}], "ips": [{"interface": 0, "address": "10.9.8.7/32"}]}
QUICK = {"ADD": {"result": RESULT}}


def connection(berth, timeout=PATIENCE):
    one = socket.socket(socket.AF_UNIX)
    # Before the time limit: a socket that does not block is refused where the kernel's queue is full.
    one.connect(berth.socket)
    one.settimeout(timeout)
    return one


def request(method, body=b"{}", *, length=None, version="1.1", headers=()):
    """A request's bytes."""
    lines = [f"POST {SERVICE}{method} HTTP/{version}", "Host: b", f"Content-Length: {len(body) if length is None else length}"]
    if not any(header.startswith("Content-Type") for header in headers):
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, *headers, "", ""]).encode() + body


def everything(one, until=None):
    """What comes until the other end has closed, or those bytes have come."""
    came = b""
    while not until or until not in came[-(1 << 17):]:
        try:
            piece = one.recv(1 << 16)
        except ConnectionResetError:
            break
        if not piece:
            break
        came += piece
    return came


def exchange(berth, data, until=None):
    with connection(berth) as one:
        one.sendall(data)
        one.shutdown(socket.SHUT_WR)
        return everything(one, until)


def status_of(answer):
    """An answer's status, and the document of the first one."""
    found = re.match(rb"HTTP/1\.[01] (\d+) ", answer)
    need(found, f"no answer: {answer[:200]}")
    head, _, rest = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    need(length, f"no length: {head}")
    return int(found[1]), json.loads(rest[: int(length[1])])


class Honest(threading.Thread):
    """Lists, asks for a status, and runs, stops and removes a pod, over and over; keeps how long each took."""

    def __init__(self, berth, runs=True):
        super().__init__(daemon=True)
        self.berth, self.runs = berth, runs
        self.over, self.took, self.failure = threading.Event(), {}, None

    def timed(self, name, function, *arguments, **more):
        begin = time.monotonic()
        answer = function(*arguments, **more)
        self.took.setdefault(name, []).append(time.monotonic() - begin)
        return answer

    def run(self):
        try:
            number = 0
            while not self.over.is_set():
                self.round(f"honest-{number}")
                number += 1
                self.over.wait(0.005)
        except Exception as error:  # A thread has nobody to tell.
            self.failure = repr(error)

    def round(self, name):
        self.timed("list", self.berth.list)
        self.timed("version", self.berth.call, "Version")
        if self.runs:
            sandbox = self.timed("run", self.berth.run, name, portMappings=[])
            self.timed("stop", self.berth.halt, sandbox)
            self.timed("remove", self.berth.remove, sandbox)

    def finish(self, label):
        self.over.set()
        if self.ident:
            self.join(PATIENCE * 6)
        need(not self.is_alive(), f"{label}: the honest client waits for its answer")
        need(not self.failure, f"{label}: the honest client: {self.failure}")
        for name, took in self.took.items():
            took.sort()
            slowest = took[-1]
            print(f"hostile: {label}: {name}: {len(took)} times, p99 {took[len(took) * 99 // 100] * 1000:.1f} ms, "
                  f"slowest {slowest * 1000:.1f} ms")
            need(slowest < PATIENCE, f"{label}: {name} took {slowest:.1f} s")
        need(self.took.get("list"), f"{label}: the honest client never had a turn")


def figures(berth):
    with open(f"/proc/{berth.pid}/status") as file:
        memory = next(int(line.split()[1]) for line in file if line.startswith("RssAnon:"))
    return memory, len(os.listdir(f"/proc/{berth.pid}/fd"))


def descriptors_fall_to(berth, most):
    """The daemon has let go of all that hung on its attackers."""
    deadline = time.monotonic() + PATIENCE * 3
    while figures(berth)[1] > most:
        need(time.monotonic() < deadline, f"{figures(berth)[1]} descriptors are open, {most} were")
        time.sleep(0.05)


def start(**settings):
    berth = Berth({"cniVersion": "1.0.0", "name": "quick", "plugins": [{"type": "quick"}]}, **settings)
    scripted(berth, "quick", QUICK)
    berth.start().warm_up()
    return berth


def finish(berth, before, growth=32):
    descriptors_fall_to(berth, before[1] + 2)
    grown = (figures(berth)[0] - before[0]) / 1024
    print(f"hostile: the daemon has {grown:.1f} MB more than before")
    need(SANITIZED or grown < growth, f"the daemon has {grown:.0f} MB more than before")
    need(berth.process.poll() is None, "the daemon has ended")
    left = berth.clean()
    need(not left, f"left behind:\n{left}")
    need(berth.stop() == 0, "the daemon did not end well")


def halves(count):
    """More half requests than there are turns: none of them has one."""
    berth = start(maxConcurrentRequests=64, requestReadTimeout="600s")
    before = figures(berth)
    attackers = [connection(berth) for _ in range(count or 300)]
    for number, one in enumerate(attackers):
        one.sendall(request(["RunPodSandbox", "StopPodSandbox", "ListPodSandbox"][number % 3], b'{"config"', length=400))
    honest = Honest(berth)
    for number in range(20):
        honest.round(f"among-halves-{number}")
    honest.finish("halves")
    for one in attackers:
        one.close()
    finish(berth, before)


def hanging(count):
    """All turns hang in a plugin: who lists, stops and removes needs none of them."""
    count = count or (256 if LONG else 24)
    berth = start(maxConcurrentRequests=count, pluginTimeout="600s")
    before = figures(berth)
    victims = [berth.run(f"victim-{number}", portMappings=[]) for number in range(10)]
    release, marks = berth.work + "/release", berth.work + "/hanging"
    scripted(berth, "quick", {"ADD": {"mark": marks, "hang": {"untilFile": release, "seconds": 600}, "result": RESULT}})
    hung, ids = [], []
    for number in range(count):
        hung.append(threading.Thread(
            target=lambda number=number: ids.append(berth.run(f"hung-{number}", portMappings=[])), daemon=True))
        hung[-1].start()
    deadline = time.monotonic() + 300
    while not os.path.exists(marks) or sum(1 for _ in open(marks)) < count:
        need(time.monotonic() < deadline, "the plugins were not called")
        time.sleep(0.05)
    try:
        berth.run("one-too-many")
        need(False, "one run too many was let in")
    except Refused as error:
        need(error.code == "resource_exhausted", f"one run too many: {error.code}: {error}")
    honest = Honest(berth, runs=False)
    for sandbox in victims:
        honest.round("")
        honest.timed("stop", berth.halt, sandbox)
        honest.timed("status", berth.call, "PodSandboxStatus", {"podSandboxId": sandbox})
        honest.timed("remove", berth.remove, sandbox)
    honest.finish("hanging")
    open(release, "w").close()
    for thread in hung:
        thread.join(300)
    need(len(ids) == count, f"{len(ids)} of {count} hung runs came to their end")
    scripted(berth, "quick", QUICK)
    berth.discard(*ids)
    finish(berth, before, growth=64)


def idle(count):
    """More idle connections than there is room for: each new one takes the place of the oldest."""
    count = count or 1300
    berth = start()
    before = figures(berth)
    attackers = []
    honest = Honest(berth)
    honest.start()
    for _ in range(count):
        attackers.append(connection(berth))
    honest.timed("list", berth.list)
    honest.finish("idle")
    poll = select.poll()
    for one in attackers:
        poll.register(one, select.POLLIN)
    closed = len(poll.poll(0))
    need(closed >= count - 1024, f"{closed} of {count} idle connections were closed")
    print(f"hostile: idle: {closed} of {count} idle connections gave their place")
    for one in attackers:
        one.close()
    finish(berth, before)


def strangers(count):
    """Two users who are not root take all they can get, busy and idle: root has its turn."""
    berth = start(requestReadTimeout="600s")
    before = figures(berth)
    # Who is in the socket's group may connect; here everybody is.
    os.chmod(berth.socket, 0o666)
    os.chmod(os.path.dirname(berth.socket), 0o755)
    children = []
    for uid in (65533, 65534):
        ready, child = os.pipe()
        pid = os.fork()
        if pid == 0:
            resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
            os.setresuid(uid, uid, uid)
            mine = []
            for number in range(count or 700):
                try:
                    one = connection(berth)
                    one.sendall(request("RunPodSandbox", b"{", length=2))
                    mine.append(one)
                except OSError:
                    # It is refused, which is what this is for.
                    pass
            os.write(child, b"x")
            signal.pause()
            os._exit(0)
        os.close(child)
        children.append((pid, ready))
    for _, ready in children:
        need(os.read(ready, 1) == b"x", "a stranger has died")
    honest = Honest(berth)
    for number in range(10):
        honest.round(f"among-strangers-{number}")
    honest.finish("strangers")
    for pid, ready in children:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(ready)
    finish(berth, before)


def readers(count):
    """Readers of the stream who stop reading: the daemon's memory is bounded, and its end waits for none of them."""
    count = count or 20
    berth = start()
    before = figures(berth)
    body = b"\0" + struct.pack(">I", 2) + b"{}"
    attackers = [connection(berth) for _ in range(count)]
    for one in attackers:
        one.sendall(request("GetContainerEvents", body, headers=["Content-Type: application/connect+json"]))
        need(b"200" in one.recv(100), "there is no stream")
    honest = Honest(berth)
    honest.start()
    large = {"note": "x" * 200_000}
    for number in range(100 if LONG else 30):
        berth.discard(berth.run(f"large-{number}", annotations=large, portMappings=[]))
    honest.finish("readers")
    grown = (figures(berth)[0] - before[0]) / 1024
    print(f"hostile: readers: {count} that do not read cost {grown:.1f} MB")
    need(SANITIZED or grown < 64, f"{count} readers that do not read cost {grown:.0f} MB")
    # One that wakes up is told what it has lost.
    told = everything(attackers[0], b'"code":"data_loss"')
    need(b'"code":"data_loss"' in told, f"a late reader is not told: {told[-300:]}")
    begin = time.monotonic()
    need(berth.stop() == 0, "the daemon did not end well")
    took = time.monotonic() - begin
    print(f"hostile: readers: the daemon ended {took:.1f} s after TERM")
    need(took < PATIENCE, f"the daemon ended {took:.0f} s after TERM")
    for one in attackers:
        one.close()


def dribble(count):
    """Heads and bodies that come byte by byte end when the time for a request is over, whatever comes."""
    berth = start(requestReadTimeout="2s")
    before = figures(berth)
    honest = Honest(berth)
    honest.start()
    whole = request("ListPodSandbox", b"{" + b" " * 100_000 + b"}")
    head = b"GET / HTTP/1.1\r\nHost: b\r\n" + b"X-%d: y\r\n" * 1000
    open_ones = {connection(berth): data for _ in range((count or 40) // 2) for data in (whole, head)}
    begin, place, answers = time.monotonic(), 0, []
    while open_ones:
        need(time.monotonic() - begin < PATIENCE * 3, f"{len(open_ones)} dribbled requests are still waited for")
        for one, data in list(open_ones.items()):
            try:
                one.sendall(data[place : place + 1])
            except OSError:
                answers.append(everything(one))
                one.close()
                del open_ones[one]
        place += 1
        time.sleep(0.02)
    honest.finish("dribble")
    need(all(status_of(answer)[0] == 408 for answer in answers), f"not all were told: {answers[:3]}")
    finish(berth, before)


def http(_):
    """What HTTP says of connections: close is close, nothing behind it counts, HTTP/1.0 is kept for nobody."""
    berth = start()
    before = figures(berth)
    closing = request("Version", headers=["Connection: close"])
    answer = exchange(berth, closing + request("Version"))
    need(answer.count(b"HTTP/1.1 200") == 1, f"what was behind a close was answered: {answer}")
    with connection(berth) as one:
        one.sendall(closing)
        need(everything(one).count(b"HTTP/1.1 200") == 1, "close was not answered, or twice")
        one.close()
    for headers in ([], ["Connection: keep-alive"]):
        with connection(berth) as one:
            one.sendall(request("Version", version="1.0", headers=headers))
            need(b"connection: close" in everything(one), "HTTP/1.0 was kept")
    ahead = exchange(berth, request("Version") * 500)
    need(ahead.count(b"HTTP/1.1 200") == 500, f"{ahead.count(b'HTTP/1.1 200')} of 500 requests sent ahead were answered")
    status, document = status_of(exchange(berth, request("ExecSync")))
    need(status == 501 and "Version" not in document["message"], f"ExecSync: {document}")
    finish(berth, before)


def gzipped(_):
    """gzip: good, too large when unpacked, cut off, wrong."""
    berth = start()
    before = figures(berth)
    honest = Honest(berth)
    honest.start()
    packed = ["Content-Encoding: gzip"]

    def post(body, headers=packed, method="ListPodSandbox"):
        return status_of(exchange(berth, request(method, body, headers=headers)))

    good = gzip.compress(json.dumps({"config": pod("by-gzip", portMappings=[])}).encode())
    status, document = post(good, method="RunPodSandbox")
    need(status == 200, f"good gzip: {document}")
    berth.discard(document["podSandboxId"])
    bomb = gzip.compress(b" " * (64 << 20))
    for _ in range(20):
        status, document = post(bomb)
        need(status == 429 and document["code"] == "resource_exhausted", f"a bomb: {status} {document}")
    for body in (good[:-1], good[:20], b"", b"{}", good + b"x", good[:-8] + bytes(8)):
        status, document = post(body)
        need(status == 400 and document["code"] == "invalid_argument", f"broken gzip: {status} {document}")
    status, document = post(b"{}", ["Content-Encoding: br"])
    need(status == 501 and document["code"] == "unimplemented", f"br: {status} {document}")
    status, document = post(b"", ["Content-Type: application/proto"])
    need(status == 415 and "JSON" in document["message"], f"protobuf: {status} {document}")
    honest.finish("gzip")
    finish(berth, before)


SEEDS = [
    request("Version"), request("ListPodSandbox", b'{"filter":{}}'), request("PodSandboxStatus", b'{"podSandboxId":"a"}'),
    b"GET /healthz HTTP/1.1\r\nHost: b\r\n\r\n", b"HEAD /metrics HTTP/1.1\r\nHost: b\r\n\r\n",
    b"POST /runtime.v1.RuntimeService/Version HTTP/1.1\r\nHost: b\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\nTrailer: t\r\n\r\n",
    request("GetContainerEvents", b"\0\0\0\0\2{}", headers=["Content-Type: application/connect+json", "Connect-Timeout-Ms: 1"]),
    request("Version", headers=["Expect: 100-continue", "Connection: close"]),
]
WORDS = [
    b"\r\n", b"\n", b"\r", b" ", b":", b"\0", b"\xff", b"HTTP/1.0", b"HTTP/1.1", b"HTTP/9.9", b"Content-Length: 0\r\n",
    b"Content-Length: 18446744073709551616\r\n", b"Transfer-Encoding: chunked\r\n", b"Upgrade: h2c\r\n", b"CONNECT ", b"-1",
    b"Connection: close\r\n", b"Content-Encoding: gzip\r\n", b"Host: x\r\n", b"0\r\n\r\n", b"ffffffffffffffff\r\n", b"\t",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"x" * 20_000, b"http://b/", b"Connect-Timeout-Ms: 1\r\n",
]


def mutated(chance):
    data = bytearray(chance.choice(SEEDS) + chance.choice([b"", chance.choice(SEEDS)]))
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(data) + 1)
        what = chance.randrange(5)
        if what == 0:
            data[place:place] = chance.choice(WORDS)
        elif what == 1:
            del data[place : place + chance.randint(1, 20)]
        elif what == 2 and place < len(data):
            data[place] = chance.randrange(256)
        elif what == 3:
            data[place:place] = data[place : place + chance.randint(1, 40)]
        else:
            del data[place:]
        data = data or bytearray(b"G")
    return bytes(data)


def mutations(count):
    """Requests changed at random: each is answered as HTTP says, or the connection ends; nothing hangs, nothing dies."""
    count = count or (100_000 if LONG else 3_000)
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int.from_bytes(os.urandom(4), "big")
    print(f"hostile: mutations: seed {seed}")
    chance = random.Random(seed)
    berth = start()
    before = figures(berth)
    honest = Honest(berth)
    honest.start()
    statuses = {}
    for _ in range(count):
        data = mutated(chance)
        try:
            # A stream goes on as long as the daemon.
            answer = exchange(berth, data, b"content-type: application/connect+json")
        except TimeoutError:
            need(False, f"no answer and no end: {data!r}")
        except BrokenPipeError:
            answer = b""
        found = re.match(rb"HTTP/1\.[01] (\d+) ", answer)
        need(found or not answer, f"{data!r} was answered by no HTTP: {answer[:100]!r}")
        status = int(found[1]) if found else 0
        need(status not in (500, 502), f"{data!r}: {answer[:1000]!r}")
        statuses[status] = statuses.get(status, 0) + 1
    print(f"hostile: mutations: {count}, by status: {dict(sorted(statuses.items()))}")
    honest.finish("mutations")
    finish(berth, before)


CASES = {
    "halves": halves, "hanging": hanging, "idle": idle, "strangers": strangers, "readers": readers, "dribble": dribble,
    "http": http, "gzip": gzipped, "mutations": mutations,
}


def trial():
    CASES[sys.argv[1]](int(sys.argv[2]) if len(sys.argv) > 2 else None)


if __name__ == "__main__":
    main(trial)
