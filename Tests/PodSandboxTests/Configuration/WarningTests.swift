import CNI
import Testing

@testable import PodSandbox

@Suite(.timeLimit(.minutes(1))) struct WarningTests {
  private static func network(_ name: String, _ plugins: String) throws -> NetworkConfigurationList {
    try NetworkConfigurationList(
      parsing: Array(#"{"cniVersion":"1.0.0","name":"\#(name)","plugins":[\#(plugins)]}"#.utf8))
  }

  private static let bridge = #"{"type":"bridge"}"#
  private static let portmap = #"{"type":"portmap","capabilities":{"portMappings":true}}"#
  private static let tuning = #"{"type":"tuning","capabilities":{"mac":true}}"#
  private static let shaper = #"{"type":"bandwidth","capabilities":{"bandwidth":true}}"#

  private func warnings(
    _ plugins: String..., host: HostFeatures = HostFeatures(), with change: (inout PodSandboxConfiguration) -> Void
  ) throws -> [String] {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    change(&configuration)
    try configuration.validate(on: host)
    let networks = try plugins.enumerated().map { try Self.network("n\($0.offset)", $0.element) }
    return configuration.warnings(on: networks, host: host)
  }

  private func expect(_ warnings: [String], _ words: [[String]], _ location: SourceLocation = #_sourceLocation) {
    #expect(warnings.count == words.count, "\(warnings)", sourceLocation: location)
    for (warning, words) in zip(warnings, words) {
      for word in words { #expect(warning.contains(word), "\(warning)", sourceLocation: location) }
    }
  }

  @Test("a plain pod has none")
  func none() throws {
    expect(
      try warnings(Self.bridge) {
        $0.labels = ["a": "b"]; $0.annotations = ["c": "d"]
      }, [])
  }

  @Test("a host port needs a plugin that declares portMappings, on any of the pod's networks")
  func ports() throws {
    let change: (inout PodSandboxConfiguration) -> Void = {
      $0.portMappings = [HostPortTests.mapping(4888), HostPortTests.mapping(4889, "", .udp), HostPortTests.mapping(0)]
    }
    expect(
      try warnings(Self.bridge, with: change),
      [["config.portMappings", "\"n0\"", "portMappings", "tcp 4888", "1 more"]])
    expect(try warnings(#"{"type":"x","capabilities":{"portMappings":false}}"#, with: change), [["portMappings"]])
    expect(try warnings("\(Self.bridge),\(Self.portmap)", with: change), [])
    expect(try warnings(Self.bridge, Self.portmap, with: change), [])
    expect(try warnings(Self.bridge) { $0.portMappings = [HostPortTests.mapping(0)] }, [])
  }

  @Test("bandwidth and capabilities that no plugin declares")
  func capabilities() throws {
    let change: (inout PodSandboxConfiguration) -> Void = {
      $0.annotations = [
        "kubernetes.io/ingress-bandwidth": "1M", "kubernetes.io/egress-bandwidth": "1M",
        "capability.berth/mac": "\"x\"",
      ]
    }
    let bandwidth = ["ingress-bandwidth", "egress-bandwidth", "not limited"]
    let mac = ["config.annotations[capability.berth/mac]", "\"mac\""]
    expect(try warnings(Self.bridge, with: change), [bandwidth, mac])
    expect(try warnings("\(Self.bridge),\(Self.tuning)", with: change), [bandwidth])
    expect(try warnings("\(Self.tuning),\(Self.shaper)", with: change), [])
  }

  @Test("an annotation that CRI's own field overrides is without effect")
  func overridden() throws {
    let change: (inout PodSandboxConfiguration) -> Void = {
      $0.annotations = ["capability.berth/portMappings": "[]", "capability.berth/cgroupPath": "\"/x\""]
      $0.portMappings = [HostPortTests.mapping(1)]
    }
    expect(
      try warnings("\(Self.portmap)", with: change),
      [["capability.berth/cgroupPath", "which win"], ["capability.berth/portMappings", "which win"]])
    expect(try warnings(Self.portmap) { $0.annotations = ["capability.berth/portMappings": "[]"] }, [])
  }

  @Test("in the host's network there is nothing to map, to limit or to name")
  func hostNetwork() throws {
    expect(
      try warnings {
        $0.linux.securityContext.namespaceOptions.network = .node
        $0.portMappings = [HostPortTests.mapping(8080)]
        $0.annotations = ["kubernetes.io/ingress-bandwidth": "1M", "capability.berth/mac": "\"x\""]
        $0.hostname = "h"
      },
      [
        ["config.portMappings", "host's network", "tcp 8080"], ["ingress-bandwidth", "host's network"],
        ["capability.berth/mac", "host's network"], ["config.hostname", "\"h\""],
      ])
    expect(try warnings { $0.linux.securityContext.namespaceOptions.network = .node }, [])
  }

  @Test("a label on a host without SELinux is a warning, on one with it a refusal")
  func selinux() throws {
    let change: (inout PodSandboxConfiguration) -> Void = {
      $0.linux.securityContext.selinuxOptions = .init()
      $0.linux.securityContext.selinuxOptions?.level = "s0:c1,c2"
    }
    expect(try warnings(Self.bridge, with: change), [["selinuxOptions", "no SELinux"]])
    var host = HostFeatures()
    host.hasSELinux = true
    let error = try #require(throws: SandboxError.self) { try warnings(Self.bridge, host: host, with: change) }
    #expect(error.code == .invalidArgument && error.message.contains("config.linux.securityContext.selinuxOptions"))
    expect(try warnings(Self.bridge, host: host) { _ in }, [])
  }

  @Test("defaults that this host does not let anybody set")
  func sysctls() throws {
    var host = HostFeatures()
    host.unsettableDefaults["net.ipv4.ping_group_range"] = "/proc/sys is read-only here"
    expect(try warnings(Self.bridge, host: host) { _ in }, [["ping_group_range", "left out", "read-only"]])
  }

  @Test("limits of containers that the pod's cgroup does not get")
  func resources() throws {
    expect(
      try warnings(Self.bridge) {
        var resources = LinuxResources()
        (resources.cpusetCpus, resources.oomScoreAdj, resources.memoryLimitInBytes) = ("0-1", -5, 1 << 20)
        resources.hugepageLimits = ["2MB": 1]
        $0.linux.resources = resources
      }, [["resources.cpusetCpus"], ["resources.oomScoreAdj"], ["resources.hugepageLimits"]])
  }

  @Test("the kernel leads nothing from ::1 out of the host")
  func loopback() throws {
    expect(
      try warnings(Self.portmap) {
        $0.portMappings = [HostPortTests.mapping(1, "::1"), HostPortTests.mapping(1, "127.0.0.1")]
      },
      [["config.portMappings[0]", "::1"]])
  }

  @Test("a host address of a family that the pod has no address of")
  func families() throws {
    var configuration = PodSandboxConfiguration()
    configuration.portMappings = [
      HostPortTests.mapping(1), HostPortTests.mapping(2, "10.0.0.1"), HostPortTests.mapping(3, "fd00::1"),
      HostPortTests.mapping(4, "::"), HostPortTests.mapping(0, "fd00::1"),
    ]
    expect(
      configuration.warnings(addresses: ["10.1.0.2"]),
      [["portMappings[2]", "fd00::1", "IPv6", "tcp [fd00::1]:3"], ["portMappings[3]", "IPv6"]])
    expect(configuration.warnings(addresses: ["fd00::2"]), [["portMappings[1]", "IPv4"]])
    expect(configuration.warnings(addresses: ["fd00::2", "10.1.0.2"]), [])
    expect(configuration.warnings(addresses: []), [])
    configuration.linux.securityContext.namespaceOptions.network = .node
    expect(configuration.warnings(addresses: ["10.1.0.2"]), [])
  }

  @Test("they are bounded in number and in bytes, in one line each")
  func bounded() throws {
    let texts = try warnings(Self.bridge) { configuration in
      for index in 0..<100 { configuration.annotations["capability.berth/x\(index)"] = "1" }
      configuration.annotations["capability.berth/a\n" + String(repeating: "é", count: 500)] = "1"
    }
    #expect(texts.count == Warnings.maximumCount)
    #expect(texts.last == "86 more warnings are left out")
    #expect(texts.allSatisfy { $0.utf8.count <= Warnings.maximumBytes && !$0.contains("\n") })
    #expect(texts.first?.hasSuffix("…") == true)
    var few = Warnings()
    few.add(["a", "b", "a"])
    #expect(few.texts == ["a", "b"])
  }
}
