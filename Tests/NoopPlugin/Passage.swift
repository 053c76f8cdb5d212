import CNI
import Glibc
import JSON

/// The way of a call through another plugin, before which this one stands: what that one gets, and what comes out.
struct Passage {
  private let program: Program
  private let readInput: Bool
  private let edits: [Edit]
  private let behaviour: Behaviour

  /// nil where the call goes through none.
  init?(_ call: Call, _ behaviour: Behaviour, _ script: Script?) throws(PluginError) {
    guard let path = behaviour.through(script) else { return nil }
    var input = call.standardInput
    let inputEdits = try Edit.list(behaviour["input"], call)
    if !inputEdits.isEmpty, let configuration = call.configuration {
      let edited = inputEdits.reduce(configuration) { document, edit in edit.applied(to: document) ?? document }
      input = edited.serialized()
    }
    program = Program(
      path: path, arguments: [path], variables: Self.variables(call, behaviour["environment"]?.object ?? [:]),
      input: input)
    readInput = call.hasReadStandardInput
    edits = try Edit.list(behaviour["edit"], call)
    self.behaviour = behaviour
  }

  /// What comes out of it. Where nothing is to be done with that, this process becomes the plugin, and does not come back.
  func go() throws(PluginError) -> Program.Outcome {
    guard behaviour.followsUp else { try program.replace(readInput: readInput) }
    let whole = readInput ? program : program.reading(readAll(descriptor: STDIN_FILENO))
    let outcome = try whole.run(quietly: behaviour.isTrue("quiet"))
    return Program.Outcome(status: outcome.status, output: edited(outcome.output))
  }

  private func edited(_ output: [UInt8]) -> [UInt8] {
    guard !edits.isEmpty else { return output }
    let document = edits.reduce(try? JSON(parsing: output)) { $1.applied(to: $0) }
    return document.map { $0.serialized() + [UInt8(ascii: "\n")] } ?? output
  }

  /// The call's variables with the script's changes: a text sets one, null takes it away.
  private static func variables(_ call: Call, _ changes: JSONObject) -> [String] {
    let kept = call.environment.filter { changes[$0.name] == nil }.map { "\($0.name)=\($0.value)" }
    return kept + changes.compactMap { change in change.value.string.map { "\(change.key)=\(call.filled($0))" } }
  }
}

extension Program {
  /// The same with another standard input.
  func reading(_ input: [UInt8]) -> Program {
    Program(path: path, arguments: arguments, variables: variables, input: input)
  }
}
