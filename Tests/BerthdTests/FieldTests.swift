import JSON
import FoundationEssentials
import PodSandbox
import Testing

@testable import RuntimeAPI
@testable import berthd

/// Every field of CRI's PodSandboxConfig is honoured, refused by name, warned of, or said in README to have no effect.
@Suite(.timeLimit(.minutes(1))) struct FieldTests {
  private static let honoured: Set = [
    "metadata.name", "metadata.uid", "metadata.namespace", "metadata.attempt", "hostname", "dnsConfig.servers",
    "dnsConfig.searches", "dnsConfig.options", "portMappings", "labels", "annotations", "linux.cgroupParent",
    "linux.sysctls", "linux.securityContext.namespaceOptions.network", "linux.securityContext.namespaceOptions.pid",
    "linux.securityContext.namespaceOptions.ipc", "linux.securityContext.namespaceOptions.usernsOptions.mode",
    "linux.securityContext.namespaceOptions.usernsOptions.uids",
    "linux.securityContext.namespaceOptions.usernsOptions.gids", "linux.securityContext.runAsUser",
    "linux.securityContext.runAsGroup", "linux.securityContext.supplementalGroups", "linux.resources.cpuPeriod",
    "linux.resources.cpuQuota", "linux.resources.cpuShares", "linux.resources.memoryLimitInBytes",
    "linux.resources.unified", "linux.resources.memorySwapLimitInBytes",
  ]

  /// Refused with a value of their own; the value below is one.
  private static let refused: [String: String] = [
    "windows": #"{"windows":{}}"#,
    "linux.securityContext.namespaceOptions.targetId":
      #"{"linux":{"securityContext":{"namespaceOptions":{"targetId":"x"}}}}"#,
    "linux.securityContext.seccomp": #"{"linux":{"securityContext":{"seccomp":{"localhostRef":"/x"}}}}"#,
    "linux.securityContext.apparmor": #"{"linux":{"securityContext":{"apparmor":{"profileType":"Localhost"}}}}"#,
    "linux.securityContext.seccompProfilePath": #"{"linux":{"securityContext":{"seccompProfilePath":"nonsense"}}}"#,
  ]

  /// Run with a warning.
  private static let warned: Set = [
    "linux.securityContext.selinuxOptions", "linux.resources.cpusetCpus", "linux.resources.cpusetMems",
    "linux.resources.oomScoreAdj", "linux.resources.hugepageLimits",
  ]

  private static let withoutEffect: Set = [
    "logDirectory", "linux.overhead", "linux.securityContext.readonlyRootfs", "linux.securityContext.privileged",
    "linux.securityContext.supplementalGroupsPolicy", "linux.securityContext.seccomp", "linux.securityContext.apparmor",
    "linux.securityContext.seccompProfilePath",
  ]

  @Test("none is forgotten")
  func complete() {
    var config = CRI.PodSandboxConfig.example
    config.linux?.securityContext?.namespaceOptions?.usernsOptions = CRI.UserNamespace()
    let fields = MisplacedField.paths(config)
    // Messages that are looked into stand for nothing by themselves.
    let leaves = fields.filter { field in !fields.contains { $0.count > field.count && $0.starts(with: field) } }
    let names = Set(leaves.map { $0.joined(separator: ".") })
    let known = Self.honoured.union(Self.refused.keys).union(Self.warned).union(Self.withoutEffect)
    #expect(names.subtracting(known).isEmpty, "nobody says what becomes of these")
    #expect(known.subtracting(names).isEmpty, "these are no fields")
  }

  @Test("what is refused is named")
  func refuses() throws {
    for (field, text) in Self.refused {
      var config = try ProtoJSONDecoder().decode(CRI.PodSandboxConfig.self, from: Array(text.utf8))
      config.metadata = CRI.PodSandboxMetadata(name: "a")
      let error = try #require(throws: ConnectError.self, "\(field)") { try PodSandboxConfiguration(config) }
      #expect(error.code == .invalidArgument && error.message.contains("config.\(field)"), "\(error.message)")
    }
  }

  @Test("what has no effect is said in README")
  func readme() throws {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let readme = String(decoding: try Data(contentsOf: URL(filePath: "/\(root)/README.md")), as: UTF8.self)
    for field in Self.withoutEffect {
      let name = field.split(separator: ".").last.map(String.init) ?? field
      #expect(readme.contains("`\(name)`"), "\(field)")
    }
  }
}
