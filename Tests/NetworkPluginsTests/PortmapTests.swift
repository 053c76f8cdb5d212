import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netfilter
import Testing

@testable import NetworkPlugins

/// What portmap makes of its configuration and of the previous result, without a kernel.
@Suite struct PortmapTests {
  private func call(_ configuration: String, ips: [String] = ["10.1.0.7/16", "fd00::7/64"]) throws
    -> PluginCall<Portmap.Configuration>
  {
    var test = PluginTest(Portmap(), try #require(try JSON(parsing: Array(configuration.utf8)).object))
    test.previousResult = try CNIResult(
      cniVersion: "1.1.0", interfaces: [.init(name: "veth1"), .init(name: "eth0", sandbox: "/run/netns/test")],
      ips: ips.map { .init(address: try #require(IPPrefix($0)), interface: 1) })
    return try test.call(.add)
  }

  private func claim(_ mappings: String, _ more: String = "") throws -> [String] {
    let call = try call(#"{"runtimeConfig":{"portMappings":["# + mappings + "]}" + more + "}")
    let claim = TableClaim(call, try PortmapSettings(call))
    #expect(claim.elements.allSatisfy { claim.owner.isNamed(by: $0.comment) })
    return claim.elements.map { element in
      element.description.replacing(" comment \"\(claim.owner)\"", with: "")
    }
  }

  @Test func aPortLeadsToThePodsFirstAddressOfEachFamily() throws {
    let near4 = SubnetRules(near: try #require(IPPrefix("10.1.0.0/16")), in: "test").name
    let near6 = SubnetRules(near: try #require(IPPrefix("fd00::/64")), in: "test").name
    #expect(
      try claim(#"{"hostPort":8080,"containerPort":80}"#) == [
        "inet berth ports4 { tcp . 8080 : 10.1.0.7 . 80 }", "inet berth \(near4) { 10.1.0.7 . tcp . 80 }",
        "inet berth ports6 { tcp . 8080 : fd00::7 . 80 }", "inet berth \(near6) { fd00::7 . tcp . 80 }",
      ])
  }

  @Test func aHostAddressChoosesTheFamily() throws {
    let mapping = { #"{"hostPort":53,"containerPort":5353,"protocol":"UDP","hostIP":""# + $0 + "\"}" }
    #expect(
      try claim(mapping("192.0.2.1"), #","snat":false"#) == [
        "inet berth ports_on4 { 192.0.2.1 . udp . 53 : 10.1.0.7 . 5353 }"
      ])
    #expect(try claim(mapping("::"), #","snat":false"#) == ["inet berth ports6 { udp . 53 : fd00::7 . 5353 }"])
    #expect(try claim(mapping("0.0.0.0"), #","snat":false"#) == ["inet berth ports4 { udp . 53 : 10.1.0.7 . 5353 }"])
    #expect(try claim(mapping(""), #","snat":false"#).count == 2)
    #expect(try claim(mapping("::ffff:192.0.2.1")) == claim(mapping("192.0.2.1")))
  }

  @Test func masqAllMasqueradesEveryClient() throws {
    let made = try claim(#"{"hostPort":1,"containerPort":2,"protocol":"sctp"}"#, #","masqAll":true"#)
    #expect(made.contains("inet berth masquerade_all4 { 10.1.0.7 . sctp . 2 }") && made.count == 4)
  }

  @Test func twoPortsMayLeadToOneAndTheSameOneIsOne() throws {
    let one = #"{"hostPort":1,"containerPort":80,"hostIP":"0.0.0.0"}"#
    #expect(try claim("\(one),\(one)").count == 2)
    #expect(try claim(one + #",{"hostPort":2,"containerPort":80,"hostIP":"0.0.0.0"}"#).count == 3)
  }

  @Test(arguments: [
    (#"{"hostPort":0,"containerPort":80}"#, "host port number"),
    (#"{"hostPort":65536,"containerPort":80}"#, "host port number"),
    (#"{"hostPort":1,"containerPort":-1}"#, "container port number"),
    (#"{"hostPort":1,"containerPort":1,"protocol":"icmp"}"#, "protocol"),
    (#"{"hostPort":1,"containerPort":1,"hostIP":"x"}"#, "hostIP"),
    (#"{"hostPort":1,"containerPort":1,"hostIP":"::1"}"#, "::1"),
    (#"{"hostPort":1,"containerPort":1},{"hostPort":1,"containerPort":2}"#, "lead to 1 and to 2"),
    (#"{"hostPort":1,"containerPort":1},{"hostPort":1,"containerPort":2,"hostIP":"192.0.2.1"}"#, "lead to 1"),
  ])
  func refusesMappings(mappings: String, word: String) throws {
    let error = #expect(throws: PluginError.self) { try claim(mappings) }
    #expect(error?.code == 7 && error?.message.contains(word) == true)
  }

  @Test(arguments: [
    (#"{"capabilities":{"portMappings":true},"snat":true,"masqAll":false}"#, nil), (#"{"backend":"nftables"}"#, nil),
    (#"{"conditionsV4":[],"conditionsV6":[],"externalSetMarkChain":""}"#, nil),
    (#"{"conditionsV4":["-s","10.0.0.0/8"]}"#, "conditionsV4"), (#"{"conditionsV6":["!"]}"#, "conditionsV6"),
    (#"{"externalSetMarkChain":"KUBE-MARK-MASQ"}"#, "externalSetMarkChain"), (#"{"markMasqBit":13}"#, "markMasqBit"),
    (#"{"backend":"iptables"}"#, "backend"), (#"{"snatt":true}"#, "snatt"), (#"{"snat":"yes"}"#, "snat"),
  ])
  func leavesToTheExecutableWhatItDoesNotHonour(configuration: String, word: String?) throws {
    let object = try #require(try JSON(parsing: Array(configuration.utf8)).object)
    let reason = Portmap().reasonToExecute(object)
    #expect((reason == nil) == (word == nil), "\(reason ?? "native")")
    if let word { #expect(reason?.contains(word) == true) }
    // Called all the same, it says so and does nothing.
    if let word, !word.hasPrefix("snat") {
      let error = #expect(throws: PluginError.self) { _ = try PortmapSettings(try call(configuration)) }
      #expect(error?.code == 7 && error?.message.contains(word) == true)
    }
  }

  @Test func withoutMappingsThePreviousResultIsTheResult() throws {
    var test = PluginTest(Portmap())
    #expect(throws: PluginError.self) { try test.add() }
    test.previousResult = try CNIResult(cniVersion: "1.1.0", ips: [])
    #expect(try test.add() == test.previousResult)
    try test.check()
  }

  @Test func onlyAddressesOfTheInterfaceInTheContainerAreTargets() throws {
    var test = PluginTest(Portmap(), ["runtimeConfig": ["portMappings": [["hostPort": 1, "containerPort": 1]]]])
    test.previousResult = try CNIResult(
      cniVersion: "1.1.0", interfaces: [.init(name: "eth0"), .init(name: "eth0", sandbox: "/run/netns/test")],
      ips: [
        .init(address: try #require(IPPrefix("10.1.0.1/16")), interface: 0),
        .init(address: try #require(IPPrefix("10.1.0.2/16")), interface: 1),
      ])
    #expect(try PortmapSettings(try test.call(.add)).targets.map(\.description) == ["10.1.0.2/16"])
  }
}
