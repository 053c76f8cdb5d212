import CMnl
import Glibc
import LinuxKernel
import SystemPackage
import Testing

@testable import Netfilter

@Suite(.enabled(if: isRoot, "needs root")) struct RulesetMonitorTests {
  private static let t = Table(.inet, "t")
  private static let set = t.set("s", .mark)

  private func change(
    _ kind: RulesetEvent.Kind, isDeletion: Bool = false, of table: String = "t", _ portID: UInt32,
    comments: [String?] = []
  ) -> RulesetEvent {
    .changed(
      .init(
        kind: kind, isDeletion: isDeletion, family: .inet, table: table, portID: portID, comments: comments))
  }

  @Test func tellsWhatWasChangedAndByWhom() async throws {
    try await inPrivateNetworkNamespace {
      let monitor = try RulesetMonitor()
      #expect(try monitor.read().isEmpty)
      #expect(!Poll.isReadable(monitor.descriptor, until: .now))
      let socket = try NetfilterSocket()
      let chain = Self.t.chain("c")
      try socket.perform(
        transaction {
          $0.create(Self.t)
          $0.create(chain)
          $0.add(chain.rule(.accept))
          $0.create(Self.set)
          $0.create(Self.set.element(.mark(1)))
        })
      #expect(Poll.isReadable(monitor.descriptor, until: .now))
      let port = socket.portID
      #expect(
        try monitor.read() == [
          change(.table, port), change(.chain, port), change(.rule, port), change(.set, port),
          change(.element, port, comments: [nil]),
          .committed(generation: socket.generation(), portID: port),
        ])
      #expect(!Poll.isReadable(monitor.descriptor, until: .now))
      try socket.perform(transaction { $0.create(Self.set.element(.mark(2), comment: "a pod's")) })
      try socket.perform(transaction { $0.delete(Self.set.element(.mark(2))) })
      #expect(
        try monitor.read().filter { if case .changed = $0 { true } else { false } } == [
          change(.element, port, comments: ["a pod's"]),
          change(.element, isDeletion: true, port, comments: ["a pod's"]),
        ])
      try socket.perform(transaction { $0.delete(Self.t) })
      let deletions = try monitor.read()
      #expect(deletions.last == .committed(generation: try socket.generation(), portID: port))
      #expect(deletions.contains(change(.table, isDeletion: true, port)))
      #expect(deletions.contains(change(.rule, isDeletion: true, port)))
      #expect(deletions.allSatisfy { $0.portID == port })
    }
  }

  @Test func tellsOthersChangesFromOurs() async throws {
    try await inPrivateNetworkNamespace {
      let (monitor, socket) = (try RulesetMonitor(), try NetfilterSocket())
      _ = try nft(script: "add table inet t\nadd table netdev n\n")
      let events = try monitor.read()
      #expect(events.count == 3)
      #expect(events.allSatisfy { $0.portID != socket.portID })
      #expect(events.map { $0.concerns(Self.t) } == [true, false, false])
      _ = try nft("flush", "ruleset")
      #expect(try monitor.read().contains { $0.concerns(Self.t) && $0.portID != socket.portID })
      // What is only tried is not told.
      try socket.check(transaction { $0.create(Self.t) })
      #expect(try monitor.read().isEmpty)
    }
  }

  @Test func tellsThatNotificationsWereLost() async throws {
    try await inPrivateNetworkNamespace {
      let (monitor, socket) = (try RulesetMonitor(), try NetfilterSocket())
      var size: Int32 = 1
      #expect(
        setsockopt(monitor.descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size)) == 0)
      for number in 0..<20 { try socket.perform(transaction { $0.create(Table(.inet, "t\(number)")) }) }
      let events = try monitor.read()
      #expect(events.contains(.lost))
      #expect(events.count < 40)
      #expect(RulesetEvent.lost.concerns(Self.t))
      #expect(RulesetEvent.lost.portID == nil)
      // It goes on behind the loss.
      try socket.perform(transaction { $0.create(Self.t) })
      #expect(try monitor.read().first == change(.table, socket.portID))
    }
  }

  @Test func ignoresWhatOthersSend() async throws {
    try await inPrivateNetworkNamespace {
      let monitor = try RulesetMonitor()
      var address = sockaddr_nl()
      var length = socklen_t(MemoryLayout<sockaddr_nl>.size)
      let sender = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue), 12)
      defer { close(sender) }
      let message = bytes("14000000 000a 0000 00000000 00000000 01000000")  // A table that nobody made
      let sent = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          _ = getsockname(monitor.descriptor, pointer, &length)
          return sendto(sender, message, message.count, 0, pointer, length)
        }
      }
      #expect(sent == message.count)
      #expect(try monitor.read().isEmpty)
    }
  }

  @Test func needsPrivilege() async throws {
    try await inPrivateNetworkNamespace {
      try dropCapabilities()
      let error = failure { _ = try RulesetMonitor() }
      #expect(error?.code == .permissionDenied)
      #expect(error?.description.contains("CAP_NET_ADMIN") == true)
    }
  }

  @Test func staysInTheNamespaceItWasOpenedIn() async throws {
    try await inPrivateNetworkNamespace {
      let held = try FileDescriptor.open("/proc/thread-self/ns/net", .readOnly, options: .closeOnExec)
      defer { try? held.close() }  // read only
      let here = try NetfilterSocket()
      try enterFreshNetworkNamespace()
      let there = try NetfilterSocket()
      // It leaves the thread in the process' own namespace, in which nothing may be opened any more.
      let monitor = try RulesetMonitor(inside: "/proc/self/fd/\(held.rawValue)")
      try there.perform(transaction { $0.create(Self.t) })
      #expect(try monitor.read().isEmpty)
      try here.perform(transaction { $0.create(Self.t) })
      #expect(try monitor.read().count == 2)
    }
    #expect(failure { _ = try RulesetMonitor(inside: "/run/netns/not-there") }?.errno == .noSuchFileOrDirectory)
  }
}

/// Reading without a kernel.
@Suite struct RulesetEventTests {
  @Test func takesALossForAnEvent() throws {
    let transport = RecordedTransport([.failure(.noBufferSpace), .failure(.noSpace), .datagram([1, 2, 3])])
    let monitor = RulesetMonitor(over: transport, descriptor: -1)
    #expect(try monitor.read() == [.lost, .lost, .lost])
    #expect(try monitor.read().isEmpty)
  }

  @Test func throwsWhatIsNoLoss() {
    let monitor = RulesetMonitor(over: RecordedTransport([.failure(.badFileDescriptor)]), descriptor: -1)
    #expect(failure { _ = try monitor.read() }?.errno == .badFileDescriptor)
  }

  @Test func leavesOtherSubsystemsOut() throws {
    let monitor = RulesetMonitor(
      over: RecordedTransport([.datagram(bytes("14000000 0001 0000 00000000 00000000 02000000"))]), descriptor: -1)
    #expect(try monitor.read().isEmpty)
  }

  @Test func takesAtMostSoManyAtOnce() throws {
    let event = RecordedTransport.Event.datagram(bytes("14000000 000a 0000 00000000 05000000 01000000"))
    let transport = RecordedTransport([RecordedTransport.Event](repeating: event, count: 1500))
    let monitor = RulesetMonitor(over: transport, descriptor: -1)
    #expect(try monitor.read().count == 1024)
    #expect(try monitor.read().count == 476)
  }

  @Test func concernsATableThatWasNotNamed() {
    let change = RulesetEvent.Change(kind: .other, isDeletion: false, family: nil, table: nil, portID: 1)
    #expect(RulesetEvent.changed(change).concerns(Table(.inet, "t")))
  }
}
