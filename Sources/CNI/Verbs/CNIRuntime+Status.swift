public import LinuxKernel

extension CNIRuntime {
  /// STATUS: returns when every plugin says that it can serve ADD; otherwise the first one's error, with its code (50 and 51 are the specification's).
  ///
  /// Success without a call for configurations before 1.1.0, which do not know the verb.
  public func status(_ list: NetworkConfigurationList, cancellation: Cancellation? = nil) throws(CNIError) {
    guard try SpecificationVersion(list.cniVersion) >= .firstWithGarbageCollection else { return }
    for plugin in list.plugins {
      try call(.status, plugin, of: list, cancellation: cancellation) { _ in }
    }
  }
}
