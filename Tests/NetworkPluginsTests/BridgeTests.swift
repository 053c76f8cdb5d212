import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netlink
import Testing

@testable import NetworkPlugins

/// What bridge makes of its configuration and of its IPAM plugin's answer, without a kernel.
@Suite struct BridgeTests {
  private func settings(
    _ configuration: JSONObject, _ arguments: [CNI.Attachment.Argument] = []
  ) throws -> BridgeSettings {
    var test = PluginTest(Bridge(), configuration)
    test.arguments = arguments
    return try BridgeSettings(try test.call(.add))
  }

  @Test func hasTheReferencePluginsDefaults() throws {
    let settings = try settings([:])
    #expect(settings.bridge == "cni0" && !settings.isGateway && settings.mtu == nil && settings.mac == nil)
    #expect(settings.port == BridgePort(hairpin: false, isIsolated: false))
    #expect(try self.settings(["isDefaultGateway": true]).isGateway)
    #expect(try self.settings(["mtu": 0]).mtu == nil)
  }

  @Test func theCapabilitysMACOutweighsTheOthers() throws {
    let argument = [CNI.Attachment.Argument("MAC", "0a:00:00:00:00:01"), .init("IgnoreUnknown", "1")]
    #expect(try settings([:], argument).mac?.description == "0a:00:00:00:00:01")
    let args: JSON = ["cni": ["mac": "0a:00:00:00:00:02"]]
    #expect(try settings(["args": args], argument).mac?.description == "0a:00:00:00:00:02")
    let all: JSONObject = ["args": args, "runtimeConfig": ["mac": "0a:00:00:00:00:03"]]
    #expect(try settings(all, argument).mac?.description == "0a:00:00:00:00:03")
  }

  @Test(arguments: [
    (#"{"hairpinMode":true,"promiscMode":true}"#, "hairpin"), (#"{"mtu":-1}"#, "mtu"), (#"{"mtu":70000}"#, "mtu"),
    (#"{"runtimeConfig":{"mac":"x"}}"#, "mac"), (#"{"ipMasq":true,"ipMasqBackend":"iptables"}"#, "ipMasqBackend"),
    (#"{"vlan":5}"#, "vlan"),
    (#"{"bridge":"leak%d"}"#, "leak%d"), (#"{"bridge":"%"}"#, "bridge"),
    (#"{"macspoofchk":true}"#, "macspoofchk"), (#"{"enabledad":true}"#, "enabledad"),
    (#"{"vlanTrunk":[]}"#, "vlanTrunk"), (#"{"disableContainerInterface":true}"#, "disableContainerInterface"),
  ])
  func refuses(configuration: String, word: String) throws {
    let object = try #require(try JSON(parsing: Array(configuration.utf8)).object)
    let error = #expect(throws: PluginError.self) { try settings(object) }
    #expect(error?.code == 7 && error?.message.contains(word) == true)
  }

  @Test(arguments: [
    (#"{"bridge":"b","isGateway":true,"mtu":1400,"hairpinMode":true,"portIsolation":true,"dns":{},"ipam":{}}"#, nil),
    (#"{"ipMasq":false,"vlan":0,"macspoofchk":false,"enabledad":false}"#, nil),
    (#"{"ipMasq":true}"#, nil), (#"{"ipMasq":true,"ipMasqBackend":"nftables"}"#, nil),
    (#"{"ipMasq":true,"ipMasqBackend":"iptables"}"#, "ipMasqBackend"),
    (#"{"isGatewya":true}"#, "isGatewya"), (#"{"mtu":"1500"}"#, "mtu"), (#"{"vlanTrunk":[{"id":5}]}"#, "vlanTrunk"),
    (#"{"args":{"cni":{"mac":"x"}},"capabilities":{"mac":true},"cni.dev/x":1}"#, nil),
    (#"{"isgateway":true}"#, nil), (#"{"isGateway":true,"isgateway":false}"#, "isgateway"),
  ])
  func leavesToTheExecutableWhatItDoesNotHonour(configuration: String, word: String?) throws {
    let reason = Bridge().reasonToExecute(try #require(try JSON(parsing: Array(configuration.utf8)).object))
    #expect((reason == nil) == (word == nil), "\(reason ?? "native")")
    if let word { #expect(reason?.contains(word) == true) }
  }

  private func addresses(_ configuration: JSONObject, _ ips: [(String, String?)], routes: [CNIResult.Route] = []) throws
    -> BridgeAddresses
  {
    let result = try CNIResult(
      cniVersion: "1.1.0",
      ips: ips.map { .init(address: try #require(IPPrefix($0.0)), gateway: $0.1) }, routes: routes)
    let call = try PluginTest(Bridge(), configuration).call(.add)
    return try BridgeAddresses(result, try settings(configuration), call)
  }

  @Test func aGatewayIsTheFirstAddressUnlessIPAMSaysWhich() throws {
    let made = try addresses(["isGateway": true], [("10.1.0.7/16", nil), ("fd00::7/64", "fd00::9")])
    #expect(made.ips.map(\.gateway) == ["10.1.0.1", "fd00::9"] && made.ips.allSatisfy { $0.interface == 2 })
    #expect(made.gateways.map(\.description) == ["10.1.0.1/16", "fd00::9/64"] && made.routes.isEmpty)
    #expect(try addresses([:], [("10.1.0.7/16", nil)]).ips.map(\.gateway) == [nil])
  }

  @Test func aDefaultGatewayIsADefaultRouteOnce() throws {
    let made = try addresses(
      ["isDefaultGateway": true], [("10.1.0.7/16", nil), ("10.1.0.8/16", nil), ("fd00::7/64", nil)])
    #expect(made.routes.map { "\($0.destination) \($0.gateway ?? "")" } == ["0.0.0.0/0 10.1.0.1", "::/0 fd00::1"])
    let own = CNIResult.Route(destination: .everything(.v4), gateway: "10.1.0.99")
    #expect(try addresses(["isDefaultGateway": true], [("10.1.0.7/16", nil)], routes: [own]).routes == [own])
  }

  @Test func aRouteWithoutARouterGoesByTheFirstAddressesOfItsFamily() throws {
    let routes: [CNIResult.Route] = [
      .init(destination: try #require(IPPrefix("10.9.0.0/16")), priority: 7, table: 100),
      .init(destination: try #require(IPPrefix("fd09::/64"))),
      .init(destination: try #require(IPPrefix("10.8.0.0/16")), gateway: "10.1.0.2"),
    ]
    let ips = try addresses([:], [("10.1.0.7/16", "10.1.0.1")]).ips
    let made = try PodRoute.all(routes, beside: ips).map(\.route)
    #expect(made[0] == Netlink.Route(to: routes[0].destination, via: IPAddress("10.1.0.1"), metric: 7, table: 100))
    #expect(made[1] == Netlink.Route(to: routes[1].destination))
    #expect(made[2] == Netlink.Route(to: routes[2].destination, via: IPAddress("10.1.0.2")))
  }

  @Test func thePodsInterfaceIsNoPattern() throws {
    var test = PluginTest(Bridge(), [:])
    test.interfaceName = "eth%d"
    let error = #expect(throws: PluginError.self) { try test.add() }
    #expect(error?.code == 7 && error?.message.contains("CNI_IFNAME") == true)
    var pair = PluginTest(PointToPoint(), ["ipam": ["type": "static"]])
    pair.interfaceName = "eth%d"
    #expect(throws: PluginError.self) { try pair.add() }.map { #expect($0.code == 7) }
  }

  @Test func aRouteHasAllThatItAsksForOrIsRefused() throws {
    let destination = try #require(IPPrefix("10.9.0.0/16"))
    let made = try PodRoute(
      .init(
        destination: destination, mtu: 1300, advertisedMSS: 1200, priority: 4_294_967_295, table: 4_294_967_295,
        scope: 253), beside: [])
    #expect(
      made.route
        == Netlink.Route(to: destination, metric: .max, table: .max, mtu: 1300, advertisedMSS: 1200)
        && made.reach == .link)
    let plain = try PodRoute(
      .init(destination: destination, mtu: 0, advertisedMSS: 0, priority: 0, table: 0, scope: 0), beside: [])
    #expect(plain.route == Netlink.Route(to: destination) && plain.reach == .everywhere)
    let refused: [(CNIResult.Route, String)] = [
      (.init(destination: destination, mtu: -1), "mtu"), (.init(destination: destination, mtu: 70_000), "mtu"),
      (.init(destination: destination, advertisedMSS: 65_496), "advmss"),
      (.init(destination: destination, priority: -1), "priority"),
      (.init(destination: destination, priority: 4_294_967_296), "priority"),
      (.init(destination: destination, table: -1), "table"), (.init(destination: destination, table: .max), "table"),
      (.init(destination: destination, scope: 256), "scope"), (.init(destination: destination, scope: .min), "scope"),
    ]
    for (route, key) in refused {
      let error = #expect(throws: PluginError.self) {
        try addresses([:], [("10.1.0.7/16", "10.1.0.1")], routes: [route])
      }
      #expect(error?.code == 7 && error?.message.contains("its \(key), ") == true)
      let result = try CNIResult(
        cniVersion: "1.1.0", ips: [.init(address: destination, gateway: "10.9.0.1")], routes: [route])
      let call = try PluginTest(PointToPoint(), [:]).call(.add)
      #expect(throws: PluginError.self) { try PointToPointAddresses(result, call) }
    }
  }

  @Test func anIPAMPluginWithoutAddressesIsAFailure() {
    let error = #expect(throws: PluginError.self) { try addresses([:], []) }
    #expect(error?.message == "IPAM plugin returned missing IP config")
  }

  @Test func itsOwnDNSOutweighsIPAMs() throws {
    let dns: JSON = ["nameservers": ["10.0.0.53"]]
    #expect(try addresses(["dns": dns], [("10.1.0.7/16", nil)]).dns.nameservers == ["10.0.0.53"])
  }
}

@Suite struct LinkOwnerTests {
  private let identity = AttachmentIdentity(containerID: String(repeating: "a", count: 64), interfaceName: "eth0")

  @Test func aLongContainerIDIsToldByItsBeginningAndItsHash() throws {
    let ids = ["a", "b"].map { String(repeating: "x", count: 199) + $0 }
    let owners = ids.map { LinkOwner(network: "net", identity: .init(containerID: $0, interfaceName: "eth0")) }
    #expect(owners[0].description != owners[1].description)
    #expect(owners.allSatisfy { $0.description.utf8.count <= 128 })
    #expect(owners[0].isOfSameContainer(as: owners[0].description))
    #expect(!owners[0].isOfSameContainer(as: owners[1].description))
    let named = try #require(LinkOwner.identity(in: owners[0].description, of: "net"))
    let test = PluginTest(Bridge())
    #expect(try test.call(.gc, keeping: [owners[0].identity]).isValid(named))
    #expect(try !test.call(.gc, keeping: [owners[1].identity]).isValid(named))
    #expect(LinkOwner.shown(String(repeating: "x", count: 64)) == String(repeating: "x", count: 64))
  }

  @Test func isWrittenInNameAndAlias() {
    let owner = LinkOwner(network: "net", identity: identity)
    #expect(owner.linkName.utf8.count == 12 && owner.linkName.hasPrefix("veth"))
    #expect(LinkOwner.identity(in: owner.description, of: "net") == identity)
    #expect(LinkOwner.identity(in: owner.description) == identity)
    #expect(LinkOwner.identity(in: owner.description, of: "other") == nil)
    let names = [
      owner, LinkOwner(network: "other", identity: identity),
      LinkOwner(network: "net", identity: .init(containerID: "b", interfaceName: "eth0")),
      LinkOwner(network: "net", identity: .init(containerID: identity.containerID, interfaceName: "eth1")),
    ].map(\.linkName)
    #expect(Set(names).count == 4)
  }

  @Test func theLongestFitsIntoAnAlias() {
    let owner = LinkOwner(
      network: String(repeating: "n", count: 500),
      identity: .init(containerID: identity.containerID, interfaceName: "fifteen-letters"))
    #expect(owner.description.utf8.count <= 255)
  }

  @Test(arguments: [
    "", "eth0", "a/b/c", "0123456789abcdef/x", "0123456789abcdeX/x/y", "0123456789abcdef/x/y/z", "to the uplink",
  ])
  func whatOthersWroteIsNoOwner(alias: String) {
    #expect(LinkOwner.identity(in: alias) == nil)
  }

  @Test func aRandomMACIsNobodysByLaw() {
    for _ in 0..<100 { #expect(MACAddress.random().bytes[0] & 3 == 2) }
  }

  @Test func aMACFollowsFromTheAddress() throws {
    let four = MACAddress.derived(from: try #require(IPAddress("10.187.0.2")))
    #expect(four.description == "0a:58:0a:bb:00:02")
    let addresses = try ["fd00::2", "fd00::3", "fd00:1::2", "10.0.0.2"].map { try #require(IPAddress($0)) }
    let all = addresses.map(MACAddress.derived)
    #expect(Set(all).count == 4 && all == addresses.map(MACAddress.derived))
    for mac in all { #expect(mac.bytes[0] & 3 == 2) }
  }
}
