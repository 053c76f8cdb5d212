import CNI
import JSON
import RuntimeAPI

extension CNISession {
  /// Does something with a runtime that executes and changes nothing, and prints what its plugins would get.
  ///
  /// Plugins and delegates of the list that are not installed are a failure in the end: a real call would fail. The cache it sees is a stand-in of links to the real one's entries of that network, since DEL drops what it has done.
  func dryRun(
    _ list: NetworkConfigurationList?, as format: OutputFormat, _ body: (CNIRuntime) throws(CNIError) -> Void
  ) async throws {
    let cache = try CacheShadow(of: cacheDirectory, network: list?.name ?? "")
    defer { cache.remove() }
    if let reason = cache.unreadable { note("the record of ADDs is not used: \(reason)") }
    let invoker = RecordingInvoker()
    try body(runtime(invoker, cache.path))
    let calls = invoker.calls
    switch format {
    case .json, .yaml: try console.write(.array(calls.map(\.document)), as: format)
    case .table, .goTemplate: console.write(calls.map(\.text).joined(separator: "\n"))
    }
    if calls.isEmpty { note("no plugin would be called") }
    let missing = list.map(runtime.missingPlugins) ?? invoker.missing
    guard missing.isEmpty else {
      throw CommandFailure.Reason(lines: missing.map { "a real call would fail: \($0)" })
    }
  }
}

extension RecordingInvoker.Call {
  fileprivate var text: String { CallText.request(request) }

  fileprivate var document: JSON {
    .object([
      "verb": .string(request.verb.rawValue), "plugin": .string(request.plugin),
      "network": .string(request.network),
      "executable": request.executable.isEmpty ? .null : .string(request.executable),
      "environment": .object(JSONObject(request.environment.map { ($0.key, .string($0.value)) })),
      "stdin": stdin,
    ])
  }

  private var stdin: JSON {
    do {
      return try JSON(parsing: request.configuration)
    } catch {
      return .string(String(decoding: request.configuration, as: UTF8.self))
    }
  }
}
