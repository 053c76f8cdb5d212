#!/usr/bin/env python3
"""The API from Python, with nothing but its standard library. Wants a running berthd.

usage: api.py [SOCKET]
"""
import http.client
import json
import socket
import sys


class Berth(http.client.HTTPConnection):
    """A connection to berthd's socket; one call after the other."""

    def __init__(self, path):
        super().__init__("berth")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def call(self, method, deadline_ms=None, **message):
        """Calls a method of the RuntimeService (or of another service, as Service/Method)."""
        headers = {"Content-Type": "application/json"}
        if deadline_ms is not None:
            headers["Connect-Timeout-Ms"] = str(deadline_ms)
        path = method if "/" in method else "runtime.v1.RuntimeService/" + method
        self.request("POST", "/" + path, json.dumps(message), headers)
        response = self.getresponse()
        answer = json.loads(response.read())
        if response.status != 200:
            raise CallError(answer)
        return answer


class CallError(Exception):
    """A Connect error: a code, a message for people, and what was undone."""

    def __init__(self, answer):
        super().__init__(f"{answer['code']}: {answer.get('message', '')}")
        self.code = answer["code"]
        self.undo = [json.loads(detail["debug"]) for detail in answer.get("details", []) if "debug" in detail]


def main():
    berth = Berth(sys.argv[1] if len(sys.argv) > 1 else "/run/berth/berth.sock")
    print("runtime:", berth.call("Version"))

    config = {"metadata": {"name": "by-python", "namespace": "default", "uid": "1"}, "labels": {"app": "example"}}
    sandbox = berth.call("RunPodSandbox", config=config, deadline_ms=30_000)["podSandboxId"]
    try:
        answer = berth.call("PodSandboxStatus", podSandboxId=sandbox, verbose=True)
        info = json.loads(answer["info"]["info"])
        print("sandbox:", sandbox)
        print("address:", answer["status"]["network"]["ip"], "pause:", info["pid"], "netns:", info["netnsPath"])

        [run] = [trace for trace in berth.call("berth.v1.BerthService/GetPodSandboxTrace", podSandboxId=sandbox)["traces"]
                 if trace["operation"] == "RunPodSandbox"]
        for step in run["steps"]:
            print(f"  {step['step']:22} {int(step['durationNanoseconds']) / 1e6:8.3f} ms")
            for plugin in step.get("pluginCalls", []):
                print(f"    {plugin['plugin']:10} {plugin['verb']:9} {int(plugin['durationNanoseconds']) / 1e6:8.3f} ms")

        try:
            berth.call("RunPodSandbox", config={**config, "labels": {"app": "another"}})
        except CallError as error:
            print("the same name with another configuration:", error)
    finally:
        berth.call("StopPodSandbox", podSandboxId=sandbox)
        berth.call("RemovePodSandbox", podSandboxId=sandbox)


if __name__ == "__main__":
    main()
