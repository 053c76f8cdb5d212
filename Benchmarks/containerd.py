"""containerd's CRI plugin as the benchmark sees it, where Debian's package is installed.

gRPC is spoken by hand (one unary call at a time on an HTTP/2 connection, nothing compressed), so that no package from
elsewhere is needed and the client costs both sides the same.
"""
import hashlib
import io
import json
import os
import shutil
import socket
import struct
import subprocess
import tarfile
import time

IMAGE = "berth.example/pause:1"


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, value):
    """A protobuf field of bytes, text or a message."""
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def first_text(message):
    """The text of field 1 of a message, empty if it begins otherwise."""
    if not message or message[0] != 0x0A:
        return ""
    return message[2:2 + message[1]].decode()


class Connection:
    """As much of HTTP/2 as unary calls on a Unix socket take."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.stream = -1
        self.sock.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + self.frame(4, 0, 0, b""))

    @staticmethod
    def frame(kind, flags, stream, payload):
        return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload

    def exactly(self, count):
        data = b""
        while len(data) < count:
            chunk = self.sock.recv(count - len(data))
            if not chunk:
                raise RuntimeError("containerd closed the connection")
            data += chunk
        return data

    @staticmethod
    def header(name, value):
        return b"\x00" + varint(len(name)) + name.encode() + varint(len(value)) + value.encode()

    def call(self, method, message):
        self.stream += 2
        headers = b"".join(self.header(name, value) for name, value in [
            (":method", "POST"), (":scheme", "http"), (":path", "/runtime.v1.RuntimeService/" + method),
            (":authority", "localhost"), ("content-type", "application/grpc"), ("te", "trailers")])
        body = b"\x00" + struct.pack(">I", len(message)) + message
        self.sock.sendall(self.frame(1, 4, self.stream, headers) + self.frame(0, 1, self.stream, body))
        data, trailers = b"", b""
        while True:
            head = self.exactly(9)
            length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
            stream, payload = int.from_bytes(head[5:], "big"), self.exactly(length)
            if kind == 4 and not flags & 1:
                self.sock.sendall(self.frame(4, 1, 0, b""))
            elif kind == 6 and not flags & 1:
                self.sock.sendall(self.frame(6, 1, 0, payload))
            elif kind in (3, 7):
                raise RuntimeError(f"{method}: containerd reset the stream: {payload!r}")
            elif stream == self.stream and kind == 0:
                data += payload
                if payload:
                    self.sock.sendall(self.frame(8, 0, 0, struct.pack(">I", len(payload))))
            elif stream == self.stream and kind == 1:
                trailers = payload
            if stream == self.stream and kind in (0, 1) and flags & 1:
                if not data:
                    raise RuntimeError(f"{method}: containerd refused: {trailers!r}")
                return data[5:]


class Containerd:
    """One containerd, started for the benchmark on directories of its own."""

    name = "containerd"

    @staticmethod
    def unavailable():
        """Why there is nothing to measure, or None."""
        missing = [program for program in ("containerd", "ctr", "runc") if not shutil.which(program)]
        return f"{', '.join(missing)} not installed" if missing else None

    def __init__(self, work, conflist, plugin_directory, pause):
        self.owner, self.socket = None, f"{work}/containerd.sock"
        configurations = f"{work}/containerd-net.d"
        os.makedirs(configurations)
        with open(f"{configurations}/10-bench.conflist", "w") as file:
            json.dump(conflist, file)
        with open(f"{work}/containerd.toml", "w") as file:
            file.write(f"""version = 2
root = "{work}/containerd/root"
state = "{work}/containerd/state"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.snapshotter.v1.btrfs"]
[grpc]
address = "{self.socket}"
[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "{IMAGE}"
restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "{plugin_directory}"
conf_dir = "{configurations}"
""")
        self.log = f"{work}/containerd.log"
        with open(self.log, "w") as log:
            self.daemon = subprocess.Popen(["containerd", "--config", f"{work}/containerd.toml"], stdout=log, stderr=log)
        self.wait_for(lambda: self.call("Version"))
        archive = f"{work}/pause.tar"
        with open(archive, "wb") as file:
            file.write(image(pause))
        subprocess.run(["ctr", "--address", self.socket, "--namespace", "k8s.io", "images", "import", archive],
                       check=True, stdout=subprocess.DEVNULL)
        self.wait_for(lambda: self.run("warm-up", keep=False))

    def wait_for(self, function):
        deadline = time.monotonic() + 20
        while True:
            try:
                return function()
            except (OSError, RuntimeError) as error:
                if self.daemon.poll() is not None or time.monotonic() > deadline:
                    tail = open(self.log).read()[-3000:]
                    raise SystemExit(f"containerd did not come up: {error}\n{tail}")
                self.owner = None
                time.sleep(0.1)

    def call(self, method, message=b""):
        if self.owner != os.getpid():
            self.connection, self.owner = Connection(self.socket), os.getpid()
        return self.connection.call(method, message)

    def run(self, name, keep=True):
        metadata = field(1, name) + field(2, name) + field(3, "bench")
        answer = self.call("RunPodSandbox", field(1, field(1, metadata) + field(8, b"")))
        sandbox = first_text(answer)
        if not keep:
            self.stop(sandbox)
            self.remove(sandbox)
        return sandbox

    def stop(self, sandbox):
        self.call("StopPodSandbox", field(1, sandbox))

    def remove(self, sandbox):
        self.call("RemovePodSandbox", field(1, sandbox))

    def shutdown(self):
        self.daemon.terminate()
        self.daemon.wait(30)


def image(pause):
    """An image archive (Docker's format) with nothing but the pause program."""
    def add(archive, name, data, mode=0o644):
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = len(data), mode
        archive.addfile(entry, io.BytesIO(data))

    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as archive:
        add(archive, "pause", open(pause, "rb").read(), 0o755)
    digest = hashlib.sha256(layer.getvalue()).hexdigest()
    config = json.dumps({"architecture": {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine], "os": "linux",
                         "config": {"Entrypoint": ["/pause"]}, "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest]}})
    name = hashlib.sha256(config.encode()).hexdigest() + ".json"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        add(archive, "layer.tar", layer.getvalue())
        add(archive, name, config.encode())
        add(archive, "manifest.json", json.dumps([{"Config": name, "RepoTags": [IMAGE], "Layers": ["layer.tar"]}]).encode())
    return out.getvalue()
