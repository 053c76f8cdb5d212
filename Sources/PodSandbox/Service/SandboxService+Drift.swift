import CNI
import LinuxKernel
import Netlink

extension SandboxService {
  /// How long a look holds good.
  private static let driftAge = Duration.seconds(1)
  /// What a look may take: a status must not hang where the kernel does.
  private static let driftPatience = Duration.milliseconds(500)

  /// What is recorded of a ready sandbox and no longer so on the host.
  func drift(of sandbox: Sandbox) async -> [String] {
    guard sandbox.record.stage == .ready else { return [] }
    if let last = sandbox.drift, .now - last.at < Self.driftAge { return last.findings }
    let pod = host.pod(sandbox.record, trace: TraceRecorder(.recovery, sandboxID: sandbox.id))
    let findings: [String]
    do throws(KernelError) {
      let seen = try await Watchdog.run(for: Self.driftPatience, host.watcher) { Drift.findings(sandbox.pause, pod) }
      findings = seen ?? ["the host did not answer within \(Self.driftPatience)"]
    } catch {
      findings = ["the host cannot be looked at: \(error)"]
    }
    registry.change(sandbox.id) { $0.drift = (.now, findings) }
    return findings
  }
}

/// Compares a record with the host.
private enum Drift {
  static func findings(_ pause: ProcessHandle?, _ pod: Pod) -> [String] {
    guard let pause, !pause.hasExited else { return ["pause has exited"] }
    guard pod.record.hasNetworkNamespace else { return [] }
    let path = pod.paths.networkNamespace
    guard NetworkNamespace.isPinned(path) else { return ["the network namespace is no longer mounted at \(path)"] }
    do {
      if let recorded = pod.record.outcome?.networkNamespace, try NetworkNamespace.identity(of: path) != recorded {
        return ["another network namespace is mounted at \(path)"]
      }
      return try addressFindings(pod)
    } catch {
      return ["the network namespace cannot be looked at: \(error)"]
    }
  }

  private static func addressFindings(_ pod: Pod) throws -> [String] {
    let socket = try RouteSocket(inside: pod.paths.networkNamespace)
    var findings: [String] = []
    for (index, network) in pod.record.networks.enumerated() {
      guard let result = try pod.result(index) else { continue }
      guard let link = try socket.links().first(where: { $0.name == network.interfaceName }) else {
        findings.append("\(network.interfaceName) is gone")
        continue
      }
      let present = Set(try socket.addresses(ofLink: link.index).map(\.prefix.address.description))
      findings += result.addresses(of: network.interfaceName)
        .map(\.address.address.description)
        .filter { !present.contains($0) }
        .map { "\($0) is no longer on \(network.interfaceName)" }
    }
    return findings
  }
}
