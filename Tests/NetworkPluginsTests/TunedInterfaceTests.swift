import CNI
import CNIPlugin
import Glibc
import JSON
import LinuxKernel
import Netlink
import Testing

@testable import NetworkPlugins

/// What tuning does to an interface and to a namespace's parameters.
@Suite(.enabled(if: isRoot, "needs root")) struct TunedInterfaceTests {
  /// A pod with an interface, and tuning's notes of it.
  private struct Trial {
    let pod: PodNamespace
    let pool: Pool
    let before: Link

    init() throws {
      pool = try Pool()
      pod = try PodNamespace()
      try pod.socket.perform(.createVethPair(NewLink("eth0"), peer: NewLink("far")))
      before = try pod.socket.link(named: "eth0")
    }

    func test(_ configuration: String) throws -> PluginTest<Tuning> {
      var object = try #require(try JSON(parsing: Array(configuration.utf8)).object)
      object["dataDir"] = .string(pool.path + "/tuning")
      var test = PluginTest(Tuning(allowList: AllowList(path: "/not/there")), object)
      test.networkNamespace = pod.path
      test.caller.allowsOwnNamespace = true
      test.previousResult = try CNIResult(
        cniVersion: "1.1.0",
        interfaces: [
          .init(name: "veth1", mac: "0a:00:00:00:00:77"),
          .init(name: "eth0", mac: before.mac?.description, sandbox: pod.path),
        ])
      return test
    }

    var link: Link { get throws { try pod.socket.link(named: "eth0") } }
    var notes: [String] { get throws { try Directories.names(in: pool.path + "/tuning") } }
    func note() throws -> JSONObject? {
      try JSON(parsing: try DurableFile.read(pool.path + "/tuning/test_eth0.json", limit: 4096)).object
    }
    func sysctl(_ name: String) throws -> String { try NetworkNamespace.visit(pod.path) { try Sysctl.read(name) } }

    /// Nothing of what was tried is left.
    func isUntouched() throws {
      let now = try link
      #expect(now.mac == before.mac && now.mtu == before.mtu && now.flags == before.flags)
      #expect(now.transmitQueueLength == before.transmitQueueLength)
      #expect(try notes.isEmpty)
    }
  }

  private static let all =
    #"{"mac":"0A:00:00:00:00:01","mtu":1400,"promisc":true,"allmulti":true,"txQLen":77,"#
    + #""sysctl":{"net.ipv4.conf.IFNAME.arp_filter":"1","net.ipv4.tcp_rmem":"4096 131072 6291456"}}"#

  @Test func setsAllAndGivesTheInterfaceBackWhatItHad() async throws {
    try await onOwnThread {
      let trial = try Trial()
      var test = try trial.test(Self.all)
      let result = try test.add()
      #expect(result.interfaces.map(\.mac) == ["0a:00:00:00:00:77", "0a:00:00:00:00:01"])
      let link = try trial.link
      #expect(link.mac?.description == "0a:00:00:00:00:01" && link.mtu == 1400 && link.transmitQueueLength == 77)
      #expect(link.flags.isSuperset(of: [.promiscuous, .allMulticast]))
      #expect(try trial.sysctl("net.ipv4.conf.eth0.arp_filter") == "1")
      test.previousResult = result
      try test.check()
      let note = try trial.note()
      #expect(note?["mac"]?.string == trial.before.mac?.description && note?["mtu"]?.integer == 1500)
      #expect(note?["promisc"]?.bool == false && note?["allmulti"]?.bool == false && note?["txQLen"]?.integer == 1000)
      try test.del()
      try trial.isUntouched()
      try test.del()
    }
  }

  @Test func notesOnlyWhatItChanges() async throws {
    try await onOwnThread {
      let trial = try Trial()
      _ = try trial.test(#"{"sysctl":{"net.ipv4.ip_forward":"1"}}"#).add()
      #expect(try trial.notes.isEmpty)
      _ = try trial.test(#"{"mtu":1400}"#).add()
      #expect(try trial.note()?.keys == ["mtu", "owner"])
    }
  }

  @Test func aRepeatKeepsWhatWasBeforeTheFirst() async throws {
    try await onOwnThread {
      let trial = try Trial()
      _ = try trial.test(#"{"mtu":1400}"#).add()
      _ = try trial.test(#"{"mtu":1300,"txQLen":5}"#).add()
      #expect(try trial.note()?["mtu"]?.integer == 1500 && trial.note()?["txQLen"]?.integer == 1000)
      // One that fails takes only its own back.
      #expect(throws: PluginError.self) { try trial.test(#"{"mtu":70000,"mac":"0a:00:00:00:00:01"}"#).add() }
      #expect(try trial.link.mtu == 1300 && trial.link.mac == trial.before.mac)
      #expect(try trial.note()?.keys == ["mtu", "txQLen", "owner"])
      try trial.test(#"{"mtu":1400}"#).del()
      try trial.isUntouched()
    }
  }

  @Test(arguments: [
    #""net.ipv4.conf.IFNAME.not_there":"1""#, #""net.ipv4.tcp_congestion_control":"no-such""#,
    #""net.core.somaxconn":"x""#,
  ])
  func aParameterThatCannotBeSetLeavesNothingBehind(parameter: String) async throws {
    try await onOwnThread {
      let trial = try Trial()
      let configuration = #"{"mtu":1400,"sysctl":{"net.ipv4.conf.IFNAME.arp_filter":"1",\#(parameter)}}"#
      let error = #expect(throws: PluginError.self) { try trial.test(configuration).add() }
      #expect(error?.code == 7 && error?.message.hasPrefix("sysctl net.") == true, "\(error.map { "\($0)" } ?? "")")
      #expect(try trial.sysctl("net.ipv4.conf.eth0.arp_filter") == "0")
      try trial.isUntouched()
    }
  }

  @Test func anAttributeThatTheKernelRefusesLeavesNothingBehind() async throws {
    try await onOwnThread {
      let trial = try Trial()
      let configuration =
        #"{"mtu":70000,"mac":"0a:00:00:00:00:01","promisc":true,"txQLen":5,"sysctl":{"net.ipv4.ip_forward":"1"}}"#
      #expect(throws: PluginError.self) { try trial.test(configuration).add() }
      #expect(try trial.sysctl("net.ipv4.ip_forward") == "0")
      try trial.isUntouched()
      var test = try trial.test(#"{"mtu":1400,"sysctl":{"net.ipv4.ip_forward":"1"}}"#)
      test.interfaceName = "eth1"
      let error = #expect(throws: PluginError.self) { try test.add() }
      #expect(error?.message.contains("eth1") == true)
      #expect(try trial.sysctl("net.ipv4.ip_forward") == "0")
    }
  }

  @Test(arguments: [
    "mac", "mtu", "promisc", "allmulti", "txQLen", "sysctl", "link",
  ])
  func aCheckNoticesWhatHasChanged(what: String) async throws {
    try await onOwnThread {
      let trial = try Trial()
      let test = try trial.test(Self.all)
      _ = try test.add()
      try test.check()
      let (socket, index) = (trial.pod.socket, trial.before.index)
      switch what {
      case "mac": try socket.perform(.setMAC(.random(), ofLink: index))
      case "mtu": try socket.perform(.setMTU(1401, ofLink: index))
      case "promisc": try socket.perform(.setFlags([], of: .promiscuous, ofLink: index))
      case "allmulti": try socket.perform(.setFlags([], of: .allMulticast, ofLink: index))
      case "txQLen": try socket.perform(.setTransmitQueueLength(1, ofLink: index))
      case "sysctl":
        try NetworkNamespace.visit(trial.pod.path) { try Sysctl.write("net.ipv4.conf.eth0.arp_filter", "0") }
      default: try socket.perform(.deleteLink(index))
      }
      #expect(throws: PluginError.self) { try test.check() }
    }
  }

  @Test func whatItWasNotAskedForIsNotItsToCheck() async throws {
    try await onOwnThread {
      let trial = try Trial()
      let test = try trial.test(#"{"mtu":1400,"sysctl":{"net.ipv4.route.flush":"1"}}"#)
      _ = try test.add()
      // A capture in the pod; and a parameter that can only be written.
      try trial.pod.socket.perform(.setFlags(.promiscuous, of: .promiscuous, ofLink: trial.before.index))
      try test.check()
    }
  }

  @Test func aDELWithoutTheNamespaceRemovesTheNote() async throws {
    try await onOwnThread {
      let trial = try Trial()
      for path in ["", "/not/there", trial.pod.path] {
        var test = try trial.test(#"{"mtu":1400}"#)
        _ = try test.add()
        test.networkNamespace = path
        test.caller.dropsNamespace = path == trial.pod.path
        try test.del()
        #expect(try trial.notes.isEmpty)
        // Where the namespace goes away, or is gone, nobody is left to be given anything back.
        #expect(try trial.link.mtu == 1400)
        try trial.pod.socket.perform(.setMTU(1500, ofLink: trial.before.index))
      }
    }
  }

  @Test(arguments: ["", "{", "[]", #"{"mac":1,"mtu":"x"}"#, #"{"mtu":70000}"#])
  func aNoteThatCannotBeFollowedKeepsNoPodAlive(text: String) async throws {
    try await onOwnThread {
      let trial = try Trial()
      let test = try trial.test(#"{"mtu":1400}"#)
      _ = try test.add()
      try DurableFile.replace(trial.pool.path + "/tuning/test_eth0.json", with: Array(text.utf8), durable: false)
      try test.del()
      #expect(try trial.notes.isEmpty)
    }
  }

  @Test func theReferencePluginsNoteIsFollowed() async throws {
    try await onOwnThread {
      let trial = try Trial()
      let note = #"{ "mac": "0a:00:00:00:00:05", "promisc": true, "mtu": 1300, "allmulti": true, "txQLen": 9 }"#
      try Directories.make(trial.pool.path + "/tuning")
      try DurableFile.replace(trial.pool.path + "/tuning/test_eth0.json", with: Array(note.utf8), durable: false)
      try trial.test("{}").del()
      let link = try trial.link
      #expect(link.mac?.description == "0a:00:00:00:00:05" && link.mtu == 1300 && link.transmitQueueLength == 9)
      #expect(link.flags.isSuperset(of: [.promiscuous, .allMulticast]))
    }
  }

  @Test func gcRemovesOnlyWhatBelongsToNobody() async throws {
    try await onOwnThread {
      let trial = try Trial()
      var test = try trial.test(#"{"mtu":1400}"#)
      for id in ["kept", "lost", "theirs"] {
        test.containerID = id
        _ = try test.add()
      }
      test.configuration["name"] = "other"
      test.containerID = "elsewhere"
      _ = try test.add()
      test.configuration["name"] = nil
      try DurableFile.replace(trial.pool.path + "/tuning/a_b.json", with: Array("{}".utf8), durable: false)
      test.caller.owns = { $0 != "theirs" }
      try test.gc(keeping: [.init(containerID: "kept", interfaceName: "eth0")])
      #expect(try trial.notes == ["a_b.json", "elsewhere_eth0.json", "kept_eth0.json", "theirs_eth0.json"])
      test.caller.owns = nil
      try test.gc(keeping: [])
      #expect(try trial.notes == ["a_b.json", "elsewhere_eth0.json"])
    }
  }
}
