public import JSON

extension CNIRuntime {
  /// DEL: detaches a container from a network, plugin by plugin in reverse order, and drops the cache entry after full success.
  ///
  /// Repeatable, and right for a list that was partly or never added. Use the configuration of the ADD. The plugins get the
  /// cached result as `prevResult` from 0.4.0 on; without a usable one they get `previousResult` (a failed ADD's
  /// `partialResult`), or none.
  ///
  /// An attachment whose ADD completed halts at the first failure, as the specification says: were the address released by a
  /// plugin further down while rules of a failed one still stand, the next attempt would hit whoever has that address by then
  /// (cni#924). One that has no cache entry was never completed: there every plugin is called whatever the others say, one
  /// that is not installed is passed over, and all failures are reported together.
  public func del(
    _ list: NetworkConfigurationList, _ attachment: Attachment, previousResult: JSON? = nil
  ) async throws(CNIError) {
    try Validation.attachment(attachment, network: list.name)
    let pass = await enter(list, .shared)
    defer { pass.leave() }
    try await detach(list, attachment, previousResult: previousResult)
  }

  /// DEL with a single plugin's configuration, which must have a name (libcni's `DelNetwork`).
  public func del(_ plugin: PluginConfiguration, _ attachment: Attachment) async throws(CNIError) {
    try await del(try NetworkConfigurationList(upconverting: plugin), attachment)
  }

  /// DEL without the gate, for GC, which holds it.
  func detach(
    _ list: NetworkConfigurationList, _ attachment: Attachment, previousResult: JSON? = nil
  ) async throws(CNIError) {
    let reading = await read(list.name, attachment)
    let result = try usableResult(reading, list, fallback: previousResult)
    var failures: [CNIError] = []
    for plugin in list.plugins.reversed() {
      do {
        try await call(.del, plugin, of: list, attachment: attachment, previousResult: result) { _ in }
      } catch {
        if error.saysAbsent(networkNamespace: attachment.networkNamespace) { continue }
        if reading.isAbsent, error.kind == .pluginNotFound, !pluginDirectories.isEmpty { continue }
        failures.append(error)
        guard reading.isAbsent, error.kind != .cancelled else { break }
      }
    }
    guard failures.isEmpty else { throw .joined(failures, network: list.name) }
    if case .foreign = reading { return }
    try await offPool { [cache] () throws(CNIError) in try cache.remove(network: list.name, attachment) }
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

extension CNIError {
  /// Whether a plugin's DEL failed only because there is nothing left to delete (go-cni's rule): it says "not found", or, without
  /// a network namespace, "no such file or directory". A tool that the plugin lacks is another matter.
  func saysAbsent(networkNamespace: String) -> Bool {
    guard kind == .plugin else { return false }
    let said = text
    guard !said.contains("executable file not found"), !said.contains("command not found") else { return false }
    return said.contains("not found") || networkNamespace.isEmpty && said.contains("no such file or directory")
  }
}
