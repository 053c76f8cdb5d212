extension CNIRuntime {
  /// The result that ADD left, in the list's version; nil when there is none (libcni's `GetNetworkListCachedResult`).
  ///
  /// Errors: the entry is corrupt, or its result cannot be converted.
  public func cachedResult(
    _ list: NetworkConfigurationList, _ attachment: Attachment
  ) throws(CNIError) -> CNIResult? {
    try Validation.attachment(attachment, network: list.name)
    return try cache.read(network: list.name, attachment).result(network: list.name, version: list.cniVersion)
  }

  /// The cached result of a single plugin's network (libcni's `GetNetworkCachedResult`).
  public func cachedResult(_ plugin: PluginConfiguration, _ attachment: Attachment) throws(CNIError) -> CNIResult? {
    try cachedResult(try NetworkConfigurationList(upconverting: plugin), attachment)
  }

  /// What ADD was given: the raw configuration and the attachment's arguments; nil when there is no entry (libcni's `GetNetworkListCachedConfig`).
  ///
  /// Errors: the entry is corrupt or of another kind (a bare result of old holds no configuration).
  public func cachedAttachment(network: String, _ attachment: Attachment) throws(CNIError) -> CachedAttachment? {
    try Validation.attachment(attachment, network: network)
    return try cache.read(network: network, attachment).attachment(network: network)
  }

  /// All attachments in the cache, sorted by file name, or those of one container (libcni's `GetCachedAttachments`).
  ///
  /// Files that are no cache entries are passed over: see ``unreadableEntries(containing:)``. Errors: the directory cannot be read; that it does not exist is none.
  public func cachedAttachments(containerID: String? = nil) throws(CNIError) -> [CachedAttachment] {
    try cache.attachments(containerID: containerID)
  }

  /// All that is in the cache: its attachments, and the files that are no entries. Blocks the thread.
  public func cacheContents() throws(CNIError) -> (attachments: [CachedAttachment], unreadable: [UnreadableCacheEntry])
  {
    try cache.contents()
  }

  /// The files in the cache that are no entries, or those whose name has `-<id>-` in it, sorted by name.
  ///
  /// A bare result of an older writer is among them. Errors: the directory cannot be read; that it does not exist is none.
  public func unreadableEntries(containing containerID: String? = nil) throws(CNIError) -> [UnreadableCacheEntry] {
    try cache.unreadable(containerID: containerID)
  }

  /// Removes such a file, for whoever has released what its name stands for. Idempotent; one that has become an entry stays.
  public func remove(_ entry: UnreadableCacheEntry) throws(CNIError) { try cache.remove(entry) }

  /// Removes the temporary files of writers that were killed; for recovery, before the first ADD.
  public func removeTemporaryFiles() throws(CNIError) { try cache.removeTemporaryFiles() }
}
