import LinuxKernel
import Netfilter
import SystemPackage
import Testing

@Suite(.enabled(if: isRoot, "needs root")) struct NetfilterSocketTests {
  private static let t = Table(.inet, "t")
  private static let ports = t.map("ports4", [.inetProto, .inetService], to: [.ipv4Addr, .inetService])
  private static let port = ports.element(
    [.proto(.tcp), .service(80)], to: [.address(.literal("10.0.0.2")), .service(80)])

  @Test func namesTheCommandThatFailed() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try NetfilterSocket()
      try socket.perform(
        transaction {
          $0.create(Self.t)
          $0.create(Self.ports)
          $0.create(Self.port)
        })
      let error = failure {
        try socket.perform(
          transaction {
            $0.create(Self.t.chain("c"))
            $0.create(Self.port)
            $0.delete(Self.t.chain("missing"))
          })
      }
      #expect(
        error?.description
          == "create element inet t ports4 { tcp . 80 : 10.0.0.2 . 80 }: File exists (errno 17)")
      #expect(error?.code == .alreadyExists)
      #expect(try socket.chains(of: Self.t).isEmpty)
      // The socket is fit for more.
      try socket.perform(transaction { $0.delete(Self.port) })
      #expect(try socket.elements(of: Self.ports).isEmpty)
    }
  }

  @Test func listsWhatItMade() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try NetfilterSocket()
      try socket.perform(Layout.transaction)
      #expect(try socket.tables() == [Layout.berth])
      #expect(
        try socket.chains(of: Layout.berth) == [
          Layout.hostports, Layout.masquerade, Layout.prerouting, Layout.output, Layout.postrouting, Layout.input,
          Layout.forward,
        ])
      #expect(try socket.sets(of: Layout.berth) == [Layout.masq4, Layout.masq6, Layout.hairpin, Layout.localnet])
      #expect(
        try socket.maps(of: Layout.berth) == [Layout.ports4, Layout.ports6, Layout.portsOn4, Layout.portsOn6])
      var elements: [Table.Element] = []
      for set in try socket.sets(of: Layout.berth) { elements += try socket.elements(of: set) }
      for map in try socket.maps(of: Layout.berth) { elements += try socket.elements(of: map) }
      #expect(elements == Layout.elements)
      let rules = try socket.rules(of: Layout.postrouting)
      #expect(rules.map(\.comment) == [nil, nil, "0123abcd", nil])
      #expect(Swift.Set(rules.map(\.handle)).count == 4)
      try socket.perform(transaction { $0.delete(rules[2]) })
      #expect(try socket.rules(of: Layout.postrouting) == [rules[0], rules[1], rules[3]])
    }
  }

  @Test func findsElementsByTheirKeys() async throws {
    try await inPrivateNetworkNamespace {
      let (socket, fake) = (try NetfilterSocket(), FakeTable())
      for ruleset in [socket, fake] as [any Ruleset] {
        #expect(try ruleset.find(Layout.elements[0]) == nil)
        try ruleset.perform(Layout.transaction)
        for element in Layout.elements { #expect(try ruleset.find(element) == element) }
        // Whatever else is given, it is the key that counts.
        let other = Layout.ports4.element(
          [.proto(.tcp), .service(8080)], to: [.address(.literal("10.0.0.1")), .service(1)], comment: "other")
        let present = Layout.elements.first { $0.key == other.key }
        #expect(try ruleset.find(other) == present)
        #expect(try ruleset.find(Layout.ports4.element(other.key)) == present)
        #expect(try ruleset.find(Layout.ports4.element([.proto(.tcp), .service(8081)])) == nil)
        #expect(try ruleset.find(Self.t.set("missing", .mark).element(.mark(1))) == nil)
        let error = failure { _ = try ruleset.find(Layout.masq4.element(.mark(1))) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.command == "get element inet berth masq4-0123abcd { 0x1 }")
      }
    }
  }

  @Test func leavesOutWhatItDoesNotKnow() async throws {
    try await inPrivateNetworkNamespace {
      _ = try nft(
        script: """
          table inet t {
            set ranges { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }
            set strange { type icmp_type; }
            set known { type mark . ipv4_addr; elements = { 1 . 10.0.0.1 } }
            map verdicts { type mark : verdict; }
            map strange_values { type mark : icmp_type; }
            chain c { tcp dport { 80, 443 } counter accept comment "theirs"; }
          }
          table ip t { chain c { drop; }; set other { type mark; }; }
          table netdev n { }
          """)
      let socket = try NetfilterSocket()
      #expect(try socket.tables() == [Self.t, Table(.ip, "t")])
      #expect(try socket.sets(of: Self.t).map(\.name) == ["known"])
      #expect(try socket.maps(of: Self.t).isEmpty)
      #expect(try socket.chains(of: Self.t) == [Self.t.chain("c")])
      #expect(try socket.rules(of: Self.t.chain("c")).map(\.comment) == ["theirs"])
      let known = Self.t.set("known", .mark, .ipv4Addr)
      #expect(try socket.elements(of: known) == [known.element(.mark(1), .address(.literal("10.0.0.1")))])
      // Asked for with the wrong types, elements are not misread.
      #expect(failure { _ = try socket.elements(of: Self.t.set("known", .mark)) }?.code == .malformedReply)
    }
  }

  @Test func listsNothingOfWhatIsNotThere() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try NetfilterSocket()
      #expect(try socket.tables().isEmpty)
      #expect(try socket.chains(of: Self.t).isEmpty)
      #expect(try socket.rules(of: Self.t.chain("c")).isEmpty)
      #expect(try socket.sets(of: Self.t).isEmpty)
      #expect(try socket.maps(of: Self.t).isEmpty)
      let error = failure { _ = try socket.elements(of: Self.ports) }
      #expect(error?.code == .notFound)
      #expect(error?.description == "list map inet t ports4: No such file or directory (errno 2)")
    }
  }

  @Test func asksForAGenerationOnlyWhenTold() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try NetfilterSocket()
      let first = try socket.generation()
      var change = transaction { $0.create(Self.t) }
      change.generation = first
      try socket.check(change)
      #expect(try socket.generation() == first)
      try socket.perform(change)
      #expect(try socket.generation() == first + 1)
      change = transaction { $0.delete(Self.t) }
      change.generation = first
      let error = failure { try socket.perform(change) }
      #expect(error?.code == .changedMeanwhile)
      #expect(error?.errno.rawValue == 85)
      #expect(error?.command == "delete table inet t")
      #expect(try socket.tables() == [Self.t])
      change.generation = nil
      try socket.perform(change)
    }
  }

  @Test func tellsThatPrivilegeIsMissing() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try NetfilterSocket()
      try dropCapabilities()
      for call in [socket.perform, socket.check] {
        let error = failure { try call(transaction { $0.create(Self.t) }) }
        #expect(error?.code == .permissionDenied)
        #expect(error?.description.contains("CAP_NET_ADMIN") == true)
        #expect(error?.description.hasPrefix("create table inet t: ") == true)
      }
      #expect(failure { _ = try socket.tables() }?.code == .permissionDenied)
    }
  }

  @Test func carriesThousandsOfElementsInOneTransaction() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try NetfilterSocket()
      let elements = (0..<5000).map { number in
        Self.ports.element(
          [.proto(.tcp), .service(UInt16(number))],
          to: [.address(.literal("10.0.\(number / 250).\(number % 250)")), .service(80)],
          comment: "0123abcd/\(String(repeating: "a", count: 64))/eth\(number)")
      }
      try socket.perform(
        transaction {
          $0.create(Self.t)
          $0.create(Self.ports)
          for element in elements { $0.create(element) }
        })
      #expect(try Swift.Set(socket.elements(of: Self.ports)) == Swift.Set(elements))
      // All of them fail, and the first is named.
      let error = failure {
        try socket.perform(transaction { for element in elements { $0.create(element) } })
      }
      #expect(error?.code == .alreadyExists)
      #expect(error?.index == 0)
      #expect(try socket.generation() > 0)
    }
  }

  @Test func takesTheLongestOfEverything() async throws {
    try await inPrivateNetworkNamespace {
      let socket = try NetfilterSocket()
      let longest = String(repeating: "a", count: 128)
      let table = Table(.inet, longest, comment: longest)
      let set = table.set(longest, .ifname, .ifname, .ifname, .ifname, comment: longest)
      let names = [DataType.Value](repeating: .ifname("fifteen-letters"), count: 4)
      let element = set.element(names, comment: longest)
      let chain = table.chain(longest, comment: longest)
      let lookup = Statement.match([.iifname, .oifname, .iifname, .oifname], set)
      try socket.perform(
        transaction {
          $0.create(table)
          $0.create(set)
          $0.create(element)
          $0.create(chain)
          $0.add(chain.rule([Statement](repeating: lookup, count: 25), comment: longest))
        })
      #expect(try socket.tables() == [table])
      #expect(try socket.sets(of: table) == [set])
      #expect(try socket.elements(of: set) == [element])
      #expect(try socket.chains(of: table) == [chain])
      #expect(try socket.rules(of: chain).map(\.comment) == [longest])
    }
  }

  @Test func staysInTheNamespaceItWasOpenedIn() async throws {
    try await inPrivateNetworkNamespace {
      let first = try NetfilterSocket()
      let held = try FileDescriptor.open("/proc/thread-self/ns/net", .readOnly, options: .closeOnExec)
      defer { try? held.close() }  // read only
      try enterFreshNetworkNamespace()
      let second = try NetfilterSocket()
      try second.perform(transaction { $0.create(Self.t) })
      #expect(try first.tables().isEmpty)
      #expect(try NetfilterSocket(inside: "/proc/self/fd/\(held.rawValue)").tables().isEmpty)
      #expect(try second.tables() == [Self.t])
    }
    let error = failure { _ = try NetfilterSocket(inside: "/run/netns/not-there") }
    #expect(error?.errno == .noSuchFileOrDirectory)
    #expect(error?.description.contains("/run/netns/not-there") == true)
  }
}
