import ArgumentParser
import CNI
import JSON
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

  private func document(_ contents: NetworkConfigurationDirectory.Contents, _ directory: String) -> JSON {
    let networks = contents.networks.map { network in
      JSON.object([
        "name": .string(network.list.name), "cniVersion": .string(network.list.cniVersion),
        "file": .string(network.file),
        "disableCheck": .bool(network.list.disableCheck), "disableGC": .bool(network.list.disableGC),
        "plugins": .array(network.list.plugins.map(document)),
      ])
    }
    let failures = contents.failures.map {
      JSON.object(["file": .string($0.file), "error": $0.error.document(cniVersion: nil)])
    }
    return .object([
      "directory": .string(directory), "networks": .array(networks), "failures": .array(failures),
    ])
  }

  private func document(_ plugin: PluginConfiguration) -> JSON {
    .object([
      "type": .string(plugin.type),
      "capabilities": .array(plugin.capabilities.sorted().map { .string($0) }),
    ])
  }
}
