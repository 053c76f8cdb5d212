import CNI
import JSON
import RuntimeAPI

extension CNISession {
  /// Does something with a runtime that executes and changes nothing, and prints what its plugins would get.
  ///
  /// The cache it sees is a stand-in of links to the real one's entries of that network, since DEL drops what it has done.
  func dryRun(
    _ network: String, as format: OutputFormat, _ body: (CNIRuntime) async throws(CNIError) -> Void
  ) async throws {
    let cache = try CacheShadow(of: cacheDirectory, network: network)
    defer { cache.remove() }
    if let reason = cache.unreadable { note("the record of ADDs is not used: \(reason)") }
    let invoker = RecordingInvoker()
    try await body(runtime(invoker, cache.path))
    let calls = invoker.calls
    switch format {
    case .json, .yaml: try console.write(.array(calls.map(\.document)), as: format)
    case .table, .goTemplate: console.write(calls.map(\.text).joined(separator: "\n"))
    }
    for missing in invoker.missing { note("a real call would fail: \(missing)") }
    if calls.isEmpty { note("no plugin would be called") }
  }
}

extension RecordingInvoker.Call {
  fileprivate var text: String { CallText.request(request) }

  fileprivate var document: JSONValue {
    .object([
      .init("verb", .string(request.verb.rawValue)), .init("plugin", .string(request.plugin)),
      .init("network", .string(request.network)),
      .init("executable", request.executable.isEmpty ? .null : .string(request.executable)),
      .init("environment", .object(request.environment.map { .init($0.key, .string($0.value)) })),
      .init("stdin", stdin),
    ])
  }

  private var stdin: JSONValue {
    do {
      return JSONValue(try JSON(parsing: request.configuration))
    } catch {
      return .string(String(decoding: request.configuration, as: UTF8.self))
    }
  }
}
