import Testing

/// What the other tests wait with: nothing of it waits without end or ends the process.
@Suite(.timeLimit(.minutes(1))) struct SignalTests {
  @Test func reachesAllWhoWaitAndWhoWillWait() async throws {
    let signal = Signal<Int>()
    async let one = signal.value()
    async let two = signal.value()
    signal.send(7)
    signal.send(8)
    #expect(try await [one, two, signal.value()] == [7, 7, 7])
  }

  @Test func failsWhenNothingComes() async {
    let signal = Signal<Void>()
    await #expect(throws: TestFailure.self) { try await signal.value(within: .milliseconds(10)) }
    await #expect(throws: TestFailure.self) { try await soon(within: .milliseconds(10)) { await never() } }
  }

  @Test func failsWhenCancelled() async {
    let signal = Signal<Void>()
    let waiting = Task { try await signal.value() }
    waiting.cancel()
    await #expect(throws: TestFailure.self) { try await waiting.value }
  }

  @Test func aSilentPeerFailsTheTestThatReads() async throws {
    try await TemporaryDirectory.with { directory in
      let listener = try TestListener("\(directory)/s")
      let socket = try TestSocket(listener.path, patience: .milliseconds(20))
      await #expect(throws: TestFailure.self) { try await socket.response() }
      await #expect(throws: TestFailure.self) { try await socket.waitForEnd() }
    }
  }

  @Test func aServerThatCannotListenFailsItsTest() async {
    await #expect(throws: (any Error).self) {
      try await TestServer.run([], socketName: String(repeating: "s", count: 200)) { _ in }
    }
  }

  @Test func workThatNeverEndsFailsItsTest() async {
    let route = ConnectProtocolTests.route { await never() }
    await #expect(throws: TestFailure.self) {
      try await TestServer.run([route], patience: .milliseconds(50)) { server in
        let socket = try TestSocket(server.socket, patience: .milliseconds(50))
        await socket.send(TestServer.request(ConnectProtocolTests.path, "{}"))
        _ = try await socket.response()
      }
    }
  }
}

/// Waits for what does not come, whether cancelled or not.
private func never() async {
  await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
}
