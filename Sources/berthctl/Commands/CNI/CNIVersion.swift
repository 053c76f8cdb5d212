import ArgumentParser
import CNI
import JSON
import RuntimeAPI

/// `berthctl cni version [NAME] [--plugin TYPE…]`
struct CNIVersion: CNICommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Ask plugins which versions of the specification they support.")

  @ParentCommand var root: Berthctl

  @Argument(help: "The network whose plugins are asked: its name, or a configuration file.")
  var network: String?

  @Option(name: .customLong("plugin"), help: "A plugin to ask. May be repeated.")
  var plugins: [String] = []

  @OptionGroup var places: CNIPlaces
  @OptionGroup var calls: CNICallOptions

  @Option(name: .shortAndLong, help: "table, json or yaml.")
  var output: OutputFormat = .table

  func validate() throws {
    try output.expect([.table, .json, .yaml], of: "cni version")
    if network == nil && plugins.isEmpty { throw ValidationError("Missing expected argument '<network>' or --plugin") }
  }

  private struct Answer: Sendable {
    let plugin: String
    let versions: Result<[String], CNIError>
  }

  func run(_ session: CNISession) async throws {
    let types = try network.map { (name) throws(CNIError) in try session.network(name).plugins.map(\.type) } ?? []
    var seen: Set<String> = []
    let asked = (types + plugins).filter { seen.insert($0).inserted }
    if calls.dryRun {
      return try await session.dryRun(nil, as: output) { (runtime) throws(CNIError) in
        for plugin in asked { _ = try runtime.version(of: plugin) }
      }
    }
    var answers: [Answer] = []
    for plugin in asked {
      do throws(CNIError) {
        answers.append(Answer(plugin: plugin, versions: .success(try await session.runtime.version(of: plugin))))
      } catch {
        guard error.kind != .cancelled else { throw error }
        answers.append(Answer(plugin: plugin, versions: .failure(error)))
      }
    }
    try write(answers, session.console)
    let failures = answers.compactMap { answer -> CNIError? in
      guard case .failure(let error) = answer.versions else { return nil }
      return error
    }
    guard failures.isEmpty else {
      throw CommandFailure.Reason(lines: failures.flatMap { $0.lines(withStandardError: !calls.explain) })
    }
  }

  /// A plugin that gives no answer has its error in the same document, beside the others' answers.
  private func write(_ answers: [Answer], _ console: Console) throws(CommandFailure.Reason) {
    guard output == .table else {
      let documents = answers.map { answer in
        switch answer.versions {
        case .success(let versions):
          JSON.object([
            "plugin": .string(answer.plugin),
            "supportedVersions": .array(versions.map { .string($0) }),
          ])
        case .failure(let error):
          JSON.object(["plugin": .string(answer.plugin), "error": error.document(cniVersion: nil)])
        }
      }
      return try console.write(.array(documents), as: output)
    }
    var table = Table(["PLUGIN", "VERSIONS"])
    for answer in answers {
      switch answer.versions {
      case .success(let versions): table.add([answer.plugin, versions.joined(separator: " ")])
      case .failure: table.add([answer.plugin, "-"])
      }
    }
    console.write(table.text)
  }
}
