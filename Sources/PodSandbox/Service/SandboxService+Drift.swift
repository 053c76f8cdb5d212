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
    let state = sandbox.current
    guard state.record.stage == .ready else { return [] }
    if let last = state.drift, .now - last.at < Self.driftAge { return last.findings }
    let findings: [String]
    do {
      let paths = SandboxPaths(state.record, host)
      let seen = await Watchdog.run(on: try OperationThread(), until: .now + Self.driftPatience, timer: host.timer) {
        Drift.findings(state, paths)
      }
      findings = seen ?? ["the host did not answer within \(Self.driftPatience)"]
    } catch {
      findings = ["the host cannot be looked at: \(error)"]
    }
    sandbox.withState { $0.drift = (.now, findings) }
    return findings
  }
}

/// Compares a record with the host.
private enum Drift {
  static func findings(_ state: Sandbox.State, _ paths: SandboxPaths) -> [String] {
    guard let pause = state.pause, !pause.hasExited else { return ["pause has exited"] }
    guard state.record.hasNetworkNamespace else { return [] }
    guard NetworkNamespace.isPinned(paths.networkNamespace) else {
      return ["the network namespace is no longer mounted at \(paths.networkNamespace)"]
    }
    do {
      if let recorded = state.record.outcome?.networkNamespace,
        try NetworkNamespace.identity(of: paths.networkNamespace) != recorded
      {
        return ["another network namespace is mounted at \(paths.networkNamespace)"]
      }
      return try addressFindings(state.record, paths)
    } catch {
      return ["the network namespace cannot be looked at: \(error)"]
    }
  }

  private static func addressFindings(_ record: SandboxRecord, _ paths: SandboxPaths) throws -> [String] {
    let socket = try RouteSocket(inside: paths.networkNamespace)
    var findings: [String] = []
    for network in record.networks {
      guard let result = try network.parsedResult() else { continue }
      guard let link = try socket.links().first(where: { $0.name == network.interfaceName }) else {
        findings.append("\(network.interfaceName) is gone")
        continue
      }
      let present = Set(try socket.addresses(ofLink: link.index).map(\.prefix.address.description))
      findings += result.addresses(of: network.interfaceName)
        .compactMap { Netlink.IPAddress($0.address.address)?.description }
        .filter { !present.contains($0) }
        .map { "\($0) is no longer on \(network.interfaceName)" }
    }
    return findings
  }
}
