import JSON
import RuntimeAPI
import Testing

@testable import PodSandbox
@testable import berthd

/// Each method of the API, from JSON to PodSandbox and back.
@Suite(.timeLimit(.minutes(1))) struct SandboxRoutesTests {
  private func serve(_ sandboxes: FakeSandboxes, _ body: (TestServer) async throws -> Void) async throws {
    let routes =
      RuntimeServiceRoutes(sandboxes: sandboxes, configuration: DaemonConfiguration()).routes
      + BerthServiceRoutes(sandboxes: sandboxes).routes
    try await TestServer.run(routes, body)
  }

  private func path(_ method: String) -> String { "/runtime.v1.RuntimeService/\(method)" }

  @Test func runsWhatIsAskedFor() async throws {
    let sandboxes = FakeSandboxes()
    try await serve(sandboxes) { (server) async throws in
      let request = """
        {"config":{"metadata":{"name":"a","uid":"u","namespace":"n","attempt":2},"hostname":"h","log_directory":"/l",
        "dnsConfig":{"servers":["1.1.1.1"],"searches":["x"],"options":["o"]},
        "portMappings":[{"protocol":2,"containerPort":80,"hostPort":8080,"hostIp":"::1"}],
        "labels":{"k":"v"},"annotations":{"a":"b"},
        "linux":{"cgroupParent":"/p","sysctls":{"net.x":"1"},"resources":{"memoryLimitInBytes":"7","hugepageLimits":[{"pageSize":"2MB","limit":"4"}]},
        "securityContext":{"selinuxOptions":{"level":"s0:c1,c2"},"runAsUser":{"value":"5"},"runAsGroup":{},"supplementalGroups":["9"],"seccomp":{"profileType":"RuntimeDefault"},
        "namespaceOptions":{"network":"NODE","pid":"CONTAINER","ipc":2,
        "usernsOptions":{"mode":"POD","uids":[{"hostId":100,"containerId":0,"length":10}],"gids":[{"hostId":200,"length":10}]}}}}},
        "runtimeHandler":"fast"}
        """
      let response = try await server.post(path("RunPodSandbox"), request)
      #expect(response.body == #"{"podSandboxId":"id1"}"#)
      #expect(server.log.lines.last?.contains(" sandbox=id1 ") == true)
    }
    #expect(sandboxes.handlers == ["fast"])
    #expect(sandboxes.configurations.map(Self.withoutRequest) == [Self.everything])
    // All that came is kept, what is not understood otherwise too.
    let request = try #require(sandboxes.configurations.first?.request)
    #expect(request.contains(#""seccomp":{"profileType":"RuntimeDefault"}"#))
    let again = try ProtoJSONDecoder().decode(CRI.PodSandboxConfig.self, from: Array(request.utf8))
    #expect(try PodSandboxConfiguration(again).request == request)
    // As for a sandbox of before requests were kept.
    let echoed = try PodSandboxConfiguration(CRI.PodSandboxConfig(Self.everything))
    #expect(Self.withoutRequest(echoed) == Self.everything)
  }

  private static func withoutRequest(_ configuration: PodSandboxConfiguration) -> PodSandboxConfiguration {
    var configuration = configuration
    configuration.request = nil
    return configuration
  }

  private static var everything: PodSandboxConfiguration {
    var wanted = PodSandboxConfiguration()
    (wanted.metadata.name, wanted.metadata.uid, wanted.metadata.namespace, wanted.metadata.attempt) = ("a", "u", "n", 2)
    (wanted.hostname, wanted.logDirectory) = ("h", "/l")
    var dns = PodSandboxConfiguration.DNSConfiguration()
    (dns.servers, dns.searches, dns.options) = (["1.1.1.1"], ["x"], ["o"])
    wanted.dnsConfig = dns
    var port = PodSandboxConfiguration.PortMapping()
    (port.protocol, port.containerPort, port.hostPort, port.hostIP) = (.sctp, 80, 8080, "::1")
    wanted.portMappings = [port]
    (wanted.labels, wanted.annotations) = (["k": "v"], ["a": "b"])
    (wanted.linux.cgroupParent, wanted.linux.sysctls) = ("/p", ["net.x": "1"])
    var resources = LinuxResources()
    (resources.memoryLimitInBytes, resources.hugepageLimits) = (7, ["2MB": 4])
    wanted.linux.resources = resources
    var context = LinuxConfiguration.SecurityContext()
    (context.runAsUser, context.runAsGroup, context.supplementalGroups) = (5, 0, [9])
    (context.namespaceOptions.network, context.namespaceOptions.pid, context.namespaceOptions.ipc) = (
      .node, .container, .node
    )
    context.selinuxOptions = .init()
    context.selinuxOptions?.level = "s0:c1,c2"
    var (uids, gids) = (LinuxConfiguration.UserNamespace.IDMapping(), LinuxConfiguration.UserNamespace.IDMapping())
    (uids.hostID, uids.length, gids.hostID, gids.length) = (100, 10, 200, 10)
    var user = LinuxConfiguration.UserNamespace()
    (user.uids, user.gids) = ([uids], [gids])
    context.namespaceOptions.userNamespace = user
    wanted.linux.securityContext = context
    return wanted
  }

  @Test(arguments: [
    ("{}", "config is missing"), (#"{"config":{}}"#, "config.metadata is missing"),
    (#"{"config":{"metadata":{"name":"a"},"windows":{}}}"#, "config.windows"),
    (
      #"{"config":{"metadata":{"name":"a"},"linux":{"securityContext":{"seccomp":{"profileType":"Unconfined","localhostRef":"x"}}}}}"#,
      "seccomp"
    ),
    (
      #"{"config":{"metadata":{"name":"a"},"linux":{"securityContext":{"namespaceOptions":{"usernsOptions":{"mode":"CONTAINER"}}}}}}"#,
      "usernsOptions"
    ),
    (
      #"{"config":{"metadata":{"name":"a"},"linux":{"resources":{"hugepageLimits":[{"pageSize":"2MB"},{"pageSize":"2MB"}]}}}}"#,
      "twice"
    ),
    (#"{"config":{"metadata":{"nmae":"a"}}}"#, "config.metadata.nmae"),
  ])
  func refusesWhatCannotBe(request: String, word: String) async throws {
    let sandboxes = FakeSandboxes()
    try await serve(sandboxes) { (server) async throws in
      let response = try await server.post(path("RunPodSandbox"), request)
      #expect(response.status == 400)
      #expect(response.body.hasPrefix(#"{"code":"invalid_argument""#) && response.body.contains(word))
    }
    #expect(sandboxes.configurations.isEmpty)
  }

  @Test("an empty SELinux label asks for nothing")
  func dropsEmptyLabel() async throws {
    let sandboxes = FakeSandboxes()
    try await serve(sandboxes) { (server) async throws in
      let request = #"{"config":{"metadata":{"name":"a"},"linux":{"securityContext":{"selinuxOptions":{}}}}}"#
      #expect(try await server.post(path("RunPodSandbox"), request).status == 200)
    }
    #expect(sandboxes.configurations.map(\.linux.securityContext.selinuxOptions) == [nil])
  }

  @Test("each warning of a run is a header field of its answer, percent-encoded", .timeLimit(.minutes(1)))
  func tellsWarnings() async throws {
    let sandboxes = FakeSandboxes(warnings: ["the port 80 leads nowhere", " 100 % é\r\nX: y"])
    try await serve(sandboxes) { (server) async throws in
      let socket = try TestSocket(server.socket)
      let request = #"{"config":{"metadata":{"name":"a"}}}"#
      await socket.send(TestServer.request(path("RunPodSandbox"), request))
      let lines = try await socket.text(until: #"{"podSandboxId":"id1"}"#).split(separator: "\r\n")
      let fields = lines.filter { $0.lowercased().hasPrefix("berth-warning:") }.map { String($0.dropFirst(15)) }
      #expect(fields == ["the port 80 leads nowhere", "%20100 %25 %C3%A9%0D%0AX: y"])
      #expect(fields.map(WarningHeader.decode) == ["the port 80 leads nowhere", " 100 % é\r\nX: y"])
      #expect(lines.filter { $0.lowercased().hasPrefix("x-request-id:") }.count == 1)
      let status = try await server.post(path("PodSandboxStatus"), #"{"podSandboxId":"id1"}"#)
      #expect(status.headers["berth-warning"] == nil)
    }
    try await serve(FakeSandboxes(failing: SandboxError(.alreadyExists, "taken"), warnings: ["w"])) {
      (server) async throws in
      let response = try await server.post(path("RunPodSandbox"), #"{"config":{"metadata":{"name":"a"}}}"#)
      #expect(response.status == 409 && response.headers["berth-warning"] == nil)
    }
  }

  @Test func tellsWhatWasUndone() async throws {
    let report = StepReport(step: .attachNetworks, outcome: .failed, error: "DEL failed", milliseconds: 1.5)
    let failure = SandboxError(.alreadyExists, "taken", sandboxID: "id7", undo: [report])
    try await serve(FakeSandboxes(failing: failure)) { (server) async throws in
      let response = try await server.post(path("RunPodSandbox"), #"{"config":{"metadata":{"name":"a"}}}"#)
      #expect(response.status == 409)
      let error = try #require(ConnectError(json: try JSON(parsing: Array(response.body.utf8)), httpStatus: 409))
      #expect(error.code == .alreadyExists && error.message == "taken")
      #expect(
        error.undoReport
          == UndoReport(
            podSandboxId: "id7",
            undo: [.init(step: "AttachNetworks", outcome: "failed", error: "DEL failed", milliseconds: 1.5)]))
      #expect(server.log.lines.last?.contains(" sandbox=id7 ") == true)
    }
  }

  @Test func answersTheRest() async throws {
    let sandboxes = FakeSandboxes()
    try await serve(sandboxes) { (server) async throws in
      #expect(try await server.post(path("StopPodSandbox"), #"{"podSandboxId":"id1"}"#).body == "{}")
      #expect(try await server.post(path("RemovePodSandbox"), #"{"pod_sandbox_id":"id1"}"#).body == "{}")
      let item =
        #"{"id":"id1","metadata":{"name":"a"},"state":"SANDBOX_READY","createdAt":"5","labels":{"k":"v"},"runtimeHandler":"fast"}"#
      #expect(try await server.post(path("ListPodSandbox"), "{}").body == #"{"items":[\#(item)]}"#)
      let filtered = try await server.post(
        path("ListPodSandbox"), #"{"filter":{"state":{"state":"SANDBOX_NOTREADY"}}}"#)
      #expect(filtered.body == "{}")
      let status = try await server.post(path("PodSandboxStatus"), #"{"podSandboxId":"id1"}"#).body
      #expect(status.contains(#""network":{"ip":"10.0.0.2","additionalIps":[{"ip":"fd00::2"}]}"#))
      #expect(try await server.post(path("PodSandboxStatus"), #"{"podSandboxId":"x"}"#).status == 404)
      let runtime = try await server.post(path("Status"), #"{"verbose":true}"#).body
      #expect(runtime.contains(#"{"type":"NetworkReady","status":false,"reason":"R","message":"M"}"#))
      #expect(runtime.contains(#""lastCNILoadStatus":"10.conflist: broken""#))
      #expect(try await server.post(path("RuntimeConfig"), "{}").body == #"{"linux":{"cgroupDriver":"CGROUPFS"}}"#)
    }
    #expect(sandboxes.removed == ["id1"])
  }

  @Test func tellsTraces() async throws {
    try await serve(FakeSandboxes()) { (server) async throws in
      let response = try await server.post("/berth.v1.BerthService/GetPodSandboxTrace", #"{"podSandboxId":"id1"}"#)
      #expect(
        response.body == """
          {"traces":[{"podSandboxId":"id1","operation":"RunPodSandbox","startedAt":"1","durationNanoseconds":"100","outcome":"failed",\
          "error":"e","steps":[{"step":"AttachNetworks","action":"do","outcome":"failed","error":"e","startNanoseconds":"5",\
          "durationNanoseconds":"30","pluginCalls":[{"plugin":"bridge","network":"n","verb":"ADD","interface":"eth0",\
          "startNanoseconds":"10","durationNanoseconds":"20","outcome":"failed","exitStatus":1,\
          "error":{"code":7,"msg":"no","details":"at all"},"stderr":"oops","native":true}],"notes":["n"]}]}]}
          """)
    }
  }

  @Test func tellsLeftoversAndGarbage() async throws {
    let sandboxes = FakeSandboxes()
    let step = #"{"step":"AttachNetworks","outcome":"failed","error":"DEL failed","milliseconds":1.5}"#
    try await serve(sandboxes) { (server) async throws in
      #expect(
        try await server.post("/berth.v1.BerthService/ListLeftovers", "{}").body == """
          {"leftovers":[{"kind":"owed","podSandboxId":"id1","name":"a_n_u_0","since":"3","steps":[\(step)],"reason":"busy",\
          "attempts":2,"nextAttemptAt":"9"},{"kind":"quarantined","podSandboxId":"id2","reason":"/r: it is empty"}]}
          """)
      let found = #""podSandboxId":"id3","found":["/run/netns/x"]"#
      let dry = try await server.post("/berth.v1.BerthService/CollectGarbage", #"{"dryRun":true}"#).body
      #expect(dry == #"{"garbage":[{\#(found)}]}"#)
      let done = try await server.post("/berth.v1.BerthService/CollectGarbage", "{}").body
      #expect(done == #"{"garbage":[{\#(found),"undo":[\#(step)],"error":"DEL failed"}]}"#)
      let removed = try await server.post(
        "/berth.v1.BerthService/ForceRemovePodSandbox", #"{"pod_sandbox_id":"id1"}"#)
      #expect(removed.body == #"{"undo":[\#(step)]}"#)
      #expect(server.log.lines.last?.contains(" sandbox=id1 ") == true)
    }
    #expect(sandboxes.removed == ["id1"])
  }
}
