import PodSandbox
import RuntimeAPI

extension SandboxDetails {
  /// The value of `info` in a verbose `PodSandboxStatus`: one JSON document, as containerd's clients expect it.
  var document: JSONValue {
    let encoder = ProtoJSONEncoder()
    var members: [JSONValue.Member] = [
      .init("pid", .integer(pid ?? 0)),
      .init("netnsPath", .string(networkNamespacePath)),
      .init("cgroupPath", .string(cgroupPath)),
      .init("directory", .string(directory)),
      .init("stage", .string(stage)),
      .init("drift", .array(drift.map(JSONValue.string))),
      .init("bootID", .string(bootID)),
      .init("config", encoder.json(CRI.PodSandboxConfig(configuration))),
    ]
    if let first = networks.first { members.append(.init("cniResult", first.resultDocument)) }
    members.append(.init("networks", .array(networks.map(\.document))))
    members.append(.init("leftovers", .array(leftovers.map { encoder.json(UndoReport.Step($0)) })))
    members.append(.init("trace", .array(traces.map { encoder.json(Berth.Trace($0)) })))
    return .object(members)
  }
}

extension SandboxDetails.NetworkResult {
  /// What the chain printed; `null` when it did not come to that.
  fileprivate var resultDocument: JSONValue { result.map(Self.parsed) ?? .null }

  fileprivate var document: JSONValue {
    .object([
      .init("interface", .string(interfaceName)), .init("config", Self.parsed(configuration)),
      .init("result", resultDocument),
    ])
  }

  /// The text as the document it is; a text that is none stays one.
  private static func parsed(_ text: String) -> JSONValue {
    do { return try JSONValue(parsing: Array(text.utf8)) } catch { return .string(text) }
  }
}
