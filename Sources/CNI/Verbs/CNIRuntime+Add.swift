extension CNIRuntime {
  /// ADD: attaches a container to a network, plugin by plugin in order, and caches the last result.
  ///
  /// Stops at the first error. Nothing is undone then: follow with `del` over the whole list, on a deadline of its own, with
  /// the error's `partialResult`. Not repeatable: a second ADD of an attachment fails with most plugins.
  public func add(_ list: NetworkConfigurationList, _ attachment: Attachment) async throws(CNIError) -> CNIResult {
    try Validation.attachment(attachment, network: list.name)
    let pass = await enter(list, .shared)
    defer { pass.leave() }
    var result: CNIResult?
    do throws(CNIError) {
      for plugin in list.plugins {
        result = try await call(.add, plugin, of: list, attachment: attachment, previousResult: result) {
          (response) throws(CNIError) in try response.result(defaultVersion: list.cniVersion)
        }
      }
      guard let result else { throw CNIError.configuration("no plugins in list").located(network: list.name) }
      try await store(result, list, attachment)
      return result
    } catch {
      var failure = error
      failure.partialResult = result?.raw
      throw failure
    }
  }

  /// ADD with a single plugin's configuration, which must have a name (libcni's `AddNetwork`).
  public func add(_ plugin: PluginConfiguration, _ attachment: Attachment) async throws(CNIError) -> CNIResult {
    try await add(try NetworkConfigurationList(upconverting: plugin), attachment)
  }

  private func store(
    _ result: CNIResult, _ list: NetworkConfigurationList, _ attachment: Attachment
  ) async throws(CNIError) {
    let entry = CacheEntry(network: list.name, attachment: attachment, configuration: list.bytes, result: result.raw)
    do {
      try await offPool { [cache] () throws(CNIError) in try cache.write(entry) }
    } catch {
      var failure = error.located(network: list.name)
      failure.message = "failed to set network \(list.name.quoted) cached result: \(error.message)"
      throw failure
    }
  }
}
