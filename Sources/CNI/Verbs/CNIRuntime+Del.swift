import JSON
public import LinuxKernel

extension CNIRuntime {
  /// DEL: detaches a container from a network, plugin by plugin in reverse order, and drops the cache entry after full success.
  /// Blocks the thread. Returns the failures that leave nothing behind, and so are none.
  ///
  /// Repeatable, and right for a list that was partly or never added. Use the configuration of the ADD. The plugins get the
  /// cached result as `prevResult` from 0.4.0 on; without a usable one they get what `detaching` holds, or none.
  ///
  /// An attachment whose ADD completed halts at the first failure, as the specification says: were the address released by a
  /// plugin further down while rules of a failed one still stand, the next attempt would hit whoever has that address by then
  /// (cni#924). One that has no cache entry, and of which `detaching` has no result, was never completed: there every plugin is
  /// called whatever the others say, and all failures are reported together.
  ///
  /// Only what a plugin may have done is owed (``Detaching``): a plugin that was never called, that refused its configuration
  /// in the same words at ADD, or that says code 3, is excused. Where the DEL of a plugin with an `ipam` section fails and its
  /// interface is gone, the IPAM plugin is asked by itself, so that no address stays with the debt.
  @discardableResult
  public func del(
    _ list: NetworkConfigurationList, _ attachment: Attachment, _ detaching: Detaching = Detaching(),
    cancellation: Cancellation? = nil
  ) throws(CNIError) -> [ExcusedFailure] {
    try Validation.attachment(attachment, network: list.name)
    let pass = try enter(list, .shared, cancellation)
    defer { pass.leave() }
    return try detach(list, attachment, detaching, cancellation)
  }

  /// DEL with a single plugin's configuration, which must have a name (libcni's `DelNetwork`).
  @discardableResult
  public func del(
    _ plugin: PluginConfiguration, _ attachment: Attachment, _ detaching: Detaching = Detaching(),
    cancellation: Cancellation? = nil
  ) throws(CNIError) -> [ExcusedFailure] {
    try del(try NetworkConfigurationList(upconverting: plugin), attachment, detaching, cancellation: cancellation)
  }

  /// DEL without the gate, for GC, which holds it.
  @discardableResult
  func detach(
    _ list: NetworkConfigurationList, _ attachment: Attachment, _ detaching: Detaching, _ cancellation: Cancellation?
  ) throws(CNIError) -> [ExcusedFailure] {
    let reading = cache.read(network: list.name, attachment)
    let result = try usableResult(reading, list, fallback: detaching.fallback)
    // An entry that was deleted makes no ADD incomplete whose result the caller has.
    let isComplete = !reading.isAbsent || detaching.saysComplete
    var detachment = Detachment(
      self, list, attachment, detaching, result: result, isComplete: isComplete, cancellation: cancellation)
    detachment.run()
    guard detachment.failures.isEmpty else { throw .joined(detachment.failures, network: list.name) }
    if case .foreign = reading { return detachment.excused }
    try cache.remove(network: list.name, attachment)
    return detachment.excused
  }

  /// The cached result in the list's version; a cache that is absent, corrupt or cannot be converted never blocks DEL.
  private func usableResult(
    _ reading: ResultCache.Reading, _ list: NetworkConfigurationList, fallback: JSON?
  ) throws(CNIError) -> CNIResult? {
    guard try SpecificationVersion(list.cniVersion) >= .firstWithCheck else { return nil }
    do {
      if let result = try reading.result(network: list.name, version: list.cniVersion) { return result }
    } catch {
      // The contract (CNI-A26): go on without it; CHECK is the verb that complains.
    }
    guard let fallback else { return nil }
    do {
      return try CNIResult(fallback, defaultVersion: list.cniVersion).converted(to: list.cniVersion)
    } catch {
      // Likewise: a half-finished ADD may have left something that no version can say.
      return nil
    }
  }
}
