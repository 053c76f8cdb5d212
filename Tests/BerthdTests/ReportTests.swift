import CNI
import RuntimeAPI
import Testing

@testable import PodSandbox
@testable import berthd

/// Requests of public bug reports, from the API's JSON to what is decided about them, without a kernel.
@Suite(.timeLimit(.minutes(1))) struct ReportTests {
  /// What becomes of a request.
  enum Verdict: Sendable {
    /// It is refused, naming these words.
    case refused(SandboxError.Code, [String])
    /// It is run, with one warning each that has the words.
    case runs(warnings: [[String]])
  }

  static let cases: [(id: String, pod: String, plugins: String, verdict: Verdict)] = [
    (
      "port-1", #"{"port_mappings":[{"container_port":80,"host_port":4888,"host_ip":"localhost"}]}"#, portmap,
      .refused(.invalidArgument, ["config.portMappings[0].hostIp", "localhost"])
    ),
    (
      "port-3", #"{"port_mappings":[{"container_port":80,"host_port":4888}]}"#, bridge,
      .runs(warnings: [["portMappings", "4888"]])
    ),
    (
      "port-3 with portmap", #"{"port_mappings":[{"container_port":80,"host_port":4888}]}"#, portmap,
      .runs(warnings: [])
    ),
    ("sysctl-1", #"{"linux":{"sysctls":{"net.ipv4.conf.eth0.rp_filter":"2"}}}"#, bridge, .runs(warnings: [])),
    ("hostname-1", #"{"hostname":"a_b"}"#, bridge, .runs(warnings: [])),
    (
      "selinux-1", #"{"linux":{"security_context":{"selinux_options":{"level":"s0:c1,c2"}}}}"#, bridge,
      .runs(warnings: [["selinuxOptions"]])
    ),
    ("parent-1", #"{"linux":{"cgroup_parent":"/pods/pod-1"}}"#, bridge, .runs(warnings: [])),
    (
      "userns-1",
      #"{"linux":{"security_context":{"namespace_options":{"userns_options":{"mode":"POD","uids":[{"host_id":100000,"container_id":0,"length":1000}],"gids":[{"host_id":100000,"container_id":0,"length":1000}]}}}}}"#,
      bridge, .runs(warnings: [])
    ),
    (
      "host network",
      #"{"port_mappings":[{"container_port":80,"host_port":80}],"linux":{"security_context":{"namespace_options":{"network":"NODE"}}}}"#,
      portmap, .runs(warnings: [["portMappings", "host's network"]])
    ),
    (
      "bandwidth", #"{"annotations":{"kubernetes.io/ingress-bandwidth":"1M"}}"#, bridge,
      .runs(warnings: [["ingress-bandwidth", "bandwidth"]])
    ),
    (
      "capability", #"{"annotations":{"capability.berth/mac":"\"c2:11:22:33:44:55\""}}"#, bridge,
      .runs(warnings: [["capability.berth/mac", "mac"]])
    ),
  ]

  private static let bridge = #"{"type":"bridge"}"#
  private static let portmap = #"{"type":"bridge"},{"type":"portmap","capabilities":{"portMappings":true}}"#

  @Test(arguments: cases.indices)
  func decides(index: Int) throws {
    let (id, pod, plugins, verdict) = Self.cases[index]
    var config = try ProtoJSONDecoder().decode(CRI.PodSandboxConfig.self, from: Array(pod.utf8))
    config.metadata = CRI.PodSandboxMetadata(name: "web")
    let configuration = try PodSandboxConfiguration(config)
    let networks = [
      try NetworkConfigurationList(
        parsing: Array(#"{"cniVersion":"1.0.0","name":"n","plugins":[\#(plugins)]}"#.utf8))
    ]
    switch verdict {
    case .refused(let code, let words):
      let error = try #require(throws: SandboxError.self, "\(id)") { try configuration.validate(on: HostFeatures()) }
      #expect(error.code == code && words.allSatisfy { error.message.contains($0) }, "\(id): \(error)")
    case .runs(let expected):
      try configuration.validate(on: HostFeatures())
      let warnings = configuration.warnings(on: networks, host: HostFeatures())
      #expect(warnings.count == expected.count, "\(id): \(warnings)")
      for (warning, words) in zip(warnings, expected) {
        #expect(words.allSatisfy { warning.contains($0) }, "\(id): \(warning)")
      }
    }
  }

  @Test("port-2: of two pods with one port, the second is refused with port, protocol and the first pod")
  func secondPod() throws {
    var config = try ProtoJSONDecoder().decode(
      CRI.PodSandboxConfig.self, from: Array(#"{"port_mappings":[{"container_port":80,"host_port":9090}]}"#.utf8))
    config.metadata = CRI.PodSandboxMetadata(name: "web")
    let ports = try PodSandboxConfiguration(config).hostPorts
    var claims = HostPortClaims()
    claims.add(ports, to: "id1")
    let error = try #require(claims.conflict(for: ports, excluding: "id2")).refusal(holderName: "web_n_u_0")
    #expect(error.code == .failedPrecondition)
    #expect(["9090", "tcp", "web_n_u_0", "id1"].allSatisfy { error.message.contains($0) }, "\(error)")
  }
}
