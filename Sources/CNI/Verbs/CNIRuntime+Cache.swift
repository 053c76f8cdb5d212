extension CNIRuntime {
  /// The result that ADD left, in the list's version; nil when there is none (libcni's `GetNetworkListCachedResult`).
  ///
  /// Errors: the entry is corrupt, or its result cannot be converted.
  public func cachedResult(
    _ list: NetworkConfigurationList, _ attachment: Attachment
  ) async throws(CNIError) -> CNIResult? {
    try Validation.attachment(attachment, network: list.name)
    let reading = await read(list.name, attachment)
    return try reading.result(network: list.name, version: list.cniVersion)
  }

  /// The cached result of a single plugin's network (libcni's `GetNetworkCachedResult`).
  public func cachedResult(
    _ plugin: PluginConfiguration, _ attachment: Attachment
  ) async throws(CNIError) -> CNIResult? {
    try await cachedResult(try NetworkConfigurationList(upconverting: plugin), attachment)
  }

  /// What ADD was given: the raw configuration and the attachment's arguments; nil when there is no entry (libcni's `GetNetworkListCachedConfig`).
  ///
  /// Errors: the entry is corrupt or of another kind (a bare result of old holds no configuration).
  public func cachedAttachment(
    network: String, _ attachment: Attachment
  ) async throws(CNIError) -> CachedAttachment? {
    try Validation.attachment(attachment, network: network)
    return try await read(network, attachment).attachment(network: network)
  }

  /// All attachments in the cache, sorted by file name, or those of one container (libcni's `GetCachedAttachments`).
  ///
  /// Files that are no cache entries are passed over. Errors: the directory cannot be read; that it does not exist is none.
  public func cachedAttachments(containerID: String? = nil) async throws(CNIError) -> [CachedAttachment] {
    try await offPool { [cache] () throws(CNIError) in try cache.attachments(containerID: containerID) }
  }

  func read(_ network: String, _ attachment: Attachment) async -> ResultCache.Reading {
    await offPool { [cache] in cache.read(network: network, attachment) }
  }
}
