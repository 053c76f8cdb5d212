import CNI
import JSON
import LinuxKernel
import Testing

@Suite("Results", .timeLimit(.minutes(1)))
struct ResultTests {
  private func result(_ text: String, _ version: String = "1.0.0") throws -> CNIResult {
    try CNIResult(try JSON(parsing: text), defaultVersion: version)
  }

  static let old = """
    {"cniVersion":"0.2.0","ip4":{"ip":"10.1.0.5/16","gateway":"10.1.0.1","routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"}]},
    "ip6":{"ip":"fd00::5/64","gateway":"fd00::1","routes":[{"dst":"::/0"}]},"dns":{"nameservers":["10.1.0.1"],"domain":"d"}}
    """
  static let middle = """
    {"cniVersion":"0.4.0","interfaces":[{"name":"br"},{"name":"eth0","mac":"02:00:00:00:00:01","sandbox":"/n"}],
    "ips":[{"version":"4","interface":1,"address":"10.1.0.5/16","gateway":"10.1.0.1"},
    {"version":"6","interface":0,"address":"fd00::5/64"}],"routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1"}],"dns":{}}
    """
  static let new = """
    {"cniVersion":"1.1.0","interfaces":[{"name":"eth0","mac":"02:00:00:00:00:01","mtu":1400,"sandbox":"/n",
    "socketPath":"/s","pciID":"0000:04:00.5"}],"ips":[{"interface":0,"address":"10.1.0.5/16"}],
    "routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1","mtu":1300,"advmss":1200,"priority":7,"table":0,"scope":253}],
    "dns":{"search":["a"],"options":["b"]}}
    """

  @Test("CNI-A33 every version's shape is read", arguments: SpecificationVersion.supported)
  func shapes(version: String) throws {
    let text = version < "0.3" ? ResultTests.old : version < "1" ? ResultTests.middle : ResultTests.new
    var object = try #require(try JSON(parsing: text).object)
    object["cniVersion"] = .string(version)
    let result = try CNIResult(.object(object), defaultVersion: "")
    #expect(result.cniVersion == version && result.ips.first?.address.description == "10.1.0.5/16")
    switch version {
    case "0.1.0", "0.2.0":
      #expect(result.interfaces.isEmpty && result.ips.map(\.gateway) == ["10.1.0.1", "fd00::1"])
      #expect(result.routes.map(\.destination.description) == ["0.0.0.0/0", "::/0"] && result.dns.domain == "d")
    case "0.3.0", "0.3.1", "0.4.0":
      #expect(result.interface(of: result.ips[0])?.name == "eth0" && result.ips[1].interface == 0)
    default:
      #expect(result.interfaces[0].mtu == 1400 && result.interfaces[0].socketPath == "/s")
      #expect(result.routes[0].table == 0 && result.routes[0].scope == 253 && result.routes[0].advertisedMSS == 1200)
    }
  }

  @Test("CNI-A33 written in a version's form: the same JSON comes back", arguments: [old, middle, new])
  func written(text: String) throws {
    let read = try result(text)
    let made = try CNIResult(
      cniVersion: read.cniVersion, interfaces: read.interfaces, ips: read.ips, routes: read.routes, dns: read.dns)
    #expect(try made.raw == JSON(parsing: text))
  }

  @Test("CNI-A33 empty dns is printed up to 0.4.0, ips[].version is dropped from 1.0.0 on")
  func dns() throws {
    let ips = [CNIResult.IPConfiguration(address: try #require(IPPrefix("10.0.0.2/8")))]
    func raw(_ version: String) throws -> JSON { try CNIResult(cniVersion: version, ips: ips).raw }
    #expect(try raw("0.2.0") == ["cniVersion": "0.2.0", "ip4": ["ip": "10.0.0.2/8"], "dns": [:]])
    #expect(
      try raw("0.3.1") == ["cniVersion": "0.3.1", "ips": [["version": "4", "address": "10.0.0.2/8"]], "dns": [:]])
    #expect(try raw("1.0.0") == ["cniVersion": "1.0.0", "ips": [["address": "10.0.0.2/8"]]])
  }

  @Test(
    "CNI-A34 up from 0.2.0: no interfaces, both addresses, all routes", arguments: ["0.3.0", "0.4.0", "1.0.0", "1.1.0"])
  func up(version: String) throws {
    let up = try result(ResultTests.old).converted(to: version)
    #expect(up.cniVersion == version && up.raw["interfaces"] == nil)
    #expect(up.ips.map(\.address.description) == ["10.1.0.5/16", "fd00::5/64"] && up.routes.count == 2)
    #expect(up.raw["ips"]?[1]?["version"] == (version < "1" ? "6" : nil))
    #expect(up.dns.nameservers == ["10.1.0.1"])
  }

  @Test("CNI-A34 down to 0.2.0: the first address of each family, routes of the family with dst and gw only")
  func down() throws {
    let text = """
      {"cniVersion":"1.1.0","interfaces":[{"name":"eth0"}],"ips":[{"address":"fd00::5/64"},{"address":"10.1.0.5/16",
      "interface":0,"gateway":"10.1.0.1"},{"address":"10.1.0.6/16"}],
      "routes":[{"dst":"0.0.0.0/0","gw":"10.1.0.1","mtu":9},{"dst":"::/0"}]}
      """
    #expect(
      try result(text).converted(to: "0.1.0").raw == [
        "cniVersion": "0.1.0",
        "ip4": ["ip": "10.1.0.5/16", "gateway": "10.1.0.1", "routes": [["dst": "0.0.0.0/0", "gw": "10.1.0.1"]]],
        "ip6": ["ip": "fd00::5/64", "routes": [["dst": "::/0"]]], "dns": [:],
      ])
    let none = try result(#"{"cniVersion":"1.0.0","interfaces":[{"name":"x"}]}"#)
    let error = #expect(throws: CNIError.self) { try none.converted(to: "0.2.0") }
    #expect(error?.text == "cannot convert: no valid IP addresses")
  }

  @Test("CNI-A34 from 1.x to 0.4.0: versions come, the new fields go; from 1.1.0 to 1.0.0 nothing is lost")
  func downTo04() throws {
    let result = try result(ResultTests.new)
    #expect(
      try result.converted(to: "0.4.0").raw == [
        "cniVersion": "0.4.0", "interfaces": [["name": "eth0", "mac": "02:00:00:00:00:01", "sandbox": "/n"]],
        "ips": [["version": "4", "interface": 0, "address": "10.1.0.5/16"]],
        "routes": [["dst": "0.0.0.0/0", "gw": "10.1.0.1"]], "dns": ["search": ["a"], "options": ["b"]],
      ])
    #expect(try result.converted(to: "1.0.0").interfaces == result.interfaces)
    #expect(try result.converted(to: "1.1.0") == result)
  }

  @Test("CNI-A34 unknown versions")
  func unknown() throws {
    let reading = #expect(throws: CNIError.self) { try result(#"{"cniVersion":"1.2.0"}"#) }
    #expect(reading?.text == "unsupported CNI result version \"1.2.0\"")
    let converting = #expect(throws: CNIError.self) { try result("{}").converted(to: "1.2.0") }
    #expect(converting?.text == "no converter for CNI result version 1.0.0 to 1.2.0")
  }

  @Test("CNI-A34 round trips over all versions keep the address", arguments: SpecificationVersion.supported)
  func roundTrip(version: String) throws {
    let start = try result(ResultTests.new)
    let back = try start.converted(to: version).converted(to: "1.1.0")
    #expect(back.ips.map(\.address) == start.ips.map(\.address) && back.cniVersion == "1.1.0")
    #expect(back.routes.map(\.destination) == start.routes.map(\.destination) && back.dns == start.dns)
  }

  @Test(
    "CNI-A35 interface 0 is valid; -1 and out of range do not crash", arguments: [-1, 1, 2, 1 << 53 - 1, -1 << 53 + 1])
  func indexes(index: Int) throws {
    let text =
      #"{"interfaces":[{"name":"eth0","sandbox":"/n"}],"ips":[{"address":"10.0.0.2/8","interface":\#(index)}]}"#
    let out = try result(text)
    #expect(out.interface(of: out.ips[0]) == nil && out.ips[0].interface == index)
    #expect(try out.converted(to: "0.2.0").converted(to: "1.1.0").ips.count == 1)
    let zero = try result(#"{"interfaces":[{"name":"eth0"}],"ips":[{"address":"10.0.0.2/8","interface":0}]}"#)
    #expect(zero.interface(of: zero.ips[0])?.name == "eth0")
    #expect(try zero.converted(to: "0.4.0").raw["ips"]?[0]?["interface"] == 0)
  }

  @Test("CNI-A35 a number that plugins in Go would damage is refused, so that it never gets into a DEL")
  func hugeIndex() throws {
    func indexed(_ index: String) -> String { #"{"ips":[{"address":"10.0.0.2/24","interface":\#(index)}]}"# }
    #expect(try result(indexed("9007199254740991"), "1.0.0").ips[0].interface == 9_007_199_254_740_991)
    for index in ["9007199254740992", "9223372036854775807", "-9223372036854775808", "1e400"] {
      #expect(throws: CNIError.self, "\(index)") { try result(indexed(index), "1.0.0") }
    }
  }

  @Test("CNI-A35 what the reference loopback prints")
  func loopback() throws {
    let unversioned = """
      {"cniVersion":"0.3.1","interfaces":[{"name":"lo","mac":"00:00:00:00:00:00","sandbox":"/n"}],
      "ips":[{"address":"127.0.0.1/8","interface":0},{"address":"::1/128","interface":0}],"dns":{}}
      """
    let converted = try result(unversioned).converted(to: "0.4.0")
    #expect(converted.raw["ips"]?[0]?["version"] == "4" && converted.raw["ips"]?[1]?["version"] == "6")
    let mislabelled = unversioned.replacing("0.3.1", with: "0.2.0")
    #expect(try result(mislabelled).ips.map(\.address.description) == ["127.0.0.1/8", "::1/128"])
    #expect(try result(mislabelled).interfaces.map(\.name) == ["lo"])
  }

  @Test("CNI-A36 keys are found without regard to case, as Go's plugins write and read them")
  func keyCase() throws {
    let result = try result(#"{"CNIVersion":"0.4.0","IPs":[{"Address":"10.0.0.2/8"}],"Interfaces":[{"Name":"x"}]}"#)
    #expect(result.cniVersion == "0.4.0" && result.ips.count == 1 && result.interfaces[0].name == "x")
    let mapping: JSONObject = ["HostPort": 8080, "hostIP": "1.2.3.4"]
    #expect(mapping.value(ignoringCase: "hostPort") == 8080 && mapping.value(ignoringCase: "HostIP") == "1.2.3.4")
    #expect(mapping.value(ignoringCase: "protocol") == nil)
  }

  @Test("CNI-A36 capability values pass through as they are spelled")
  func capabilityCase() async throws {
    let bench = try Bench()
    var attachment = attachment()
    attachment.capabilityArguments = ["portMappings": [["HostPort": 8080, "ContainerPort": 80, "Protocol": "tcp"]]]
    _ = try await bench.runtime.add(
      try list(#"{"name":"n","plugins":[{"type":"a","capabilities":{"portMappings":true}}]}"#), attachment)
    #expect(
      try bench.invoker.requests[0].json["runtimeConfig"]?["portMappings"]?[0]?["HostPort"] == 8080)
  }

  @Test(
    "CNI-B10 addresses without an interface, or with a wrong one, are the container's; the host's of the same name are not"
  )
  func addresses() throws {
    let text = """
      {"interfaces":[{"name":"eth0"},{"name":"eth0","sandbox":"/n"},{"name":"other","sandbox":"/n"}],"ips":[
      {"address":"10.0.0.1/8","interface":0},{"address":"10.0.0.2/8","interface":1},{"address":"10.0.0.3/8","interface":2},
      {"address":"10.0.0.4/8"},{"address":"10.0.0.5/8","interface":3},{"address":"10.0.0.6/8","interface":-1}]}
      """
    let addresses = try result(text).addresses(of: "eth0").map(\.address.address.description)
    #expect(addresses == ["10.0.0.2", "10.0.0.4", "10.0.0.5", "10.0.0.6"])
  }

  @Test("CNI-B11 the preferred family's first address comes first, the rest in order")
  func preference() throws {
    let text =
      #"{"ips":[{"address":"fd00::1/64"},{"address":"10.0.0.1/8"},{"address":"fd00::2/64"},{"address":"10.0.0.2/8"}]}"#
    let result = try result(text)
    func order(_ preference: AddressPreference) -> [String] {
      result.addresses(of: "eth0", preference: preference).map(\.address.address.description)
    }
    #expect(order(.ipv4) == ["10.0.0.1", "fd00::1", "fd00::2", "10.0.0.2"])
    #expect(order(.ipv6) == ["fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2"])
    #expect(order(.cni) == ["fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2"])
    #expect(try self.result(#"{"ips":[{"address":"fd00::1/64"}]}"#).addresses(of: "eth0").count == 1)
  }

  @Test("CNI-B10 where no interface of the result has a sandbox, the one of the name is the container's")
  func withoutSandboxes() throws {
    let text = """
      {"interfaces":[{"name":"br0"},{"name":"eth0"}],"ips":[
      {"address":"10.0.0.1/8","interface":0},{"address":"10.0.0.2/8","interface":1}]}
      """
    #expect(try result(text).addresses(of: "eth0").map(\.address.address.description) == ["10.0.0.2"])
  }

  @Test(
    "Why there is no address: what the result says",
    arguments: [
      ("{}", "the result has no addresses (`ips` is missing or empty)"),
      (
        #"{"interfaces":[{"name":"eni1"}],"ips":[{"interface":0,"address":"10.9.8.7/32"}]}"#,
        "the addresses belong to eni1, which has no sandbox; none to eth0"
      ),
      (
        #"{"interfaces":[{"name":"eth0"},{"name":"net1","sandbox":"/n"}],"ips":[{"interface":0,"address":"10.9.8.7/32"},"#
          + #"{"interface":0,"address":"10.9.8.8/32"},{"interface":1,"address":"10.9.8.9/32"}]}"#,
        "the addresses belong to eth0, which has no sandbox, and to net1, which is in sandbox /n; none to eth0"
      ),
      (
        #"{"interfaces":[{"name":""}],"ips":[{"interface":0,"address":"10.9.8.7/32"}]}"#,
        "the addresses belong to an interface without a name, which has no sandbox; none to eth0"
      ),
    ])
  func absence(text: String, words: String) throws {
    let result = try result(text)
    #expect(result.addresses(of: "eth0").isEmpty && result.absence(ofAddressesOn: "eth0") == words)
  }
}
