import RuntimeAPI

/// The documents `inspectp` and `info` write: a status, and verbose info expanded as crictl does.
enum StatusDocument {
  /// A sandbox's status: `createdAt` as a date, info beside `status`.
  static func sandbox(_ response: CRI.PodSandboxStatusResponse) -> JSONValue {
    let status = response.status ?? CRI.PodSandboxStatus()
    let json = ProtoJSONEncoder(defaults: .emitted).json(status)
      .replacing("createdAt", by: .string(Timestamp(nanoseconds: status.createdAt).rfc3339))
    return .object([.init("status", json)] + expanded(response.info))
  }

  /// The runtime's status.
  static func runtime(_ response: CRI.StatusResponse) -> JSONValue {
    let encoder = ProtoJSONEncoder(defaults: .emitted)
    var members: [JSONValue.Member] = [.init("status", encoder.json(response.status ?? CRI.RuntimeStatus()))]
    if !response.runtimeHandlers.isEmpty {
      members.append(.init("runtimeHandlers", .array(response.runtimeHandlers.map { encoder.json($0) })))
    }
    if let features = response.features { members.append(.init("features", encoder.json(features))) }
    return .object(members + expanded(response.info))
  }

  /// Info's values that are JSON objects or arrays become that; others stay text, without quotes around them.
  static func expanded(_ info: [String: String]) -> [JSONValue.Member] {
    info.sorted { $0.key < $1.key }.map { key, text in
      guard let first = text.first, "{[".contains(first) else {
        return .init(key, .string(text.trimming("\"")))
      }
      do {
        return .init(key, try JSONValue(parsing: Array(text.utf8), maximumDepth: 1000))
      } catch {
        return .init(key, .string(text))  // it only looked like JSON
      }
    }
  }
}

extension JSONValue {
  /// The object with another value under a key it has.
  func replacing(_ key: String, by value: JSONValue) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members.map { $0.key == key ? .init(key, value) : $0 })
  }
}

extension String {
  fileprivate func trimming(_ character: Character) -> String {
    var text = Substring(self)
    while text.first == character { text.removeFirst() }
    while text.last == character { text.removeLast() }
    return String(text)
  }
}
