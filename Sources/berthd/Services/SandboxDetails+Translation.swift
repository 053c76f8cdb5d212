import JSON
import PodSandbox
import RuntimeAPI

extension SandboxDetails {
  /// The value of `info` in a verbose `PodSandboxStatus`: one JSON document, as containerd's clients expect it.
  var document: JSON {
    let encoder = ProtoJSONEncoder()
    var members: JSONObject = [
      "pid": .integer(pid ?? 0),
      "netnsPath": .string(networkNamespacePath),
      "cgroupPath": .string(cgroupPath),
      "directory": .string(directory),
      "stage": .string(stage),
      "warnings": .array(warnings.map { .string($0) }),
      "drift": .array(drift.map { .string($0) }),
      "bootID": .string(bootID),
      "config": requestDocument ?? encoder.json(CRI.PodSandboxConfig(configuration)),
    ]
    if let first = networks.first { members["cniResult"] = first.resultDocument }
    members["networks"] = .array(networks.map(\.document))
    members["leftovers"] = .array(leftovers.map { encoder.json(UndoReport.Step($0)) })
    members["trace"] = .array(traces.map { encoder.json(Berth.Trace($0)) })
    return .object(members)
  }
}

extension SandboxDetails {
  /// The request as it came; `nil` for a sandbox of before it was kept.
  private var requestDocument: JSON? {
    guard let request = configuration.request else { return nil }
    // What the daemon has made itself can be read.
    return try? JSON(parsing: request, rules: .own)
  }
}

extension SandboxDetails.NetworkResult {
  /// What the chain printed; `null` when it did not come to that.
  fileprivate var resultDocument: JSON { result.map(Self.parsed) ?? .null }

  fileprivate var document: JSON {
    .object([
      "interface": .string(interfaceName), "config": Self.parsed(configuration),
      "result": resultDocument,
    ])
  }

  /// The text as the document it is; a text that is none stays one.
  private static func parsed(_ text: String) -> JSON {
    do { return try JSON(parsing: text, rules: .own) } catch { return .string(text) }
  }
}
