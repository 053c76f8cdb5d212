import Testing

@testable import PodSandbox

@Suite(.timeLimit(.minutes(1))) struct HostPortTests {
  typealias Mapping = PodSandboxConfiguration.PortMapping

  static func mapping(_ host: Int32, _ address: String = "", _ transport: Mapping.TransportProtocol = .tcp) -> Mapping {
    var mapping = Mapping()
    (mapping.containerPort, mapping.hostPort, mapping.hostIP, mapping.protocol) = (80, host, address, transport)
    return mapping
  }

  static func port(_ address: String = "", _ host: Int32 = 80) throws -> HostPort {
    try #require(HostPort(mapping(host, address)))
  }

  @Test(
    "two addresses clash when they are equal, or one is absent or its family's wildcard",
    arguments: [
      ("", "", true), ("", "127.0.0.1", true), ("", "::1", true), ("0.0.0.0", "127.0.0.1", true), ("::", "::1", true),
      ("127.0.0.1", "127.0.0.1", true), ("::1", "0:0:0:0:0:0:0:1", true), ("fd00::a", "FD00:0::0A", true),
      ("::ffff:10.0.0.1", "10.0.0.1", true), ("::ffff:0.0.0.0", "10.0.0.1", true),
      ("127.0.0.1", "127.0.0.2", false), ("::1", "::2", false), ("127.0.0.1", "::1", false), ("0.0.0.0", "::1", false),
      ("::", "127.0.0.1", false), ("0.0.0.0", "::", false),
    ])
  func clashes(one: String, other: String, expected: Bool) throws {
    let (one, other) = (try Self.port(one), try Self.port(other))
    #expect(one.clashes(with: other) == expected)
    #expect(other.clashes(with: one) == expected)
    var claims = HostPortClaims()
    claims.add([one], to: "a")
    #expect((claims.conflict(for: [other]) != nil) == expected)
    var reverse = HostPortClaims()
    reverse.add([other], to: "a")
    #expect((reverse.conflict(for: [one]) != nil) == expected)
  }

  @Test("another protocol and another port are another port")
  func keys() throws {
    let tcp = try #require(HostPort(Self.mapping(80)))
    let udp = try #require(HostPort(Self.mapping(80, "", .udp)))
    let other = try #require(HostPort(Self.mapping(81)))
    #expect(!tcp.clashes(with: udp) && !tcp.clashes(with: other))
    #expect(HostPort(Self.mapping(0)) == nil)
    #expect(HostPort(Self.mapping(80, "localhost")) == nil)
    let (v4, v6) = (try Self.port("127.0.0.1"), try Self.port("::1"))
    #expect(["\(tcp)", "\(v4)", "\(v6)"] == ["tcp 80", "tcp 127.0.0.1:80", "tcp [::1]:80"])
  }

  @Test("a port is held until its holder lets go, and the holder does not clash with itself")
  func claims() throws {
    var claims = HostPortClaims()
    let ports = [try Self.port("127.0.0.1"), try Self.port("10.0.0.1", 81)]
    claims.add(ports, to: "a")
    let conflict = try #require(claims.conflict(for: [try Self.port("10.0.0.9", 81), try Self.port("", 81)]))
    #expect(conflict == .init(port: try Self.port("", 81), held: ports[1], holderID: "a"))
    #expect(claims.conflict(for: ports, excluding: "a") == nil)
    #expect(claims["a"] == ports && claims["b"].isEmpty)
    claims.remove("a")
    claims.remove("a")
    #expect(claims.conflict(for: ports) == nil && claims.isEmpty)
  }

  @Test("what an id had before is free once it has something else")
  func replaces() throws {
    var claims = HostPortClaims()
    claims.add([try Self.port()], to: "a")
    claims.add([try Self.port("", 81)], to: "a")
    #expect(claims.conflict(for: [try Self.port()]) == nil)
    #expect(claims.conflict(for: [try Self.port("", 81)])?.holderID == "a")
    claims.add([], to: "a")
    #expect(claims.isEmpty)
  }

  @Test(
    "of two holders of one port, the other one's removal does not free it", arguments: ["", "0.0.0.0", "127.0.0.1"])
  func several(address: String) throws {
    var claims = HostPortClaims()
    claims.add([try Self.port(address)], to: "a")
    claims.add([try Self.port(address)], to: "b")
    #expect(claims.conflict(for: [try Self.port(address)], excluding: "a")?.holderID == "b")
    claims.remove("a")
    #expect(claims.conflict(for: [try Self.port("127.0.0.1")])?.holderID == "b")
    claims.remove("b")
    #expect(claims.isEmpty)
  }

  @Test("a pod's ports are those of its mappings that have one; in the host's network it has none")
  func hostPorts() throws {
    var configuration = PodSandboxConfiguration()
    configuration.portMappings = [Self.mapping(0), Self.mapping(8080), Self.mapping(8081, "::1")]
    #expect(configuration.hostPorts == [try Self.port("", 8080), try Self.port("::1", 8081)])
    configuration.linux.securityContext.namespaceOptions.network = .node
    #expect(configuration.hostPorts.isEmpty)
  }

  @Test("a pod that maps a port twice is refused, both mappings named")
  func twice() throws {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    configuration.portMappings = [
      Self.mapping(0), Self.mapping(8080, "10.0.0.1"), Self.mapping(8080, "10.0.0.2"), Self.mapping(8080, "0.0.0.0"),
    ]
    let error = try #require(throws: SandboxError.self) { try configuration.validate(on: HostFeatures()) }
    #expect(error.code == .failedPrecondition)
    for word in ["portMappings[3]", "tcp 0.0.0.0:8080"] { #expect(error.message.contains(word), "\(error)") }
    #expect(error.message.contains("portMappings[1]") || error.message.contains("portMappings[2]"), "\(error)")
    configuration.portMappings.removeLast()
    try configuration.validate(on: HostFeatures())
    configuration.portMappings.append(Self.mapping(8080, "0.0.0.0"))
    configuration.linux.securityContext.namespaceOptions.network = .node
    try configuration.validate(on: HostFeatures())
  }

  @Test("ports that an annotation gives to the plugins are taken too, unless CRI's own field wins")
  func annotation() throws {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    let entries = [
      #"{"hostPort":80,"containerPort":1}"#, #"{"hostport":81,"protocol":"UDP","hostIP":"::1"}"#, #"{"hostPort":0}"#,
      #"{"hostPort":"82"}"#, #"{"hostPort":83,"protocol":"icmp"}"#, "7",
    ]
    configuration.annotations["capability.berth/portMappings"] = "[\(entries.joined(separator: ","))]"
    let udp = try #require(HostPort(Self.mapping(81, "::1", .udp)))
    #expect(configuration.hostPorts == [try Self.port(), udp])
    configuration.annotations["capability.berth/portMappings"] = "[\(entries[0]),\(entries[0])]"
    let error = try #require(throws: SandboxError.self) { try configuration.validate(on: HostFeatures()) }
    #expect(error.code == .failedPrecondition && error.message.contains("portMappings][1]"), "\(error)")
    configuration.portMappings = [Self.mapping(0)]
    #expect(configuration.hostPorts.count == 2)
    configuration.portMappings = [Self.mapping(82)]
    #expect(configuration.hostPorts == [try Self.port("", 82)])
    try configuration.validate(on: HostFeatures())
  }

  @Test("a port that another pod has is refused with port, protocol, and that pod's name and id")
  func refusal() throws {
    var claims = HostPortClaims()
    claims.add([try Self.port("", 9090)], to: "id1")
    let conflict = try #require(claims.conflict(for: [try Self.port("", 9090)], excluding: "id2"))
    let error = conflict.refusal(holderName: "web_default_u_0")
    #expect(error.code == .failedPrecondition && error.sandboxID == "id1")
    for word in ["tcp 9090", "web_default_u_0", "id1"] { #expect(error.message.contains(word), "\(error)") }
    let owed = conflict.refusal(holderName: "", isOwed: true)
    for word in ["tcp 9090", "id1", "leftovers"] { #expect(owed.message.contains(word), "\(owed)") }
  }

  @Test("thousands of mappings are looked through once")
  func many() throws {
    var configuration = PodSandboxConfiguration()
    configuration.portMappings = (1...4096).map { Self.mapping(Int32($0), "10.0.\($0 >> 8).\($0 & 255)") }
    try configuration.validateHostPorts()
    var claims = HostPortClaims()
    for id in 0..<4096 { claims.add([try Self.port("10.1.\(id >> 8).\(id & 255)")], to: "\(id)") }
    #expect(claims.conflict(for: [try Self.port("10.1.3.7")])?.holderID == "\(3 << 8 | 7)")
    #expect(claims.conflict(for: [try Self.port("10.2.0.0")]) == nil)
    #expect(claims.conflict(for: [try Self.port("0.0.0.0")]) != nil)
  }
}
