import Glibc
import PodSandbox
import RuntimeAPI
import ServiceLifecycle
import Testing

@testable import berthd

/// The socket's file, systemd, and the end.
@Suite(.timeLimit(.minutes(1))) struct LifecycleTests {
  @Test(arguments: [false, true]) func tellsSystemd(isAbstract: Bool) async throws {
    try await TemporaryDirectory.with { directory in
      let address = isAbstract ? "@\(directory)/notify" : "\(directory)/notify"
      let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      defer { close(descriptor) }
      let (name, length) = try #require(sockaddr_un.named(address))
      let bound = withUnsafePointer(to: name) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
      }
      try #require(bound == 0)
      try ServiceNotifier(address: address).ready()
      var buffer = [UInt8](repeating: 0, count: 256)
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "READY=1\nSTATUS=Serving pod sandboxes.")
    }
  }

  @Test func tellsNobodyWhenNobodyAsked() throws {
    try ServiceNotifier(address: nil).ready()
    #expect(throws: (any Error).self) { try ServiceNotifier(address: "/nonexistent/notify").ready() }
  }

  @Test func keepsTheNotifySocketFromPlugins() {
    let before = getenv("NOTIFY_SOCKET").map { String(cString: $0) }
    setenv("NOTIFY_SOCKET", "@berth-test", 1)
    #expect(ServiceNotifier.takeFromEnvironment().address == "@berth-test")
    #expect(getenv("NOTIFY_SOCKET") == nil)
    #expect(ServiceNotifier.takeFromEnvironment().address == nil)
    if let before { setenv("NOTIFY_SOCKET", before, 1) }
  }

  @Test func makesFilesThatOthersReadWhateverTheMaskAtItsStart() throws {
    let (mask, pipe) = (umask(0o077), signal(SIGPIPE, SIG_DFL))
    defer {
      umask(mask)
      signal(SIGPIPE, pipe)
    }
    var (before, after) = (rlimit(), rlimit())
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
    defer { setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before) }
    let ofPlugins = try ProcessSettings.prepare()
    #expect(umask(0o077) == 0o022)
    #expect(ofPlugins.soft == before.rlim_cur && ofPlugins.hard == before.rlim_max)
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &after)
    #expect(after.rlim_cur == before.rlim_max)
  }

  @Test func replacesAStaleSocket() async throws {
    try await TemporaryDirectory.with { directory in
      let file = SocketFile(path: "\(directory)/s", group: nil)
      try listen(at: file.path) {}
      #expect(access(file.path, F_OK) == 0)
      try file.prepare()
      #expect(access(file.path, F_OK) != 0)
    }
  }

  @Test func leavesASocketThatSomebodyListensAt() async throws {
    try await TemporaryDirectory.with { directory in
      let file = SocketFile(path: "\(directory)/s", group: nil)
      try listen(at: file.path) {
        #expect(
          throws: StartError("socket \(file.path): another process listens there; stop it or choose another --socket")
        ) {
          try file.prepare()
        }
      }
      #expect(access(file.path, F_OK) == 0)
    }
  }

  @Test func leavesAFileThatIsNoSocket() async throws {
    try await TemporaryDirectory.with { directory in
      let file = SocketFile(path: "\(directory)/s", group: nil)
      try write("mine", to: file.path)
      #expect(throws: StartError.self) { try file.prepare() }
      #expect(access(file.path, F_OK) == 0)
    }
  }

  @Test func makesTheDirectoryForItsGroupAlone() async throws {
    try await TemporaryDirectory.with { directory in
      let file = SocketFile(path: "\(directory)/d/s", group: nil)
      try file.prepare()
      var status = stat()
      #expect(stat("\(directory)/d", &status) == 0)
      #expect(status.st_mode & 0o777 == 0o700)
      #expect(throws: Never.self) { try file.prepare() }
    }
  }

  @Test func drainsBeforeItEnds() async throws {
    let (begun, release) = (Signal<Void>(), Signal<Void>())
    let route = Route(RuntimeService.version) { _, _ in
      begun.send()
      await release.valueUncancelled()
      return CRI.VersionResponse(version: "done")
    }
    try await TestServer.run([route, Route(RuntimeService.status) { _, _ in CRI.StatusResponse() }]) {
      (server) async throws in
      let ended = Signal<Void>()
      let drain = DrainService(
        gate: server.gate, notifier: ServiceNotifier(address: nil), patience: .seconds(60), grace: .seconds(60),
        logger: server.log.logger,
        endOperations: { _ in ended.send() })
      let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [drain], logger: server.log.quiet))
      async let running: Void = group.run()
      async let answer = server.post(ConnectProtocolTests.path, "{}")
      defer { release.send() }
      try await begun.value()
      await group.triggerGracefulShutdown()
      try await ended.value()
      let refused = try await server.post("/runtime.v1.RuntimeService/Status", "{}")
      #expect(refused.status == 503)
      #expect(refused.body.hasPrefix(#"{"code":"unavailable","message":"berthd is shutting down"#))
      release.send()
      #expect(try await answer.body.contains("done"))
      try await running
    }
  }

  @Test func cancelsWhatDoesNotFinishInTime() async throws {
    let begun = Signal<Void>()
    let route = Route(RuntimeService.version) { _, _ in
      begun.send()
      try await Task.sleep(for: .seconds(60))
      return CRI.VersionResponse()
    }
    try await TestServer.run([route]) { (server) async throws in
      let drain = DrainService(
        gate: server.gate, notifier: ServiceNotifier(address: nil), patience: .milliseconds(30), grace: .seconds(60),
        logger: server.log.logger,
        endOperations: { _ in })
      let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [drain], logger: server.log.quiet))
      async let running: Void = group.run()
      async let answer = server.post(ConnectProtocolTests.path, "{}")
      try await begun.value()
      await group.triggerGracefulShutdown()
      #expect(try await answer.status == 503)
      try await running
      #expect(server.gate.inProgress == 0)
    }
  }

  /// Listens at `path` while `body` runs; the file stays.
  private func listen(at path: String, _ body: () throws -> Void) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    let (name, length) = try #require(sockaddr_un.named(path))
    let bound = withUnsafePointer(to: name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    try #require(bound == 0 && Glibc.listen(descriptor, 1) == 0)
    try body()
  }
}

/// Writes a file for a test.
func write(_ text: String, to path: String) throws {
  guard let file = fopen(path, "we") else { throw TestFailure("open \(path)") }
  defer { fclose(file) }
  fputs(text, file)
}
