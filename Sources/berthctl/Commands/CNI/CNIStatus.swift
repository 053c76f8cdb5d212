import ArgumentParser
import CNI

/// `berthctl cni status NAME`
struct CNIStatus: CNICommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Ask the plugins of a network whether they can serve ADD (STATUS, from 1.1.0 on).")

  @ParentCommand var root: Berthctl

  @Argument(help: "The network's name, or a configuration file.")
  var network: String

  @OptionGroup var places: CNIPlaces
  @OptionGroup var calls: CNICallOptions
  @OptionGroup var requests: CNIDryRunOutput

  func run(_ session: CNISession) async throws {
    let list = try session.network(network)
    if try SpecificationVersion(list.cniVersion) < SpecificationVersion("1.1.0") {
      session.note("network \(list.name) is of version \(list.cniVersion), which has no STATUS: no plugin is asked")
    }
    if calls.dryRun {
      return try await session.dryRun(list, as: requests.output) { (runtime) throws(CNIError) in
        try runtime.status(list)
      }
    }
    try await session.runtime.status(list)
  }
}
