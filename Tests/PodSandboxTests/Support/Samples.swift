import CNI
import Glibc
import LinuxKernel
import SystemPackage

@testable import PodSandbox

/// Sandboxes as tests need them: every one has an id and a name of its own, told by a number.
enum Samples {
  static let tag = "0a1b2c3d"

  /// 64 digits, with the tag in its place; the number stands in front, and at the end with all its digits.
  static func id(_ number: Int = 1) -> String {
    let digits = String(number, radix: 16)
    return digits + String(repeating: "f", count: 24 - digits.count) + tag + String(repeating: "9", count: 16)
      + String(repeating: "0", count: 16 - digits.count) + digits
  }

  static func configuration(
    _ name: String = "web", _ change: (inout PodSandboxConfiguration) -> Void = { _ in }
  ) -> PodSandboxConfiguration {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = name
    change(&configuration)
    return configuration
  }

  static func mapping(
    _ hostPort: Int32, _ hostIP: String = ""
  ) -> PodSandboxConfiguration.PortMapping {
    var mapping = PodSandboxConfiguration.PortMapping()
    (mapping.containerPort, mapping.hostPort, mapping.hostIP) = (80, hostPort, hostIP)
    return mapping
  }

  static let list =
    #"{"cniVersion":"1.0.0","name":"n","plugins":[{"type":"bridge","big":12345678901234567890,"e":1e3,"ipam":{"type":"host-local"}}]}"#

  static func network(_ index: Int = 0) -> SandboxRecord.Network {
    .init(interfaceName: "eth\(index)", configuration: list)
  }

  static func intent(
    _ number: Int = 1, name: String = "web", networks: Int = 1, bootID: String = "boot", createdAt: Int64 = 1,
    runtimeHandler: String = "", warnings: [String] = [], _ change: (inout PodSandboxConfiguration) -> Void = { _ in }
  ) -> SandboxRecord.Intent {
    SandboxRecord.Intent(
      id: id(number), configuration: configuration(name, change), runtimeHandler: runtimeHandler,
      networks: (0..<networks).map(network), bootID: bootID, createdAt: createdAt, warnings: warnings)
  }

  static func outcome(
    ip: String = "10.0.0.2", results: [String] = [#"{"cniVersion":"1.0.0"}"#], warnings: [String] = []
  ) -> SandboxRecord.Outcome {
    SandboxRecord.Outcome(
      pause: ProcessIdentity(pid: 7, startTime: .max), ip: ip, additionalIPs: ["fd00::2"],
      networkNamespace: FileIdentity(dev: 4, ino: .max), results: results, warnings: warnings)
  }

  /// A record that has come to `stage` by the shortest way.
  static func record(
    _ stage: SandboxRecord.Stage = .ready, _ number: Int = 1, name: String = "web", networks: Int = 1,
    bootID: String = "boot", createdAt: Int64 = 1, runtimeHandler: String = "",
    _ change: (inout PodSandboxConfiguration) -> Void = { _ in }
  ) -> SandboxRecord {
    var record = SandboxRecord(
      intent(
        number, name: name, networks: networks, bootID: bootID, createdAt: createdAt, runtimeHandler: runtimeHandler,
        change))
    record.stage = stage
    if stage != .creating {
      record.outcome = outcome(results: (0..<networks).map { _ in #"{"cniVersion":"1.0.0"}"# })
    }
    if stage == .owed { record.owedSince = 5 }
    return record
  }

  /// A sandbox; a living one has the test's own process for its pause, which nobody signals.
  static func sandbox(_ record: SandboxRecord, isAlive: Bool = false) throws -> Sandbox {
    Sandbox(record: record, pause: isAlive ? try pause() : nil)
  }

  static func pause() throws -> ProcessHandle {
    guard let handle = ProcessHandle.open(try ProcessIdentity(of: getpid())) else {
      throw KernelError(errno: .noSuchProcess, operation: "open", subject: "this process")
    }
    return handle
  }

  static func unreadable(_ number: Int = 1, name: String? = "web") -> SandboxStore.Unreadable {
    SandboxStore.Unreadable(
      id: id(number), path: "/records/\(id(number))", reason: "it is torn",
      name: name.map { SandboxName(configuration($0).metadata) })
  }

  /// What steps work on, with paths that lead nowhere.
  static func pod(_ record: SandboxRecord, isOfThisBoot: Bool = true) -> Pod {
    var service = SandboxServiceConfiguration()
    service.state = "/nowhere/state"
    service.networkNamespaceDirectory = "/nowhere/netns"
    let hierarchy = CgroupHierarchy(version: .v2(controllers: []), mountPoint: "/nowhere/cgroup")
    return Pod(
      record, SandboxPaths(record, service, CgroupHierarchies([hierarchy])), isOfThisBoot: isOfThisBoot,
      trace: TraceRecorder(.run, sandboxID: record.id))
  }

  static func report(
    _ step: StepName, _ outcome: StepReport.Outcome, _ error: String? = nil
  ) -> StepReport {
    StepReport(step: step, outcome: outcome, error: error, milliseconds: 0)
  }
}
