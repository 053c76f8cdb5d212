import JSON

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
  /// GC: releases every attachment of a network that is not valid any more.
  ///
  /// First DEL of each cached attachment that is not in `valid`, at any version, with the configuration, namespace and
  /// arguments of its ADD. Then, from 1.1.0 on, GC of all plugins in order with the valid ones. Goes on past failures and
  /// reports them all. `disableGC` makes it do nothing.
  ///
  /// The cache may be shared with other runtimes: an attachment for which `isOurs` is false is left alone and counts as valid.
  public func gc(
    _ list: NetworkConfigurationList, valid: Set<AttachmentIdentity>,
    isOurs: @Sendable (CachedAttachment) -> Bool = { _ in true }
  ) async throws(CNIError) {
    try await gc(list, isOurs: isOurs) { valid }
  }

  /// GC whose valid attachments are asked for once no ADD or DEL of the network runs any more.
  ///
  /// For callers whose attachments change meanwhile: a set that is gathered before the wait lacks what an ADD completes
  /// during it, and GC would release a living container's network.
  public func gc(
    _ list: NetworkConfigurationList, isOurs: @Sendable (CachedAttachment) -> Bool = { _ in true },
    currentlyValid: @Sendable () async -> Set<AttachmentIdentity>
  ) async throws(CNIError) {
    try Validation.networkName(list.name)
    guard !list.disableGC else { return }
    let pass = await enter(list, .exclusive)
    defer { pass.leave() }
    var valid = await currentlyValid()
    var failures: [CNIError] = []
    do throws(CNIError) {
      for cached in try await cachedAttachments() where cached.network == list.name && !valid.contains(cached.identity)
      {
        guard isOurs(cached) else {
          valid.insert(cached.identity)
          continue
        }
        do throws(CNIError) {
          try await detach(cached.configurationList ?? list, cached.attachment)
        } catch {
          failures.append(stale(cached, error))
        }
      }
    } catch {
      failures.append(error)
    }
    failures += try await collect(list, valid)
    guard failures.isEmpty else { throw .joined(failures, network: list.name) }
  }

  private func stale(_ cached: CachedAttachment, _ error: CNIError) -> CNIError {
    var failure = error.located(network: cached.network)
    failure.message =
      "failed to delete stale attachment \(cached.attachment.containerID) \(cached.attachment.interfaceName): "
      + error.message
    return failure
  }

  private func collect(
    _ list: NetworkConfigurationList, _ valid: Set<AttachmentIdentity>
  ) async throws(CNIError) -> [CNIError] {
    guard try SpecificationVersion(list.cniVersion) >= .firstWithGarbageCollection else { return [] }
    let entries = valid.sorted { ($0.containerID, $0.interfaceName) < ($1.containerID, $1.interfaceName) }
      .map { JSON.object(["containerID": .string($0.containerID), "ifname": .string($0.interfaceName)]) }
    // The second is the name that an earlier text of the specification had.
    let additions: JSONObject = ["cni.dev/valid-attachments": .array(entries), "cni.dev/attachments": .array(entries)]
    var failures: [CNIError] = []
    for plugin in list.plugins {
      do {
        try await call(.gc, plugin, of: list, additions: additions) { _ in }
      } catch {
        failures.append(error)
      }
    }
    return failures
  }
}
