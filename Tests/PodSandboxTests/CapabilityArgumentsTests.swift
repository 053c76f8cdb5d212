import CNI
import JSON
import Testing

@testable import PodSandbox

@Suite struct CapabilityArgumentsTests {
  private func arguments(_ change: (inout PodSandboxConfiguration) -> Void) throws -> [String: JSON] {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    change(&configuration)
    return try CapabilityArguments.make(configuration, cgroupPath: "/berth/id")
  }

  @Test("CNI-B12 port mappings without a host port are left out, the protocol is in lower case")
  func portMappings() throws {
    let values = try arguments {
      var mapped = PodSandboxConfiguration.PortMapping()
      (mapped.containerPort, mapped.hostPort, mapped.protocol, mapped.hostIP) = (80, 8080, .udp, "127.0.0.1")
      var unmapped = PodSandboxConfiguration.PortMapping()
      unmapped.containerPort = 81
      $0.portMappings = [mapped, unmapped]
    }
    let expected = try JSON(
      parsing: #"[{"hostPort":8080,"containerPort":80,"protocol":"udp","hostIP":"127.0.0.1"}]"#)
    #expect(values["portMappings"] == expected)
  }

  @Test(
    "an IPv4-mapped address of the host is the IPv4 address to plugins too",
    arguments: [("::ffff:10.7.0.1", "10.7.0.1"), ("::ffff:a07:2", "10.7.0.2"), ("fd00:0::1", "fd00::1"), ("x", "x")])
  func mappedAddress(written: String, given: String) throws {
    let values = try arguments {
      var mapping = PodSandboxConfiguration.PortMapping()
      (mapping.containerPort, mapping.hostPort, mapping.hostIP) = (80, 8080, written)
      $0.portMappings = [mapping]
    }
    #expect(values["portMappings"]?.array?.first?.object?["hostIP"]?.string == given)
  }

  @Test("CNI-B12 bandwidth annotations become bits a second with containerd's burst")
  func bandwidth() throws {
    let values = try arguments { $0.annotations = ["kubernetes.io/ingress-bandwidth": "10M"] }
    #expect(values["bandwidth"] == (try JSON(parsing: #"{"ingressRate":10000000,"ingressBurst":4294967295}"#)))
  }

  @Test("an annotation holds any capability's JSON, and CRI's own field wins over it")
  func annotations() throws {
    let values = try arguments {
      $0.annotations = [
        "capability.berth/mac": "\"c2:11:22:33:44:55\"", "capability.berth/dns": "{\"servers\":[\"192.0.2.1\"]}",
      ]
      $0.dnsConfig = PodSandboxConfiguration.DNSConfiguration()
      $0.dnsConfig?.servers = ["192.0.2.53"]
    }
    #expect(values["mac"] == .string("c2:11:22:33:44:55"))
    #expect(values["dns"] == (try JSON(parsing: #"{"servers":["192.0.2.53"]}"#)))
    #expect(values["cgroupPath"] == .string("/berth/id"))
  }

  @Test("what is no JSON or no rate is refused, naming the annotation")
  func refusals() throws {
    for (key, value) in [("capability.berth/ips", "10.1.2.3/24"), ("kubernetes.io/egress-bandwidth", "fast")] {
      let error = try #require(throws: SandboxError.self) { try arguments { $0.annotations = [key: value] } }
      #expect(error.code == .invalidArgument)
      #expect(error.message.contains(key) && error.message.contains(value))
    }
  }
}

@Suite struct QuantityTests {
  @Test(
    arguments: [
      ("1500000", 1_500_000), ("10M", 10_000_000), ("1Gi", 1 << 30), ("1.5M", 1_500_000), ("2e6", 2_000_000),
      ("3k", 3000),
    ] as [(String, Int64)])
  func values(text: String, value: Int64) { #expect(Quantity.integer(text) == value) }

  @Test(arguments: ["", "M", "-1M", "1.2.3", "1X", "0.0001", "9223372036854775807P", "1e99", "١٠"])
  func noQuantities(text: String) { #expect(Quantity.integer(text) == nil) }
}
