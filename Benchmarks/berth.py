"""Berth as the benchmark sees it: a release daemon on directories of its own, and its API."""
import json
import os
import socket
import subprocess
import time


class Connection:
    """HTTP/1.1 over a Unix socket, kept open from call to call, with as little between it and the clock as there can be:
    http.client takes as long for a call as the daemon does for a short one."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)

    def post(self, path, body):
        """The status and the body of the answer."""
        body = body.encode()
        head = f"POST {path} HTTP/1.1\r\nHost: berth\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.socket.sendall(head.encode() + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.receive()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self.receive()
        return int(head.split()[1]), body

    def receive(self):
        part = self.socket.recv(1 << 16)  # more than 128 kB would be mapped and unmapped at each call
        if not part:
            raise ConnectionError("berthd has closed the connection")
        return part


class Berth:
    """One berthd, started for the benchmark. The connection is made anew in each process that uses it."""

    name = "berth"

    def __init__(self, binaries, work, root, conflist, plugin_directory, cgroup_parent, native="never"):
        self.binaries = binaries
        self.socket = f"{work}/run/berth.sock"
        self.owner = None
        os.makedirs(f"{work}/net.d")
        with open(f"{work}/net.d/10-bench.conflist", "w") as file:
            json.dump(conflist, file)
        with open(f"{work}/berthd.json", "w") as file:
            file.write("{}")
        self.log = f"{work}/berthd.log"
        with open(self.log, "w") as log:
            self.daemon = subprocess.Popen([
                f"{binaries}/berthd", "--socket", self.socket, "--root", root, "--state", f"{work}/run",
                "--netns-dir", f"{work}/netns", "--cni-conf-dir", f"{work}/net.d", "--cni-bin-dir", plugin_directory,
                "--cni-cache-dir", f"{work}/cni", "--cgroup-parent", cgroup_parent, "--native-plugins", native, "--config", f"{work}/berthd.json",
            ], stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while True:
            try:
                self.call("Version")
                return
            except OSError:
                if self.daemon.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("berthd did not come up:\n" + open(self.log).read())
                self.owner = None
                time.sleep(0.01)

    def call(self, method, service="runtime.v1.RuntimeService", **message):
        if self.owner != os.getpid():
            self.connection, self.owner = Connection(self.socket), os.getpid()
        status, body = self.connection.post(f"/{service}/{method}", json.dumps(message))
        answer = json.loads(body)
        if status != 200:
            raise RuntimeError(f"{method}: {answer}")
        return answer

    def run(self, name):
        config = {"metadata": {"name": name, "namespace": "bench", "uid": name, "attempt": 0}, "linux": {}}
        return self.call("RunPodSandbox", config=config)["podSandboxId"]

    def plugin_milliseconds(self, sandbox):
        """How long the plugins of the sandbox's run took, as its trace tells."""
        traces = self.call("GetPodSandboxTrace", "berth.v1.BerthService", podSandboxId=sandbox)["traces"]
        calls = [call for trace in traces if trace["operation"] == "RunPodSandbox"
                 for step in trace["steps"] for call in step.get("pluginCalls", [])]
        return sum(int(call["durationNanoseconds"]) for call in calls) / 1e6

    def stop(self, sandbox):
        self.call("StopPodSandbox", podSandboxId=sandbox)

    def remove(self, sandbox):
        self.call("RemovePodSandbox", podSandboxId=sandbox)

    def pause(self, sandbox):
        """The pid of the sandbox's pause process."""
        info = self.call("PodSandboxStatus", podSandboxId=sandbox, verbose=True)["info"]["info"]
        return json.loads(info)["pid"]

    def state(self, sandbox):
        return self.call("PodSandboxStatus", podSandboxId=sandbox)["status"]["state"]

    def memory(self):
        """The daemon's PSS in kB."""
        return pss(self.daemon.pid)

    def shutdown(self):
        self.daemon.terminate()
        self.daemon.wait(30)


def pss(pid):
    """User memory of a process in kB, shared pages counted by share."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    raise RuntimeError(f"no Pss of {pid}")
