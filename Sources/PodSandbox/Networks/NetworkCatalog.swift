import CNI

/// The networks of one CNI configuration directory: the last good configuration, and why the present one is not it.
final class NetworkCatalog: Sendable {
  let directory: String
  private let watcher: NetworkConfigurationWatcher

  init(directory: String, pluginDirectories: [String]) throws(CNIError) {
    self.directory = directory
    watcher = try NetworkConfigurationWatcher(
      NetworkConfigurationDirectory(directory), pluginDirectories: pluginDirectories)
  }

  /// The networks of a pod, `eth0`'s first: those named, or the first one there is. Looks anew before it gives up, for a
  /// file that has only just been written.
  ///
  /// - Throws: `unavailable`, `cni plugin not initialized`, with the reason.
  func networks(named names: [String]) async throws(SandboxError) -> [NetworkConfigurationList] {
    if let lists = Self.select(names, from: watcher.contents) { return lists }
    let contents = await watcher.reload()
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
  func shutdown() { watcher.shutdown() }

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
