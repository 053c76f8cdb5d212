public import LinuxKernel

extension CNIRuntime {
  /// CHECK: asks every plugin in order whether the attachment is as ADD left it; returns when all say yes, stops at the first that does not.
  ///
  /// A list with `disableCheck` is never checked, which is success at any version (libcni tests the version first; the
  /// specification has `disableCheck` win). Otherwise a configuration before 0.4.0 is an error, and so is a corrupt cache entry.
  public func check(
    _ list: NetworkConfigurationList, _ attachment: Attachment, cancellation: Cancellation? = nil
  ) throws(CNIError) {
    try Validation.attachment(attachment, network: list.name)
    guard !list.disableCheck else { return }
    guard try SpecificationVersion(list.cniVersion) >= .firstWithCheck else {
      throw CNIError(
        .unsupported, code: CNIError.Code.incompatibleVersion,
        "configuration version \"\(list.cniVersion)\" does not support the CHECK command", network: list.name)
    }
    let result: CNIResult?
    do {
      result = try cachedResult(list, attachment)
    } catch {
      var failure = error
      failure.message = "failed to get network \(list.name.quoted) cached result: \(error.message)"
      throw failure
    }
    for plugin in list.plugins {
      try call(
        .check, plugin, of: list, attachment: attachment, previousResult: result, cancellation: cancellation
      ) { _ in }
    }
  }

  /// CHECK with a single plugin's configuration, which must have a name (libcni's `CheckNetwork`).
  public func check(
    _ plugin: PluginConfiguration, _ attachment: Attachment, cancellation: Cancellation? = nil
  ) throws(CNIError) {
    try check(try NetworkConfigurationList(upconverting: plugin), attachment, cancellation: cancellation)
  }
}
