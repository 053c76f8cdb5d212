import JSON
public import LinuxKernel

/// An attachment as GC names it.
public struct AttachmentIdentity: Sendable, Hashable, Codable {
  /// The container's id.
  public let containerID: String
  /// The interface's name in the container.
  public let interfaceName: String

  /// An identity.
  public init(containerID: String, interfaceName: String) {
    self.containerID = containerID
    self.interfaceName = interfaceName
  }
}

extension CNIRuntime {
  /// GC: releases every attachment of a network that is not valid any more. Blocks the thread.
  ///
  /// First DEL of each cached attachment that is not in `valid`, at any version, with the configuration, namespace and
  /// arguments of its ADD. Then, from 1.1.0 on, GC of all plugins in order with the valid ones and those whose DEL failed. Goes
  /// on past failures and reports them all; but when the cache cannot be listed, no plugin is asked. `disableGC` makes it do
  /// nothing.
  ///
  /// The cache may be shared with other runtimes: an attachment for which `isOurs` is false is left alone and counts as valid.
  public func gc(
    _ list: NetworkConfigurationList, valid: Set<AttachmentIdentity>,
    isOurs: (CachedAttachment) -> Bool = { _ in true }, cancellation: Cancellation? = nil
  ) throws(CNIError) {
    try gc(list, isOurs: isOurs, cancellation: cancellation) { valid }
  }

  /// GC whose valid attachments are asked for once no ADD or DEL of the network runs any more.
  ///
  /// For callers whose attachments change meanwhile: a set that is gathered before the wait lacks what an ADD completes
  /// during it, and GC would release a living container's network.
  public func gc(
    _ list: NetworkConfigurationList, isOurs: (CachedAttachment) -> Bool = { _ in true },
    cancellation: Cancellation? = nil, currentlyValid: () -> Set<AttachmentIdentity>
  ) throws(CNIError) {
    guard !list.disableGC else { return }
    let pass = try enter(list, .exclusive, cancellation)
    defer { pass.leave() }
    let failures: [CNIError]
    do throws(CNIError) {
      var valid = currentlyValid()
      let kept = try release(list, &valid, isOurs, cancellation)
      failures = try kept + collect(list, valid, cancellation)
    } catch {
      // Without the whole list of attachments the plugins' GC would take those that are missing from it for stale.
      throw error.located(network: list.name)
    }
    guard failures.isEmpty else { throw .joined(failures, network: list.name) }
  }

  /// DEL of what is stale. What is not ours, and what DEL could not release, is valid to the plugins: they must not let go of
  /// what is still owed.
  private func release(
    _ list: NetworkConfigurationList, _ valid: inout Set<AttachmentIdentity>,
    _ isOurs: (CachedAttachment) -> Bool, _ cancellation: Cancellation?
  ) throws(CNIError) -> [CNIError] {
    var failures: [CNIError] = []
    for cached in try cachedAttachments() where cached.network == list.name && !valid.contains(cached.identity) {
      guard isOurs(cached) else {
        valid.insert(cached.identity)
        continue
      }
      do throws(CNIError) {
        try detach(cached.configurationList ?? list, cached.attachment, Detaching(), cancellation)
      } catch {
        valid.insert(cached.identity)
        failures.append(stale(cached, error))
      }
    }
    return failures
  }

  private func stale(_ cached: CachedAttachment, _ error: CNIError) -> CNIError {
    var failure = error.located(network: cached.network)
    failure.message =
      "failed to delete stale attachment \(cached.attachment.containerID) \(cached.attachment.interfaceName): "
      + error.message
    return failure
  }

  private func collect(
    _ list: NetworkConfigurationList, _ valid: Set<AttachmentIdentity>, _ cancellation: Cancellation?
  ) throws(CNIError) -> [CNIError] {
    guard try SpecificationVersion(list.cniVersion) >= .firstWithGarbageCollection else { return [] }
    let entries = valid.sorted { ($0.containerID, $0.interfaceName) < ($1.containerID, $1.interfaceName) }
      .map { JSON.object(["containerID": .string($0.containerID), "ifname": .string($0.interfaceName)]) }
    // The second is the name that an earlier text of the specification had.
    let additions: JSONObject = ["cni.dev/valid-attachments": .array(entries), "cni.dev/attachments": .array(entries)]
    var failures: [CNIError] = []
    for plugin in list.plugins {
      do {
        try call(.gc, plugin, of: list, additions: additions, cancellation: cancellation) { _ in }
      } catch {
        failures.append(error)
      }
    }
    return failures
  }
}
