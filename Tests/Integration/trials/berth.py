"""What the trials stand on: one daemon on directories of its own, its API, and the leak check.

Only for the namespaces that isolated.sh makes: links, mounts and firewall are those of the process.
"""

import glob
import http.client
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
INTEGRATION = os.path.dirname(HERE)
BINARIES = os.environ.get("BERTH_BINARIES") or os.path.realpath(HERE + "/../../../.build/debug")
LONG = bool(os.environ.get("BERTH_TEST_LONG"))
SANITIZED = bool(os.environ.get("BERTH_TEST_SANITIZER"))
REAL_PLUGINS = "/usr/lib/cni"


class Refused(Exception):
    """The daemon's answer is an error."""

    def __init__(self, document):
        super().__init__(document.get("message", ""))
        self.code = document.get("code")
        self.message = document.get("message", "")
        details = document.get("details") or [{}]
        report = json.loads(details[0].get("debug") or "{}")
        self.undo = report.get("undo", [])
        self.sandbox = report.get("podSandboxId")


class Gone(Exception):
    """There is no daemon, or it went in the middle of the answer."""


class Broken(Exception):
    """What a trial says must hold does not."""


def need(condition, text):
    """Ends the trial unless `condition` holds."""
    if not condition:
        raise Broken(text)


def sh(*command, check=True):
    """Runs a command and returns what it printed; without `check` also on standard error, and whatever its status."""
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if check and done.returncode:
        raise Broken(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout if check else done.stdout + done.stderr


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("berth", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        # A full backlog is waited for, as berthctl waits: under settimeout the kernel would say EAGAIN at once.
        if self.timeout:
            wait = struct.pack("ll", int(self.timeout), int(self.timeout % 1 * 1e6))
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
        self.sock.connect(self.path)
        self.sock.settimeout(self.timeout)


class Berth:
    """A daemon and its directories. Settings are berthd.json's; `handlers` are networks by runtime handler."""

    def __init__(self, network, work="/run/berth-trial", state=None, handlers=None, **settings):
        need(os.environ.get("BERTH_TEST_ISOLATED"), "run this by Tests/Integration/isolated.sh")
        self.work = work
        self.root, self.state, self.socket = work + "/lib", state or work + "/state", "/run/berth-trial.sock"
        self.netns, self.conf, self.cache = "/run/netns", work + "/net.d", work + "/cni"
        self.plugins, self.before, self.log = work + "/plugins", work + "/leaks.before", work + "/berthd.log"
        self.cgroup = os.environ.get("BERTH_TRIAL_CGROUP") or os.environ["BERTH_TEST_CGROUP"]
        self.process, self.environment, self.flags = None, {}, []
        os.makedirs(self.conf, exist_ok=True)
        shutil.copytree(INTEGRATION + "/plugins", self.plugins, dirs_exist_ok=True)
        self.configure(network)
        self.settings = dict({"pluginTimeout": "30s", "pluginDeleteTimeout": "30s", "shutdownGrace": "5s"}, **settings)
        self.settings["runtimeHandlers"] = {}
        for name, other in (handlers or {}).items():
            os.makedirs(f"{work}/{name}.d", exist_ok=True)
            self.configure(other, f"{work}/{name}.d")
            self.settings["runtimeHandlers"][name] = {"cniConfDir": f"{work}/{name}.d"}

    def configure(self, network, directory=None):
        """Puts a network's configuration in force, as a whole."""
        directory = directory or self.conf
        with open(directory + "/.next", "w") as file:
            json.dump(network, file)
        os.rename(directory + "/.next", directory + "/10-berth.conflist")

    # --- the daemon ---

    @property
    def pid(self):
        return self.process.pid

    def start(self, failpoint=None, fails=False, **settings):
        """Starts the daemon; returns when it serves, by its word to NOTIFY_SOCKET. With `fails`, when it has ended."""
        with open(self.work + "/berthd.json", "w") as file:
            json.dump(dict(self.settings, **settings), file)
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify.bind(b"\0berth-trial")
        environment = dict(os.environ, NOTIFY_SOCKET="@berth-trial", SWIFT_BACKTRACE="enable=no", **self.environment)
        environment.pop("BERTH_FAILPOINT", None)
        if failpoint:
            environment["BERTH_FAILPOINT"] = failpoint
        command = [BINARIES + "/berthd", "--socket", self.socket, "--root", self.root, "--state", self.state]
        command += ["--netns-dir", self.netns, "--cni-conf-dir", self.conf, "--cni-cache-dir", self.cache]
        command += ["--cni-bin-dir", f"{self.plugins}:{REAL_PLUGINS}", "--cgroup-parent", self.cgroup]
        command += ["--config", self.work + "/berthd.json", "--log-level", "debug"] + self.flags
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        pidfd = os.pidfd_open(self.pid)
        ready, _, _ = select.select([notify, pidfd], [], [], 120)
        os.close(pidfd)
        serves = notify in ready
        notify.close()
        need(ready, "the daemon neither serves nor ends within 120 s")
        if not serves:
            self.process.wait()
        need(serves != fails, f"the daemon {'started' if serves else 'did not start'}:\n{self.last_words()}")
        return self

    def stop(self, how=signal.SIGTERM):
        """Ends the daemon, if it runs; returns its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(timeout=60)
        self.process = None
        return status

    def last_words(self, lines=12):
        """The end of the daemon's log, without what was of no concern."""
        with open(self.log, errors="replace") as file:
            said = [line for line in file if " debug " not in line and "code=ok" not in line]
        return "".join(said[-lines:])

    # --- the API ---

    def call(self, method, body=None, timeout=120):
        """The answer's document; raises Refused or Gone."""
        if "/" not in method:
            method = "runtime.v1.RuntimeService/" + method
        connection = UnixConnection(self.socket, timeout)
        try:
            connection.request("POST", "/" + method, json.dumps(body or {}), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            document = json.loads(answer.read() or b"{}")
        except TimeoutError as error:
            raise Broken(f"{method} was not answered within {timeout} s") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Gone(f"{method}: {error!r}") from error
        finally:
            connection.close()
        if answer.status != 200:
            raise Refused(document)
        return document

    def run(self, name, handler="", **more):
        return self.call("RunPodSandbox", {"config": pod(name, **more), "runtimeHandler": handler})["podSandboxId"]

    def halt(self, sandbox):
        self.call("StopPodSandbox", {"podSandboxId": sandbox})

    def remove(self, sandbox):
        self.call("RemovePodSandbox", {"podSandboxId": sandbox})

    def discard(self, *sandboxes):
        for sandbox in sandboxes:
            self.halt(sandbox)
            self.remove(sandbox)

    def list(self):
        """State by id."""
        items = self.call("ListPodSandbox").get("items", [])
        return {item["id"]: item["state"].removeprefix("SANDBOX_") for item in items}

    def status(self, sandbox):
        """CRI's status, with what the verbose one adds under `info`."""
        document = self.call("PodSandboxStatus", {"podSandboxId": sandbox, "verbose": True})
        return dict(document["status"], info=json.loads(document["info"]["info"]))

    def ip(self, sandbox):
        return self.status(sandbox)["network"]["ip"]

    def record(self, sandbox):
        return f"{self.root}/sandboxes/{sandbox}"

    def reservations(self):
        """host-local's: address by container."""
        found = {}
        for path in glob.glob(self.work + "/ipam/*/*"):
            name = os.path.basename(path)
            if name != "lock" and not name.startswith("last_reserved_ip."):
                with open(path) as file:
                    found[name] = (file.read().split() or [""])[0]
        return found

    # --- the leak check ---

    def snapshot(self):
        """Takes what there is now as what may stay."""
        self._leakcheck("leak_snapshot")

    def leaks(self):
        """What there is now beyond the snapshot, in leakcheck.bash's words; empty when there is nothing."""
        return self._leakcheck("leak_compare")

    def _leakcheck(self, function):
        environment = dict(
            os.environ, BERTH_ROOT=self.root, BERTH_STATE=self.state, BERTH_NETNS_DIR=self.netns,
            BERTH_CNI_CACHE_DIR=self.cache, BERTH_IPAM_DIR=self.work + "/ipam", BERTH_CGROUP_PARENT=self.cgroup,
            BERTH_PID=str(self.pid), BERTH_BIN_DIRS=f"{BINARIES}:{self.plugins}:{REAL_PLUGINS}")
        script = f'source "$1"; {function} "$2"'
        done = subprocess.run(
            ["bash", "-c", script, "bash", INTEGRATION + "/leakcheck.bash", self.before], env=environment,
            capture_output=True, text=True)
        need(done.returncode in (0, 1), done.stderr)
        return done.stdout

    def warm_up(self, *handlers):
        """One sandbox on each network is made and removed, so that what stays by design is there."""
        for handler in ("",) + handlers:
            self.discard(self.run("warm-up", handler))
        self.snapshot()

    def clean(self):
        """Removes whatever is listed and says what is then left."""
        self.discard(*self.list())
        return self.leaks()


def pod(name, **more):
    """A pod with a port mapping of its own, so that each has firewall rules."""
    port = 20000 + sum(ord(letter) * 7 ** index for index, letter in enumerate(name)) % 20000
    metadata = {"name": name, "namespace": "trials", "uid": "uid-" + name, "attempt": 0}
    mapping = {"hostPort": port, "containerPort": 80}
    return dict({"metadata": metadata, "hostname": name, "portMappings": [mapping], "linux": {}}, **more)


def network(*more, name="berth", bridge="berth-t0", subnet="10.201.0.0/16", work="/run/berth-trial"):
    """A bridge with masquerading and port mappings, and the plugins that `more` adds at the end."""
    ipam = {"type": "host-local", "dataDir": work + "/ipam", "ranges": [[{"subnet": subnet}]]}
    ipam["routes"] = [{"dst": "0.0.0.0/0"}]
    first = {"type": "bridge", "bridge": bridge, "isGateway": True, "ipMasq": True, "ipam": ipam}
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "1.0.0", "name": name, "plugins": [first, ports, *more]}


def native(*more, work="/run/berth-trial"):
    """A network that the daemon itself serves: nothing is executed."""
    return network(*more, name="native", bridge="berth-t1", subnet="10.203.0.0/16", work=work)


def routed(work="/run/berth-trial"):
    """The same without a bridge."""
    made = network(name="routed", subnet="10.204.0.0/16", work=work)
    first = {key: value for key, value in made["plugins"][0].items() if key not in ("bridge", "isGateway")}
    made["plugins"][0] = first | {"type": "ptp"}
    return made


def scripted(berth, name, script):
    """A name for noop-plugin under which it does what `script` says; to be changed at any time."""
    path = f"{berth.plugins}/{name}"
    if not os.path.lexists(path):
        os.symlink(BINARIES + "/noop-plugin", path)
    with open(path + ".next", "w") as file:
        json.dump(script, file)
    os.rename(path + ".next", path + ".debug")


def main(trial):
    """Runs a trial; its failure is told in one line, with the daemon's last words."""
    try:
        trial()
    except (Broken, Refused, Gone) as error:
        print(f"FAILED: {error!r}" if isinstance(error, Gone) else f"FAILED: {error}")
        sys.exit(1)
