import LinuxKernel
import Logging

/// A sandbox in an overview: what List tells, and where the pod is to be found.
public struct SandboxOverview: Sendable, Hashable {
  /// As List and Status tell it.
  public let status: SandboxStatus
  /// The ports of the host that lead to it.
  public let portMappings: [PodSandboxConfiguration.PortMapping]
  /// The pid of pause on the host; nil when it does not run.
  public let pid: Int32?
  /// Where the network namespace is pinned; empty in the host's network, and once it is released.
  public let networkNamespacePath: String
}

extension SandboxService {
  /// Every sandbox, the newest first. From memory; never waits for an operation.
  public func overview() -> [SandboxOverview] {
    registry.sandboxes.map { sandbox in
      let record = sandbox.record
      let isPinned = record.hasNetworkNamespace && record.stage != .stopped
      return SandboxOverview(
        status: sandbox.status, portMappings: record.configuration.portMappings.filter { $0.hostPort != 0 },
        pid: sandbox.pause?.identity.pid,
        networkNamespacePath: isPinned ? host.paths(record).networkNamespace : "")
    }
  }

  /// What is under way with sandboxes, the oldest first. From memory.
  public func underWay() -> [OperationUnderWay] { host.underWay.operations }

  /// Takes no new pods from now on, and returns when no run is under way any more; or takes them again.
  ///
  /// Idempotent. It lasts until it is taken back or the daemon ends; who is cancelled stops waiting, and nothing else changes.
  public func drain(_ isDrained: Bool) async {
    let operations = registry.setDrained(isDrained)
    for operation in operations where isDrained { await operation.ended() }
    host.logger.notice(isDrained ? "drained: no new pods are taken" : "new pods are taken again")
  }
}

extension Registry {
  /// - Returns: The runs under way.
  fileprivate func setDrained(_ isDrained: Bool) -> [Operation<RunOutcome>] {
    update { state in
      state.isDrained = isDrained
      return state.places.values.compactMap { if case .run(let run) = $0.entry { run.operation } else { nil } }
    }
  }
}
