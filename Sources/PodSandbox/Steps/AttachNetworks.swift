import CNI
import JSON
import LinuxKernel
import Logging

/// Calls the CNI chain of each network, `eth0` first, and picks the pod's addresses.
struct AttachNetworks: Step {
  let name = StepName.attachNetworks
  let undoWaitsFor: [StepName] = []
  let plugins: Plugins
  let reaper: LinkReaper
  let logger: Logger
  let limit: Duration

  /// Each plugin has its own timeout; the step's is what they can take together: DEL asks each one, its IPAM, and both a
  /// second time.
  func timeLimit(of pod: Pod) -> Duration {
    // A list that cannot be read calls none.
    let count = pod.record.networks.reduce(1) { $0 + ((try? $1.list().plugins.count) ?? 0) }
    return max(plugins.addTimeout, plugins.deleteTimeout * 4) * count + limit
  }

  func `do`(_ pod: inout Pod) throws {
    guard !pod.record.networks.isEmpty else { return }
    // What plugins do may outlive this boot: no one runs before the intent is on the disk.
    try pod.intentSync?.wait(until: .now + limit, cancellation: pod.cancellation)
    pod.intentSync = nil
    try Failpoint.pass("do.AttachNetworks.middle")
    for index in pod.record.networks.indices { try add(index, &pod) }
    try takeAddresses(&pod)
    try setInterfaceSysctls(pod)
    pod.warnings = pod.record.configuration.warnings(addresses: pod.addresses)
  }

  private func takeAddresses(_ pod: inout Pod) throws {
    guard let first = try pod.result(0) else { return }
    pod.addresses = first.addresses(of: "eth0").map(\.address.address.description)
    guard pod.addresses.isEmpty else { return }
    throw SandboxError(
      .internal,
      "failed to find network info for sandbox \"\(pod.record.id)\": network "
        + "\"\(try pod.record.networks[0].list().name)\" gave no IP address for eth0: "
        + first.absence(ofAddressesOn: "eth0"))
  }

  /// What belongs to an interface can be set once ADD has made it.
  private func setInterfaceSysctls(_ pod: Pod) throws {
    let linux = pod.record.configuration.linux
    let parameters = linux.interfaceSysctls
    guard !parameters.isEmpty else { return }
    do {
      try NetworkNamespace.visit(pod.paths.networkNamespace) {
        for (name, value) in parameters { try Sysctl.write(name, value) }
      }
    } catch let error as KernelError {
      throw linux.refusal(of: error)
    }
  }

  private func add(_ index: Int, _ pod: inout Pod) throws {
    let network = pod.record.networks[index]
    let list = try network.list()
    let cni = plugins.runtime(pod, network, timeout: plugins.addTimeout)
    try plugins.dataDirectories.remember(list)
    if let executed = network.executed, !executed.isEmpty {
      let reasons = NativePluginSetting.auto.choice(for: list).reasons
      for (type, reason) in reasons.sorted(by: { $0.key < $1.key }) where executed.contains(type) {
        pod.trace.note("\(type) is executed: \(reason)", in: pod.traceEntry)
      }
    }
    let attachment = try pod.attachment(index, networkNamespace: pod.paths.networkNamespace)
    pod.attachments[index] = .mayBeAttached
    do throws(CNIError) {
      let result = try cni.add(list, attachment, cancellation: pod.cancellation)
      pod.results[index] = result.raw.description
    } catch {
      pod.attachments[index] = .failed(error)
      // What the plugins before the failed one said helps theirs to undo it.
      pod.results[index] = error.partialResult?.description ?? ""
      throw error
    }
    // The outcome holds them all, and must be read again.
    guard pod.results.reduce(0, { $0 + $1.utf8.count }) <= RecordFormat.maximumLine / 3 else {
      throw SandboxError(
        .resourceExhausted,
        "the results of the pod's networks take more than \(RecordFormat.maximumLine / 3) bytes together; "
          + "a record holds no more")
    }
  }

  /// DEL over every list, in reverse, plugins that were never called included.
  func undo(_ pod: inout Pod) throws {
    guard !pod.record.networks.isEmpty else { return }
    if !pod.record.executesPlugins {
      // Nothing is executed, and nothing needs a group.
    } else if pod.mayHaveOrphans {
      // A plugin of the daemon's earlier life may still be at work; a DEL that overtakes it would leave its work behind.
      try pod.paths.pluginCgroup.renew(until: pod.deadline)
    } else {
      // A reboot takes the groups away, and plugins are born into theirs.
      try pod.paths.pluginCgroup.create(enablingControllers: false)
    }
    let isStandIn = pod.isOfThisBoot ? try StandIn(path: pod.paths.networkNamespace).pin(pod.pause) : true
    try Failpoint.pass("undo.AttachNetworks.middle")
    let detachment = Detachment(pod: pod, plugins: plugins, isStandIn: isStandIn, logger: logger)
    var faults: [String] = []
    for index in pod.record.networks.indices.reversed() {
      do {
        try detachment.detach(index)
        pod.attachments[index] = .notCalled
      } catch {
        faults.append("\(error)")
      }
    }
    if pod.isOfThisBoot, pod.record.hasNativePlugins { reaper.watch(pod.record) }
    guard faults.isEmpty else {
      throw SandboxError(
        .internal, "failed to destroy network for sandbox \"\(pod.record.id)\": \(faults.joined(separator: "; "))")
    }
  }
}
