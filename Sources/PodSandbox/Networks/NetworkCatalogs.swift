import JSON
import CNI

/// The networks of all runtime handlers, by configuration directory.
final class NetworkCatalogs: Sendable {
  private let configuration: SandboxServiceConfiguration
  private let catalogs: [String: NetworkCatalog]

  init(_ configuration: SandboxServiceConfiguration, plugins: Plugins) throws {
    self.configuration = configuration
    let directories =
      [configuration.cniConfigurationDirectory]
      + configuration.runtimeHandlers.values.compactMap(\.cniConfigurationDirectory)
    var catalogs: [String: NetworkCatalog] = [:]
    for directory in Set(directories) {
      catalogs[directory] = try NetworkCatalog(directory: directory, plugins: plugins)
    }
    self.catalogs = catalogs
  }

  /// The handler of this name; the default one has the empty name.
  func handler(_ name: String) throws(SandboxError) -> SandboxServiceConfiguration.RuntimeHandler {
    if let handler = configuration.runtimeHandlers[name] { return handler }
    guard name.isEmpty else {
      let known = configuration.runtimeHandlers.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
      throw SandboxError(
        .invalidArgument,
        "no runtime handler \"\(name.beginning(80))\" is configured; "
          + (known.isEmpty ? "only the default one, the empty name, is" : "the default one and \(known) are"))
    }
    return SandboxServiceConfiguration.RuntimeHandler()
  }

  /// The networks that a handler's pods are on.
  func catalog(_ handler: SandboxServiceConfiguration.RuntimeHandler) -> NetworkCatalog {
    let directory = handler.cniConfigurationDirectory ?? configuration.cniConfigurationDirectory
    guard let catalog = catalogs[directory] else {
      preconditionFailure("every handler's directory has a catalog since init")
    }
    return catalog
  }

  /// All catalogs, the default handler's first.
  var all: [NetworkCatalog] {
    catalogs.values.sorted { a, b in
      (a.directory == configuration.cniConfigurationDirectory ? "" : a.directory)
        < (b.directory == configuration.cniConfigurationDirectory ? "" : b.directory)
    }
  }

  /// Watches no more.
  func shutdown() { for catalog in catalogs.values { catalog.shutdown() } }
}
