public import LinuxKernel

extension CNIRuntime {
  /// ADD: attaches a container to a network, plugin by plugin in order, and caches the last result. Blocks the thread.
  ///
  /// Stops at the first error. Nothing is undone then: follow with `del` over the whole list, on a deadline of its own, with the
  /// error in a `Detaching`: it tells how many plugins were called, and holds the last result before the failure. Not
  /// repeatable: a second ADD of an attachment fails with most plugins.
  public func add(
    _ list: NetworkConfigurationList, _ attachment: Attachment, cancellation: Cancellation? = nil
  ) throws(CNIError) -> CNIResult {
    var result: CNIResult?
    var succeeded = 0
    do throws(CNIError) {
      try Validation.attachment(attachment, network: list.name)
      let pass = try enter(list, .shared, cancellation)
      defer { pass.leave() }
      for plugin in list.plugins {
        result = try call(
          .add, plugin, of: list, attachment: attachment, previousResult: result, cancellation: cancellation
        ) { (response) throws(CNIError) in try response.result(defaultVersion: list.cniVersion) }
        succeeded += 1
      }
      guard let result else { throw CNIError.configuration("no plugins in list").located(network: list.name) }
      try store(result, list, attachment)
      return result
    } catch {
      var failure = error
      failure.partialResult = result?.raw
      failure.calledPlugins = succeeded + (error.calledPlugins ?? 0)
      throw failure
    }
  }

  /// ADD with a single plugin's configuration, which must have a name (libcni's `AddNetwork`).
  public func add(
    _ plugin: PluginConfiguration, _ attachment: Attachment, cancellation: Cancellation? = nil
  ) throws(CNIError) -> CNIResult {
    try add(try NetworkConfigurationList(upconverting: plugin), attachment, cancellation: cancellation)
  }

  private func store(
    _ result: CNIResult, _ list: NetworkConfigurationList, _ attachment: Attachment
  ) throws(CNIError) {
    let entry = CacheEntry(network: list.name, attachment: attachment, configuration: list.bytes, result: result.raw)
    do {
      try cache.write(entry)
    } catch {
      var failure = error.located(network: list.name)
      failure.message = "failed to set network \(list.name.quoted) cached result: \(error.message)"
      throw failure
    }
  }
}
