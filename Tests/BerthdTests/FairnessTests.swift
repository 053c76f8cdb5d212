import RuntimeAPI
import Synchronization
import Testing

@testable import PodSandbox
@testable import berthd

/// That one client can never hurt another: turns, connections, and readers that do not read.
@Suite(.timeLimit(.minutes(1))) struct FairnessTests {
  private static let path = ConnectProtocolTests.path
  private static let version = ConnectProtocolTests.version

  @Test func whatEndsPodsWaitsForNothingThatBeginsThem() throws {
    let gate = AdmissionGate(limit: 2)
    let runs = try (0..<2).map { _ in try gate.admit(.work, uid: 0) }
    #expect(throws: ConnectError.self) { try gate.admit(.work, uid: 0) }
    let ends = try (0..<2).map { _ in try gate.admit(.end, uid: 0) }
    #expect(throws: ConnectError.self) { try gate.admit(.end, uid: 0) }
    for _ in 0..<100 { _ = try gate.admit(.free, uid: 1000) }
    runs[0].release()
    runs[0].release()
    _ = try gate.admit(.work, uid: 0)
    #expect(throws: ConnectError.self) { try gate.admit(.work, uid: 0) }
    withExtendedLifetime(ends) {}
  }

  @Test func noUserButRootHasAllTurns() throws {
    let gate = AdmissionGate(limit: 8)
    let taken = try (0..<4).map { _ in try gate.admit(.work, uid: 1000) }
    let refusal = #expect(throws: ConnectError.self) { try gate.admit(.work, uid: 1000) }
    #expect(refusal?.code == .resourceExhausted)
    #expect(
      refusal?.message.hasPrefix("4 of user 1000's requests are in progress, as many as maxConcurrentRequests") == true)
    _ = try gate.admit(.end, uid: 1000)
    let others = try (0..<2).map { _ in try gate.admit(.work, uid: 1001) }
    let common = #expect(throws: ConnectError.self) { try gate.admit(.work, uid: 1002) }
    #expect(common?.message.hasPrefix("6 of other users' than root requests") == true)
    for _ in 0..<2 { _ = try gate.admit(.work, uid: 0) }
    #expect(throws: ConnectError.self) { try gate.admit(.work, uid: 0) }
    taken[0].release()
    _ = try gate.admit(.work, uid: 1000)
    withExtendedLifetime(others) {}
  }

  @Test func ofOneThingOneUserHasOne() {
    for limit in 1...3 {
      var shares = Shares(of: limit)
      #expect(shares.take(1000) == nil)
      #expect(shares.take(1000) == (limit == 1 ? .all(1) : .own(1, uid: 1000)))
      shares.give(1000)
      #expect(shares.take(1000) == nil)
    }
  }

  @Test func sharesAreGivenBack() {
    var shares = Shares(of: 100)
    for _ in 0..<10 {
      for uid in [0, 1, 2, 3] as [UInt32] { #expect(shares.take(uid) == nil) }
      #expect(shares.take(nil) == nil)
    }
    for _ in 0..<10 { for uid in [0, 1, 2, 3, nil] as [UInt32?] { shares.give(uid) } }
    for _ in 0..<100 { #expect(shares.take(nil) == nil) }
    #expect(shares.take(0) == .all(100))
  }

  @Test func streamsEndWhenTheDaemonDrainsAndOthersWhenItGivesUp() throws {
    let gate = AdmissionGate(limit: 2)
    let (stream, run) = (try gate.admit(.free, uid: 0, isStream: true), try gate.admit(.work, uid: 0))
    let ended = Flags()
    stream.whenCancelled { ended.add("stream") }
    run.whenCancelled { ended.add("run") }
    gate.drain()
    #expect(ended.all == ["stream"])
    #expect(throws: ConnectError.self) { try gate.admit(.free, uid: 0) }
    gate.abort()
    #expect(ended.all == ["stream", "stream", "run"] || ended.all == ["stream", "run", "stream"])
  }

  @Test func halfRequestsTakeNoTurn() async throws {
    var limits = RequestLimits()
    limits.maxConcurrentRequests = 1
    let work = Route(RuntimeService.version) { _, _ in CRI.VersionResponse(version: "1") }
    try await TestServer.run([work], limits: limits) { (server) async throws in
      var halves: [TestSocket] = []
      for _ in 0..<20 {
        let socket = try TestSocket(server.socket)
        await socket.send(TestServer.request(Self.path, "{", length: 2))
        halves.append(socket)
      }
      #expect(try await server.post(Self.path, "{}").status == 200)
      for half in halves {
        await half.send("}")
        #expect(try await half.response().status == 200)
      }
    }
  }

  @Test func theLongestIdleConnectionGoesForANewOne() async throws {
    var limits = RequestLimits()
    limits.maxConnections = 3
    try await TestServer.run([Self.version], limits: limits) { (server) async throws in
      var idle: [TestSocket] = []
      for _ in 0..<3 {
        let socket = try TestSocket(server.socket)
        await socket.send(TestServer.request(Self.path, "{}"))
        _ = try await socket.response()
        idle.append(socket)
      }
      let fourth = try TestSocket(server.socket)
      await fourth.send(TestServer.request(Self.path, "{}"))
      #expect(try await fourth.response().status == 200)
      try await idle[0].waitForEnd()
      await idle[1].send(TestServer.request(Self.path, "{}"))
      #expect(try await idle[1].response().status == 200)
    }
  }

  @Test func withoutAnIdleOneANewConnectionIsToldWhy() async throws {
    var limits = RequestLimits()
    limits.maxConnections = 2
    let (begun, release) = (Signal<Void>(), Signal<Void>())
    let waiting = Route(RuntimeService.status) { _, _ in
      begun.send()
      await release.valueUncancelled()
      return CRI.StatusResponse()
    }
    try await TestServer.run([waiting], limits: limits) { (server) async throws in
      defer { release.send() }
      let path = "/runtime.v1.RuntimeService/Status"
      let busy = [try TestSocket(server.socket), try TestSocket(server.socket)]
      for socket in busy { await socket.send(TestServer.request(path, "{}")) }
      try await begun.value()
      try await soon { while server.gate.inProgress < 2 { await Task.yield() } }
      let text = try await TestSocket(server.socket).textUntilEnd()
      #expect(text.hasPrefix("HTTP/1.1 429 ") && text.contains("2 connections are open"))
      release.send()
      for socket in busy { #expect(try await socket.response().status == 200) }
    }
  }

  /// Answers with eight megabytes.
  private static let large = Route(RuntimeService.version) { _, _ in
    CRI.VersionResponse(version: String(repeating: "x", count: 8 << 20))
  }

  @Test func anAnswerThatNobodyReadsKeepsNobodyFromEnding() async throws {
    try await TestServer.run([Self.large], patience: .seconds(10)) { (server) async throws in
      let socket = try TestSocket(server.socket)
      await socket.send(TestServer.request(Self.path, "{}"))
      _ = try await socket.text(until: "x")
      try await soon { await server.gate.waitUntilIdle() }
    }
  }

  /// Events without end, each of 64 kB.
  private static func flood() -> Route {
    Route(
      RuntimeService.getContainerEvents,
      encode: { (_: Int) in Array(repeating: UInt8(ascii: "x"), count: 64 << 10) }
    ) { _, _ in
      AsyncStream(unfolding: { 1 })
    }
  }
  private static let stream = "/runtime.v1.RuntimeService/GetContainerEvents"

  private func openStream(_ server: TestServer, _ headers: [String] = []) async throws -> TestSocket {
    let socket = try TestSocket(server.socket)
    let body = String(decoding: Envelope(message: Array("{}".utf8)).bytes, as: UTF8.self)
    await socket.send(
      TestServer.request(Self.stream, body, headers: ["Content-Type: application/connect+json"] + headers))
    _ = try await socket.text(until: "xxxx")
    return socket
  }

  @Test func aStreamThatNobodyReadsEndsWithTheDaemon() async throws {
    try await TestServer.run([Self.flood(), Self.version], patience: .seconds(10)) { (server) async throws in
      let socket = try await openStream(server)
      #expect(try await server.post(Self.path, "{}").status == 200)
      server.gate.drain()
      try await soon { await server.gate.waitUntilIdle() }
      withExtendedLifetime(socket) {}
    }
  }

  @Test func aStreamThatNobodyReadsEndsAtItsDeadline() async throws {
    try await TestServer.run([Self.flood()], patience: .seconds(10)) { (server) async throws in
      let socket = try await openStream(server, ["Connect-Timeout-Ms: 100"])
      try await soon { await server.gate.waitUntilIdle() }
      withExtendedLifetime(socket) {}
    }
  }

  @Test func aStreamThatIsEndedTakesTheNextRequestOnItsConnection() async throws {
    let tap = AsyncStream<Int>.makeStream()
    let route = Route(RuntimeService.getContainerEvents, encode: { (_: Int) in Array("xxxx".utf8) }) { _, _ in
      tap.stream
    }
    try await TestServer.run([route, Self.version]) { (server) async throws in
      tap.continuation.yield(1)
      let socket = try await openStream(server, ["Connect-Timeout-Ms: 100"])
      _ = try await socket.text(until: "\r\n0\r\n\r\n")
      // Longer than a stream that does not end has left.
      try await Task.sleep(for: .milliseconds(1200))
      await socket.send(TestServer.request(Self.path, "{}"))
      #expect(try await socket.response().status == 200)
    }
  }

  @Test func aStreamThatHasLostEventsSaysSo() async throws {
    let subscription = EventSubscription()
    for _ in 0...EventSubscription.maximumCount {
      subscription.send(SandboxEvent(sandboxID: "a", kind: .created, createdAt: 0, status: nil))
    }
    let route = Route(RuntimeService.getContainerEvents, encode: EncodedEvents().encode) { _, _ in subscription }
    try await TestServer.run([route]) { (server) async throws in
      let socket = try TestSocket(server.socket)
      let body = String(decoding: Envelope(message: Array("{}".utf8)).bytes, as: UTF8.self)
      await socket.send(TestServer.request(Self.stream, body, headers: ["Content-Type: application/connect+json"]))
      let text = try await socket.text(until: "\r\n0\r\n\r\n")
      #expect(text.contains(#"{"error":{"code":"data_loss","message":"1025 events were lost"#))
    }
  }

  @Test func anEventIsEncodedOnce() {
    let (events, subscription) = (EncodedEvents(), EventBroadcaster())
    let (one, two) = (subscription.subscribe(), subscription.subscribe())
    subscription.send(SandboxEvent(sandboxID: "a", kind: .created, createdAt: 5, status: nil))
    _ = (one, two)
    var event = SandboxEvent(sandboxID: "a", kind: .created, createdAt: 5, status: nil)
    event.number = 1
    let bytes = events.encode(event)
    // Another event under its number shows whether the bytes are made anew.
    var other = SandboxEvent(sandboxID: "b", kind: .deleted, createdAt: 6, status: nil)
    other.number = 1
    #expect(events.encode(other) == bytes)
    for number in 2...17 {
      other.number = UInt64(number)
      #expect(events.encode(other) != bytes)
    }
    other.number = 1
    #expect(events.encode(other) != bytes, "only the last ones are kept")
  }
}

/// What happened, in its order.
private final class Flags: Sendable {
  private let words = Mutex<[String]>([])
  var all: [String] { words.withLock { $0 } }
  func add(_ word: String) { words.withLock { $0.append(word) } }
}
