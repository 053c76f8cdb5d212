import Foundation
import JSON
import RuntimeAPI
import Testing

@testable import berthctl

@Suite("commands")
struct CommandTests: CommandTesting {
  @Test(
    "what is no command line is a usage error: exit 2, words on standard error, nothing on standard output",
    arguments: [
      [], ["nonsense"], ["runp"], ["stopp"], ["rmp"], ["trace"], ["inspectp"], ["pods", "--state", "x"],
      ["pods", "-o", "go-template"], ["pods", "--label", "novalue"],
      ["pods", "--label", "a=1,b"], ["pods", "--label", "a=1,"], ["-t", "soon", "version"], ["rmp", "-a", "x"],
      ["inspectp", "x", "--latest"], ["version", "x"], ["pods", "--nope"], ["runp", "a", "b"],
    ] as [[String]])
  func usage(_ arguments: [String]) async {
    let outcome = await berthctl(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.uppercased().contains("USAGE:"))
  }

  @Test(
    "help and version are data", arguments: [["--help"], ["help"], ["runp", "--help"], ["--version"]] as [[String]])
  func help(_ arguments: [String]) async {
    let outcome = await berthctl(arguments)
    #expect(outcome.status == 0)
    #expect(!outcome.output.isEmpty && outcome.errors.isEmpty)
  }

  @Test(
    "a command that is not there names the nearest, and crictl's for containers say that there are none",
    arguments: [
      (["pdos"], "there is no command \"pdos\"; did you mean \"pods\"?"),
      (["-t", "3s", "verison"], "did you mean \"version\"?"),
      (["--debug", "qqqqqq"], "there is no command \"qqqqqq\""),
      (
        ["ps", "-a"],
        "\"ps\" is for containers and images, and Berth has none: it runs pods' sandboxes only; for pods there is \"pods\""
      ),
      (["stop", "x"], "for pods there is \"stopp\""), (["images"], "Berth has none"),
      (["exec", "-it", "x", "sh"], "Berth has none"),
    ])
  func unknownCommand(_ arguments: [String], _ words: String) async {
    let outcome = await berthctl(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test(
    "with a timeout no command waits longer for a daemon that does not answer", .timeLimit(.minutes(1)),
    arguments: [
      ["version"], ["pods"], ["inspectp", "x"], ["stopp", "x", "y"], ["rmp", "x"], ["rmp", "-f", "x"], ["rmp", "-a"],
      ["runp", "-"], ["runp", "-T", "50s", "-"], ["gc"], ["leftovers"], ["trace", "x"], ["info"], ["events"],
      ["drain"], ["pods", "-o", "wide"], ["pods", "--watch"],
    ] as [[String]])
  func hung(_ arguments: [String]) async throws {
    try await withServer({ _ in .silence }) { _, endpoint in
      let outcome = await berthctl(endpoint + ["-t", "100ms"] + arguments, input: "metadata: {name: a}\n")
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("no answer from"), "\(outcome.errors)")
    }
  }

  @Test(
    "what is no pod's configuration for the CRI is refused with the words to do it right",
    arguments: [
      ("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n", "a Kubernetes manifest (kind Pod)"),
      ("metadata: {name: c}\nimage: {image: busybox}\ncommand: [top]\n", "crictl's configuration of a container"),
      (#"{"ociVersion":"1.2.0","process":{"args":["sh"]}}"#, "an OCI runtime spec"),
    ])
  func foreign(_ input: String, _ words: String) async {
    let outcome = await berthctl(["-r", "/nonexistent", "runp", "-"], input: input)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.errors.contains("runp takes"))
  }

  @Test("a template writes no escape sequence of the document to a terminal, whatever the terminal's width")
  func templateOnTerminal() async throws {
    let status = CRI.PodSandboxStatus(id: "a\u{1b}[2Jb")
    try await withServer(pods: [.init(id: "x")]) { _ in
      Self.answer(CRI.PodSandboxStatusResponse(status: status))
    } _: { _, endpoint in
      let arguments = endpoint + ["inspectp", "x", "-o", "go-template", "--template", "{{.status.id}}"]
      #expect(await berthctl(arguments, terminal: true).output == "a\\u{1b}[2Jb\n")
      #expect(await berthctl(arguments).output == "a\u{1b}[2Jb\n")
    }
  }

  @Test("an unreachable daemon is exit 1, with the endpoint that was tried")
  func unreachable() async {
    let outcome = await berthctl(
      ["version"], environment: ["BERTH_ENDPOINT": "/nonexistent/b", "CONTAINER_RUNTIME_ENDPOINT": "/c"])
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.hasPrefix(
        "berthctl: version: cannot reach berthd at unix:///nonexistent/b: there is no such socket"))
  }

  @Test("version writes crictl's four lines and keeps to its timeout")
  func version() async throws {
    let answer = CRI.VersionResponse(
      version: "0.1.0", runtimeName: "berth", runtimeVersion: "1", runtimeApiVersion: "v1")
    try await withServer({ _ in Self.answer(answer) }) { server, endpoint in
      let outcome = await berthctl(endpoint + ["version"])
      #expect(outcome.output == "Version:  0.1.0\nRuntimeName:  berth\nRuntimeVersion:  1\nRuntimeApiVersion:  v1\n")
      #expect(server.requests.first?.headers["connect-timeout-ms"] == "2000")
      _ = await berthctl(endpoint + ["-t", "5s", "version"])
      let told = try #require(server.requests.last?.headers["connect-timeout-ms"].flatMap(Int.init))
      #expect(told > 2000 && told <= 5000)
    }
  }

  @Test("runp sends the file and prints the id alone; unknown keys are warned of, or refused")
  func runp() async throws {
    try await withServer({ _ in Self.answer(CRI.RunPodSandboxResponse(podSandboxId: "ab")) }) { server, endpoint in
      let input = "metadata: {name: a, namespace: b}\nlog_dir: /x\n"
      let outcome = await berthctl(endpoint + ["runp", "-r", "h", "-"], input: input)
      #expect(outcome.status == 0)
      #expect(outcome.output == "ab\n")
      #expect(
        outcome.errors
          == "berthctl: runp: warning: standard input: log_dir: unknown field; the nearest known one is \"log_directory\"; it is left out\n"
      )
      let request = try #require(server.requests.first)
      #expect(request.body == #"{"config":{"metadata":{"name":"a","namespace":"b"}},"runtimeHandler":"h"}"#)
      #expect(request.headers["connect-timeout-ms"] == nil)

      let strict = await berthctl(endpoint + ["runp", "--strict", "-"], input: input)
      #expect(strict.status == 1)
      #expect(strict.output.isEmpty)
      #expect(server.requests.count == 1)

      _ = await berthctl(endpoint + ["runp", "-T", "10s", "-"], input: input)
      #expect(server.requests.last?.headers["connect-timeout-ms"] == "10000")
    }
  }

  @Test("runp prints each warning of the answer on standard error, and the id alone on standard output")
  func runpWarns() async throws {
    let body = #"{"podSandboxId":"ab"}"#
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
    let fields = "Berth-Warning: the host port tcp 80 leads nowhere\r\nberth-warning: 100 %25 %C3%A9%1B[31m\r\n\r\n"
    try await withServer({ _ in .bytes(head + fields + body) }) { _, endpoint in
      let outcome = await berthctl(endpoint + ["runp", "-"], input: "metadata: {name: a}\n")
      #expect(outcome.status == 0)
      #expect(outcome.output == "ab\n")
      #expect(
        outcome.errors == """
          berthctl: runp: warning: the host port tcp 80 leads nowhere
          berthctl: runp: warning: 100 % é\\u{1b}[31m

          """)
    }
  }

  @Test("inspectp shows the warnings of the run, and says them on standard error")
  func inspectpWarns() async throws {
    let info = ["info": #"{"warnings":["the port leads nowhere"],"drift":["eth0 is gone"]}"#]
    let answer = CRI.PodSandboxStatusResponse(status: CRI.PodSandboxStatus(id: "ab"), info: info)
    try await withServer(pods: [.init(id: "ab")]) { _ in
      Self.answer(answer)
    } _: { _, endpoint in
      let outcome = await berthctl(endpoint + ["inspectp", "ab"])
      #expect(outcome.status == 0)
      #expect(
        outcome.errors == """
          berthctl: inspectp: warning: ab: the port leads nowhere
          berthctl: inspectp: warning: ab: not as recorded: eth0 is gone

          """)
      #expect(outcome.output.contains("\"the port leads nowhere\""))
      let table = await berthctl(endpoint + ["inspectp", "-o", "table", "ab"])
      #expect(table.output.contains("the port leads nowhere"))
    }
  }

  @Test("labels are given one at a time, or several with commas between them, and all must match")
  func labels() async throws {
    for arguments in [["--label", "a=1,b=2,c=x=y"], ["--label", "a=1", "--label", "b=2", "--label", "c=x=y"]] {
      try await withServer({ _ in .answer(status: 200, body: "{}") }) { server, endpoint in
        #expect(await berthctl(endpoint + ["pods"] + arguments).status == 0)
        #expect(server.requests.last?.body == #"{"filter":{"labelSelector":{"a":"1","b":"2","c":"x=y"}}}"#)
      }
    }
  }

  @Test("stopp and rmp go on after a failure and fail at the end")
  func goOn() async throws {
    let pods = ["a", "bad", "b", "up", "stuck"].map { CRI.PodSandbox(id: $0, state: $0 == "up" ? .ready : .notReady) }
    try await withServer(pods: pods) { request in
      if request.body.contains("\"bad\"") { return Self.error(.internal, "plugin \u{1b}failed") }
      if request.path.hasSuffix("PodSandboxStatus") {
        let state: CRI.PodSandboxState = request.body.contains("\"up\"") ? .ready : .notReady
        return Self.answer(CRI.PodSandboxStatusResponse(status: .init(state: state)))
      }
      if request.path.hasSuffix("ForceRemovePodSandbox") && request.body.contains("\"stuck\"") {
        let step = UndoReport.Step(step: "AttachNetworks", outcome: "failed", error: "plugin busy")
        return Self.answer(Berth.ForceRemovePodSandboxResponse(undo: [step]))
      }
      return .answer(status: 200, body: "{}")
    } _: { _, endpoint in
      let stopped = await berthctl(endpoint + ["stopp", "a", "bad", "b"])
      #expect(stopped.status == 1)
      #expect(lines(stopped.output) == ["Stopped sandbox a", "Stopped sandbox b"])
      #expect(stopped.errors.hasPrefix("Stopped 2 of 3 pods in "))
      #expect(stopped.errors.hasSuffix("berthctl: stopp: bad: plugin \\u{1b}failed\n"))

      let removed = await berthctl(endpoint + ["rmp", "up", "a"])
      #expect(removed.status == 1)
      #expect(removed.output == "Removed sandbox a\n")
      #expect(removed.errors.contains("up: the pod is running; stop it first\n"))

      let forced = await berthctl(endpoint + ["rmp", "-f", "up"])
      #expect(forced.status == 0)
      #expect(forced.output == "Stopped sandbox up\nRemoved sandbox up\n")
      #expect(forced.errors.isEmpty)

      let owing = await berthctl(endpoint + ["rmp", "-f", "stuck"])
      #expect(owing.status == 0)
      #expect(owing.output == "Removed sandbox stuck\n")
      #expect(owing.errors.contains("DEL is owed") && owing.errors.contains("plugin busy"))
    }
  }

  @Test("rmp -a removes every pod, goes on after a failure, and says when there is none")
  func removeAll() async throws {
    try await withServer({ _ in Self.answer(CRI.ListPodSandboxResponse()) }) { server, endpoint in
      let nothing = await berthctl(endpoint + ["rmp", "-a"])
      #expect(nothing.status == 0 && nothing.output.isEmpty)
      #expect(nothing.errors == "berthctl: rmp: there are no pods to remove\n")
      #expect(server.requests.map(\.path) == ["/runtime.v1.RuntimeService/ListPodSandbox"])
      #expect(await berthctl(endpoint + ["rmp", "-a", "-f"]).errors == nothing.errors)
    }
    let pods = ["aa", "bad", "bb"].map { CRI.PodSandbox(id: $0) }
    try await withServer({ request in
      if request.path.hasSuffix("ListPodSandbox") { return Self.answer(CRI.ListPodSandboxResponse(items: pods)) }
      if request.path.hasSuffix("PodSandboxStatus") {
        return Self.answer(CRI.PodSandboxStatusResponse(status: .init(state: .notReady)))
      }
      return request.body.contains("bad") ? Self.error(.internal, "no") : .answer(status: 200, body: "{}")
    }) { _, endpoint in
      let removed = await berthctl(endpoint + ["rmp", "--all"])
      #expect(removed.status == 1)
      #expect(lines(removed.output) == ["Removed sandbox aa", "Removed sandbox bb"])
      #expect(
        removed.errors.hasPrefix("Removed 2 of 3 pods in ") && removed.errors.hasSuffix("berthctl: rmp: bad: no\n"))
    }
  }

  @Test("a command that finds nothing says so where it matters, and writes no data")
  func nothingThere() async throws {
    try await withServer({ _ in .answer(status: 200, body: "{}") }) { server, endpoint in
      let inspected = await berthctl(endpoint + ["inspectp", "--latest"])
      #expect(inspected.status == 1 && inspected.output.isEmpty)
      #expect(inspected.errors == "berthctl: inspectp: no pod matches\n")
      let listed = await berthctl(endpoint + ["pods"])
      #expect(listed.status == 0 && listed.errors.isEmpty && listed.output.split(separator: "\n").count == 1)
      #expect(await berthctl(endpoint + ["pods", "-q"]).output.isEmpty)
      #expect(await berthctl(endpoint + ["pods", "-o", "yaml"]).output == "items: []\n")
      let asked = server.requests.count
      for command in ["rmp", "stopp"] {
        #expect(await berthctl(endpoint + [command, ""]).errors.contains("a pod's id or name cannot be empty"))
      }
      #expect(server.requests.count == asked)
    }
  }

  private static let sandboxes = [
    CRI.PodSandbox(
      id: "0123456789abcdef", metadata: .init(name: "old", namespace: "default"), createdAt: 400_000_000_000),
    CRI.PodSandbox(
      id: "fedcba9876543210", metadata: .init(name: "new", namespace: "kube", attempt: 2), state: .notReady,
      createdAt: 940_000_000_000, runtimeHandler: "h"),
  ]

  @Test("pods lists the newest first and filters by name here, by state and label there")
  func pods() async throws {
    try await withServer({ _ in Self.answer(CRI.ListPodSandboxResponse(items: Self.sandboxes)) }) { server, endpoint in
      let table = await berthctl(endpoint + ["pods"])
      #expect(
        table.output == """
          POD ID              CREATED              STATE               NAME                NAMESPACE           ATTEMPT             RUNTIME
          fedcba9876543       About a minute ago   NotReady            new                 kube                2                   h
          0123456789abc       10 minutes ago       Ready               old                 default             0                   (default)\n
          """)
      #expect(await berthctl(endpoint + ["pods", "-q", "--latest"]).output == "fedcba9876543210\n")
      #expect(await berthctl(endpoint + ["pods", "-q", "--name", "^o"]).output == "0123456789abcdef\n")
      #expect(await berthctl(endpoint + ["pods", "-q", "--namespace", "ub"]).output == "fedcba9876543210\n")
      #expect(await berthctl(endpoint + ["pods", "--name", "("]).status == 1)
      #expect(await berthctl(endpoint + ["pods", "--no-trunc"]).output.contains("0123456789abcdef    "))
      _ = await berthctl(endpoint + ["pods", "--id", "01", "-s", "Ready", "--label", "a=b=c", "--label", "d="])
      #expect(
        server.requests.last?.body
          == #"{"filter":{"id":"01","state":{"state":"SANDBOX_READY"},"labelSelector":{"a":"b=c","d":""}}}"#)
    }
  }

  @Test("inspectp writes one object for one pod and an array for many, and satisfies scripts")
  func inspectp() async throws {
    let answer = CRI.PodSandboxStatusResponse(
      status: .init(id: "ab", network: .init(ip: "10.0.0.1")),
      info: ["info": #"{"pid":7,"drift":["pause has exited"]}"#])
    try await withServer(pods: [.init(id: "a"), .init(id: "b")]) { _ in
      Self.answer(answer)
    } _: { server, endpoint in
      let inspected = await berthctl(endpoint + ["inspectp", "a"])
      #expect(inspected.errors == "berthctl: inspectp: warning: ab: not as recorded: pause has exited\n")
      let one = try JSON(parsing: Array(inspected.output.utf8))
      #expect(one["status"]?["network"]?["ip"] == .string("10.0.0.1"))
      #expect(one["info"]?["pid"] == .number("7"))
      guard case .string(let date) = one["status"]?["createdAt"] else { throw Missing() }
      #expect(date.hasPrefix("19") && date.contains("T"))
      let many = try JSON(parsing: Array(await berthctl(endpoint + ["inspectp", "a", "b"]).output.utf8))
      #expect(many == .array([one, one]))

      let template = await berthctl(
        endpoint + ["inspectp", "a", "-o", "go-template", "--template", "{{.status.network.ip}}"])
      #expect(template.output == "10.0.0.1\n")
      let asked = server.requests.count
      #expect(await berthctl(endpoint + ["inspectp", "a", "-o", "go-template", "--template", "{{"]).status == 1)
      #expect(server.requests.count == asked)
    }
  }

  /// What was done at once comes in any order.
  private func lines(_ output: String) -> [String] { output.split(separator: "\n").map(String.init).sorted() }

  private struct Missing: Error {}

  @Test("a failed run says what is left, and where its trace is")
  func failedRun() async throws {
    let report = UndoReport(podSandboxId: "ab", undo: [.init(step: "StartPause", outcome: "ok", milliseconds: 1)])
    let error = ConnectError(code: .internal, message: "no", details: [report.detail])
    try await withServer({ _ in .answer(status: 500, body: error.json.text()) }) { _, endpoint in
      let outcome = await berthctl(endpoint + ["runp", "-"], input: "{}")
      #expect(outcome.status == 1)
      #expect(
        outcome.errors == """
          berthctl: runp: no
          berthctl: runp: sandbox ab
          berthctl: runp:   cleaned  StartPause  1.00 ms
          berthctl: runp: how it came to this: berthctl trace ab\n
          """)
    }
  }

  @Test("with -D both sides of the talk are on standard error")
  func debug() async throws {
    try await withServer({ _ in Self.answer(CRI.StatusResponse()) }) { _, endpoint in
      let outcome = await berthctl(endpoint + ["-D", "info", "-q"])
      #expect(outcome.errors.contains("/runtime.v1.RuntimeService/Status {\"verbose\":false}"))
      #expect(outcome.output == "{\n  \"status\": {\n    \"conditions\": []\n  }\n}\n")
    }
  }
}
