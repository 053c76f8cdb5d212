extension CNIRuntime {
  /// Drops what the cache remembers of an attachment without a call of any plugin: for one whose DEL is given up by hand.
  ///
  /// Idempotent. Another attachment's entry under the same file name stays.
  public func forget(_ list: NetworkConfigurationList, _ attachment: Attachment) throws(CNIError) {
    try Validation.attachment(attachment, network: list.name)
    if case .foreign = cache.read(network: list.name, attachment) { return }
    try cache.remove(network: list.name, attachment)
  }
}
