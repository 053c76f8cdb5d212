import CNI

/// The networks of one CNI configuration directory: the last good configuration, and why the present one is not it.
final class NetworkCatalog: Sendable {
  let directory: String
  private let watcher: NetworkConfigurationWatcher
  private let readiness: NetworkReadiness

  init(directory: String, plugins: Plugins) throws {
    self.directory = directory
    // The timeout bounds how old an answer can be.
    let readiness = try NetworkReadiness { plugins.runtime($0, timeout: .seconds(5)) }
    self.readiness = readiness
    watcher = try NetworkConfigurationWatcher(
      NetworkConfigurationDirectory(directory), pluginDirectories: plugins.directories
    ) { readiness.follow($0.defaultNetwork) }
    readiness.follow(watcher.contents.defaultNetwork)
  }

  /// Why no pod can be attached to the default network; `nil` when one can, as far as is known. From memory.
  var refusal: String? {
    guard !lists.isEmpty else { return "cni plugin not initialized: \(fault ?? "no network is configured")" }
    return readiness.refusal
  }

  /// The networks of a pod, `eth0`'s first: those named, or the first one there is. Looks anew before it gives up, for a
  /// file that has only just been written; blocks for as long as that takes.
  ///
  /// - Throws: `unavailable`, `cni plugin not initialized`, with the reason.
  func networks(named names: [String]) throws(SandboxError) -> [NetworkConfigurationList] {
    if let lists = Self.select(names, from: watcher.contents) { return lists }
    let contents = watcher.reload()
    if let lists = Self.select(names, from: contents) { return lists }
    var reason = Self.fault(contents, directory) ?? ""
    if !contents.networks.isEmpty {
      let known = contents.networks.map { "\"\($0.list.name)\"" }.joined(separator: ", ")
      let wanted = names.map { "\"\($0)\"" }.joined(separator: ", ")
      reason =
        "of the networks \(wanted) one is not in \(directory), which has \(known)"
        + (reason.isEmpty ? "" : "; \(reason)")
    }
    throw SandboxError(.unavailable, "cni plugin not initialized: \(reason)")
  }

  /// Why a file could not be loaded; `nil` when all could and there is one.
  var fault: String? { Self.fault(watcher.contents, directory) }

  /// The networks in force.
  var lists: [NetworkConfigurationList] { watcher.contents.networks.map(\.list) }

  /// Watches no more.
  func shutdown() {
    watcher.shutdown()
    readiness.shutdown()
  }

  private static func select(
    _ names: [String], from contents: NetworkConfigurationDirectory.Contents
  ) -> [NetworkConfigurationList]? {
    guard !names.isEmpty else { return contents.defaultNetwork.map { [$0] } }
    let lists = names.compactMap { contents[$0] }
    return lists.count == names.count ? lists : nil
  }

  private static func fault(_ contents: NetworkConfigurationDirectory.Contents, _ directory: String) -> String? {
    guard contents.failures.isEmpty else { return contents.failures.map(\.description).joined(separator: "; ") }
    return contents.networks.isEmpty
      ? "no CNI configuration file in \(directory). Has your network provider started?" : nil
  }
}
