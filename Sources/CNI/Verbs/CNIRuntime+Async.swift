import LinuxKernel

// The verbs for callers in tasks: each runs on a thread of its own, and the task's cancellation ends the plugin.

extension CNIRuntime {
  /// ADD; see the blocking form.
  public func add(_ list: NetworkConfigurationList, _ attachment: Attachment) async throws(CNIError) -> CNIResult {
    try await onThread { (cancellation) throws(CNIError) in
      try add(list, attachment, cancellation: cancellation)
    }
  }

  /// ADD with a single plugin's configuration; see the blocking form.
  public func add(_ plugin: PluginConfiguration, _ attachment: Attachment) async throws(CNIError) -> CNIResult {
    try await add(try NetworkConfigurationList(upconverting: plugin), attachment)
  }

  /// DEL; see the blocking form.
  @discardableResult
  public func del(
    _ list: NetworkConfigurationList, _ attachment: Attachment, _ detaching: Detaching = Detaching()
  ) async throws(CNIError) -> [ExcusedFailure] {
    try await onThread { (cancellation) throws(CNIError) in
      try del(list, attachment, detaching, cancellation: cancellation)
    }
  }

  /// DEL with a single plugin's configuration; see the blocking form.
  @discardableResult
  public func del(
    _ plugin: PluginConfiguration, _ attachment: Attachment, _ detaching: Detaching = Detaching()
  ) async throws(CNIError) -> [ExcusedFailure] {
    try await del(try NetworkConfigurationList(upconverting: plugin), attachment, detaching)
  }

  /// CHECK; see the blocking form.
  public func check(_ list: NetworkConfigurationList, _ attachment: Attachment) async throws(CNIError) {
    try await onThread { (cancellation) throws(CNIError) in
      try check(list, attachment, cancellation: cancellation)
    }
  }

  /// CHECK with a single plugin's configuration; see the blocking form.
  public func check(_ plugin: PluginConfiguration, _ attachment: Attachment) async throws(CNIError) {
    try await check(try NetworkConfigurationList(upconverting: plugin), attachment)
  }

  /// GC; see the blocking form.
  public func gc(
    _ list: NetworkConfigurationList, valid: Set<AttachmentIdentity>,
    isOurs: @escaping @Sendable (CachedAttachment) -> Bool = { _ in true }
  ) async throws(CNIError) {
    try await gc(list, isOurs: isOurs) { valid }
  }

  /// GC whose valid attachments are asked for once no ADD or DEL of the network runs any more; see the blocking form.
  public func gc(
    _ list: NetworkConfigurationList, isOurs: @escaping @Sendable (CachedAttachment) -> Bool = { _ in true },
    currentlyValid: @escaping @Sendable () -> Set<AttachmentIdentity>
  ) async throws(CNIError) {
    try await onThread { (cancellation) throws(CNIError) in
      try gc(list, isOurs: isOurs, cancellation: cancellation, currentlyValid: currentlyValid)
    }
  }

  /// STATUS; see the blocking form.
  public func status(_ list: NetworkConfigurationList) async throws(CNIError) {
    try await onThread { (cancellation) throws(CNIError) in try status(list, cancellation: cancellation) }
  }

  /// VERSION; see the blocking form.
  public func version(of plugin: String) async throws(CNIError) -> [String] {
    try await onThread { (cancellation) throws(CNIError) in try version(of: plugin, cancellation: cancellation) }
  }

  /// Whether a list can be used; see the blocking form.
  public func validate(_ list: NetworkConfigurationList) async throws(CNIError) -> [String] {
    try await onThread { (cancellation) throws(CNIError) in try validate(list, cancellation: cancellation) }
  }

  /// Whether a single plugin's configuration can be used; see the blocking form.
  public func validate(_ plugin: PluginConfiguration) async throws(CNIError) -> [String] {
    try await validate(try NetworkConfigurationList(upconverting: plugin))
  }
}

extension CNIRuntime {
  /// The result that ADD left; see the blocking form.
  public func cachedResult(
    _ list: NetworkConfigurationList, _ attachment: Attachment
  ) async throws(CNIError) -> CNIResult? {
    try await onThread { (_) throws(CNIError) in try cachedResult(list, attachment) }
  }

  /// The cached result of a single plugin's network; see the blocking form.
  public func cachedResult(
    _ plugin: PluginConfiguration, _ attachment: Attachment
  ) async throws(CNIError) -> CNIResult? {
    try await cachedResult(try NetworkConfigurationList(upconverting: plugin), attachment)
  }

  /// What ADD was given; see the blocking form.
  public func cachedAttachment(
    network: String, _ attachment: Attachment
  ) async throws(CNIError) -> CachedAttachment? {
    try await onThread { (_) throws(CNIError) in try cachedAttachment(network: network, attachment) }
  }

  /// All attachments in the cache, or those of one container; see the blocking form.
  public func cachedAttachments(containerID: String? = nil) async throws(CNIError) -> [CachedAttachment] {
    try await onThread { (_) throws(CNIError) in try cachedAttachments(containerID: containerID) }
  }
}

extension NetworkConfigurationWatcher {
  /// Looks at the directory at once; see the blocking form.
  public func reload() async -> NetworkConfigurationDirectory.Contents {
    await DedicatedThread.run(name: "berth-cni-files") { self.reload() }
  }
}

/// Runs blocking work on a thread of its own, to which the task's cancellation is passed on.
private func onThread<T: Sendable>(
  _ body: @escaping @Sendable (Cancellation) throws(CNIError) -> T
) async throws(CNIError) -> T {
  let cancellation: Cancellation
  do {
    cancellation = try Cancellation()
  } catch {
    throw CNIError(error)
  }
  let result = await withTaskCancellationHandler {
    await DedicatedThread.run(name: "berth-cni") { () -> Result<T, CNIError> in
      do throws(CNIError) { return .success(try body(cancellation)) } catch { return .failure(error) }
    }
  } onCancel: {
    cancellation.cancel()
  }
  return try result.get()
}
