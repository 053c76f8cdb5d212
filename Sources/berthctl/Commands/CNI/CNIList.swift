import ArgumentParser
import CNI
import RuntimeAPI

/// `berthctl cni list`
struct CNIList: CNICommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract:
      "List the networks of the configuration directory, the default one first, and the files that cannot be used.")

  @ParentCommand var root: Berthctl
  @OptionGroup var places: CNIPlaces

  @Option(name: .shortAndLong, help: "table, json or yaml.")
  var output: OutputFormat = .table

  func validate() throws { try output.expect([.table, .json, .yaml], of: "cni list") }

  func run(_ session: CNISession) async throws {
    let contents = session.configurationDirectory.load()
    guard output == .table else {
      return try session.console.write(document(contents, session.configurationDirectory.path), as: output)
    }
    var table = Table(["NETWORK", "VERSION", "PLUGINS", "FILE", "ERROR"], minimumWidth: 10)
    for network in contents.networks {
      let plugins = network.list.plugins.map(\.type).joined(separator: ",")
      table.add([network.list.name, network.list.cniVersion, plugins, network.file, "-"])
    }
    for failure in contents.failures { table.add(["-", "-", "-", failure.file, failure.error.text]) }
    session.console.write(table.text)
  }

  private func document(_ contents: NetworkConfigurationDirectory.Contents, _ directory: String) -> JSONValue {
    let networks = contents.networks.map { network in
      JSONValue.object([
        .init("name", .string(network.list.name)), .init("cniVersion", .string(network.list.cniVersion)),
        .init("file", .string(network.file)),
        .init("disableCheck", .bool(network.list.disableCheck)), .init("disableGC", .bool(network.list.disableGC)),
        .init("plugins", .array(network.list.plugins.map(document))),
      ])
    }
    let failures = contents.failures.map {
      JSONValue.object([.init("file", .string($0.file)), .init("error", $0.error.document(cniVersion: nil))])
    }
    return .object([
      .init("directory", .string(directory)), .init("networks", .array(networks)), .init("failures", .array(failures)),
    ])
  }

  private func document(_ plugin: PluginConfiguration) -> JSONValue {
    .object([
      .init("type", .string(plugin.type)),
      .init("capabilities", .array(plugin.capabilities.sorted().map(JSONValue.string))),
    ])
  }
}
