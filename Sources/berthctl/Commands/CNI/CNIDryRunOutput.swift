import ArgumentParser

/// The form of what commands write that have no data but a dry run's.
struct CNIDryRunOutput: ParsableArguments {
  @Option(name: .shortAndLong, help: "How --dry-run writes requests: table, json or yaml.")
  var output: OutputFormat = .table

  func validate() throws { try output.expect([.table, .json, .yaml], of: "--dry-run") }
}

extension OutputFormat {
  /// Refuses formats that a command does not have.
  func expect(_ formats: [OutputFormat], of command: String) throws(ValidationError) {
    guard !formats.contains(self) else { return }
    let known = formats.map(\.rawValue).joined(separator: ", ")
    throw ValidationError("\(command) has no \(rawValue) output; use \(known)")
  }
}
