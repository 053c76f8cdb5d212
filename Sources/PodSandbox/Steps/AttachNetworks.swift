import JSON
import CNI
import LinuxKernel

/// Calls the CNI chain of each network, `eth0` first, and picks the pod's addresses.
struct AttachNetworks: Step {
  let name = StepName.attachNetworks
  let undoWaitsFor: [StepName] = []

  /// Each plugin has its own timeout; the step's is what they can take together.
  func timeout(of sandbox: SandboxContext) -> Duration {
    let configuration = sandbox.host.configuration
    let plugins = sandbox.record.networks.reduce(1) { $0 + $1.pluginCount }
    return max(configuration.pluginTimeout, configuration.pluginDeleteTimeout) * plugins + configuration.stepTimeout
  }

  func `do`(_ sandbox: inout SandboxContext) async throws {
    // No plugin runs before the intent is on the disk: what it does may outlive this boot.
    try await sandbox.intentSync?.value
    sandbox.intentSync = nil
    guard sandbox.record.hasNetworkNamespace else { return }
    try Failpoint.pass("do.AttachNetworks.middle")
    let cni = sandbox.host.cni(for: sandbox, timeout: sandbox.host.configuration.pluginTimeout)
    for index in sandbox.record.networks.indices {
      let network = sandbox.record.networks[index]
      do {
        let result = try await cni.add(network.list(), sandbox.attachment(to: network))
        sandbox.record.networks[index].result = result.raw.description
        if index == 0 { sandbox.addresses = result.addresses(of: network.interfaceName).map(\.address.address) }
      } catch let error as CNIError {
        // What the plugins before the failed one said helps theirs to undo it.
        sandbox.record.networks[index].result = error.partialResult?.description
        throw error
      }
    }
    guard !sandbox.addresses.isEmpty else {
      throw SandboxError(
        .internal,
        "failed to find network info for sandbox \"\(sandbox.record.id)\": network "
          + "\"\(try sandbox.record.networks[0].list().name)\" gave no IP address for eth0; the chain's last result "
          + "must have `ips`, so give its first plugin an `ipam` section")
    }
  }

  /// DEL over every list, in reverse, plugins that were never called included.
  func undo(_ sandbox: inout SandboxContext) async throws {
    guard sandbox.record.hasNetworkNamespace else { return }
    if sandbox.mayHaveOrphans {
      // A plugin of the daemon's earlier life may still be at work; a DEL that overtakes it would leave its work behind.
      try sandbox.paths.pluginCgroup.renew(until: sandbox.deadline)
    } else {
      // A reboot takes the groups away, and plugins are born into theirs.
      try sandbox.paths.pluginCgroup.create(enablingControllers: false)
    }
    let cni = sandbox.host.cni(
      for: sandbox, timeout: sandbox.host.configuration.pluginDeleteTimeout,
      meanwhile: CreateCgroup.earlyUndo(sandbox))
    try await sandbox.mendNetworkNamespace(cni)
    try Failpoint.pass("undo.AttachNetworks.middle")
    var faults: [String] = []
    for network in sandbox.record.networks.reversed() {
      do {
        try await Self.detach(network, of: sandbox, cni)
      } catch {
        faults.append("\(error)")
      }
    }
    guard faults.isEmpty else {
      throw SandboxError(
        .internal,
        "failed to destroy network for sandbox \"\(sandbox.record.id)\": \(faults.joined(separator: "; "))")
    }
  }

  /// A plugin that says no is asked a second time. bridge takes masquerade rules that were never made, because its ADD was
  /// cut off, or that are gone already, for a failure; it has deleted the interface by then, sees no address any more, and
  /// has no rules to look for.
  private static func detach(
    _ network: SandboxRecord.Network, of sandbox: SandboxContext, _ cni: CNIRuntime
  ) async throws {
    let (list, result) = (try network.list(), try network.parsedResult())
    let attachment = sandbox.attachment(to: network)
    do {
      try await cni.del(list, attachment, previousResult: result?.raw)
    } catch {
      guard error.isPluginsAlone else { throw error }
      try await cni.del(list, attachment, previousResult: result?.raw)
    }
    try HostLocalReservation.releaseTruncated(list, of: result?.ips.map(\.address.address) ?? [])
  }
}

extension CNIError {
  /// Whether plugins ran and said so themselves: no timeout, no missing plugin, nobody who gave up.
  fileprivate var isPluginsAlone: Bool {
    kind == .plugin || kind == .several && underlying.allSatisfy { $0.kind == .plugin }
  }
}
