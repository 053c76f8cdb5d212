import CNI
import JSON
import LinuxKernel
import Logging

/// Detaches one pod from its networks: what DEL is given, who is asked a second time, and what is excused.
struct Detachment {
  let pod: Pod
  let plugins: Plugins
  /// Whether the pod's own network namespace is gone: a new one stands in for it, or, after a reboot, none.
  let isStandIn: Bool
  let logger: Logger

  /// DEL of one network, and what its host-local still holds of the pod afterwards.
  ///
  /// A chain that says no is asked a second time. bridge takes masquerade rules that were never made, because its ADD was cut
  /// off, or that are gone already, for a failure; it has deleted the interface by then, sees no address any more, and has no
  /// rules to look for. After a reboot, where DEL is given no namespace, the second time it is given an empty one: sbr and
  /// others refuse to go without. Where ADD failed, the second time there is an interface, though it may never have been made.
  func detach(_ index: Int) throws {
    let network = pod.record.networks[index]
    let (list, result) = (try network.list(), try pod.result(index))
    let cni = plugins.runtime(
      pod, network, timeout: plugins.deleteTimeout, meanwhile: pod.earlyCgroupRemoval)
    var attachment = try pod.attachment(
      index, networkNamespace: pod.isOfThisBoot ? pod.paths.networkNamespace : "")
    if pod.isOfThisBoot, network.executesPlugins { try fillStandIn(network, list, attachment, result, cni) }
    let detaching = Detaching(pod.attachments[index], previousResult: result?.raw, isStandIn: isStandIn)
    do throws(CNIError) {
      note(try cni.del(list, attachment, detaching))
    } catch {
      guard error.isPluginsOwn else { throw error }
      if !pod.isOfThisBoot {
        _ = try StandIn(path: pod.paths.networkNamespace).pin(nil)
        attachment.networkNamespace = pod.paths.networkNamespace
      } else if case .failed = pod.attachments[index] {
        try StandIn(path: pod.paths.networkNamespace).provide(network.interfaceName)
      }
      note(try cni.del(list, attachment, detaching))
    }
    try HostLocalReservation.release(
      list, of: pod.record.id, addresses: result?.ips.map(\.address.address.description) ?? [])
  }

  /// Executed plugins look for what they made; native ones know it by its owner. Of a run that was killed before its outcome was
  /// written, only the cache knows what ADD said.
  private func fillStandIn(
    _ network: SandboxRecord.Network, _ list: NetworkConfigurationList, _ attachment: Attachment, _ result: CNIResult?,
    _ cni: CNIRuntime
  ) throws {
    // An entry that cannot be used tells nothing.
    guard let known = result ?? (try? cni.cachedResult(list, attachment)) else { return }
    try StandIn(path: pod.paths.networkNamespace).fill(network.interfaceName, of: known) {
      do {
        // While its DEL has not succeeded the cache has its entry.
        return try cni.cachedResult(list, attachment) != nil
      } catch is CNIError {
        // An entry that cannot be used is one.
        return true
      }
    }
  }

  private func note(_ excused: [ExcusedFailure]) {
    for failure in excused {
      let text = "excused: \(failure.error): \(failure.excuse)"
      pod.trace.note(text, in: pod.traceEntry)
      logger.warning("\(text)", metadata: ["sandbox": "\(pod.record.id)"])
    }
  }
}

extension Detaching {
  /// What this life of the daemon knows of an attachment.
  init(_ state: AttachmentState, previousResult: JSON?, isStandIn: Bool) {
    self.init(previousResult: previousResult, interfaceIsGone: isStandIn ? true : nil)
    switch state {
    case .mayBeAttached: break
    case .failed(let error): failedAdd = error
    case .notCalled:
      var error = CNIError(.cancelled, "ADD was never called")
      error.calledPlugins = 0
      failedAdd = error
    }
  }
}
