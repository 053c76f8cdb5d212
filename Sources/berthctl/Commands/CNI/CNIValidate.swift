import ArgumentParser
import CNI
import JSON
import RuntimeAPI

/// `berthctl cni validate NAME-OR-FILE`
struct CNIValidate: CNICommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Say whether a configuration can be used: its form, and each plugin's presence and version.")

  @ParentCommand var root: Berthctl

  @Argument(help: "The network's name, or a configuration file.", completion: .file())
  var network: String

  @OptionGroup var places: CNIPlaces
  @OptionGroup var calls: CNICallOptions

  @Option(name: .shortAndLong, help: "table, json or yaml.")
  var output: OutputFormat = .table

  func validate() throws { try output.expect([.table, .json, .yaml], of: "cni validate") }

  func run(_ session: CNISession) async throws {
    let list = try session.network(network)
    if calls.dryRun {
      return try await session.dryRun(list, as: output) { (runtime) throws(CNIError) in
        _ = try runtime.validate(list)
      }
    }
    let capabilities = try await session.runtime.validate(list)
    let plugins = list.plugins.map(\.type)
    guard output == .table else {
      let document = JSON.object([
        "name": .string(list.name), "cniVersion": .string(list.cniVersion),
        "plugins": .array(plugins.map { .string($0) }),
        "capabilities": .array(capabilities.map { .string($0) }),
      ])
      return try session.console.write(document, as: output)
    }
    var table = Table(["NETWORK", "VERSION", "PLUGINS", "CAPABILITIES"], minimumWidth: 10)
    table.add([
      list.name, list.cniVersion, plugins.joined(separator: ","),
      capabilities.isEmpty ? "-" : capabilities.joined(separator: ","),
    ])
    session.console.write(table.text)
  }
}
