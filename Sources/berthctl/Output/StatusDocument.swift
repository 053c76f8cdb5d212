import JSON
import RuntimeAPI

/// The documents `inspectp` and `info` write: a status, and verbose info expanded as crictl does.
enum StatusDocument {
  /// Info holds documents of plugins and configurations within its own.
  private static let maximumDepth = 2 * JSON.maximumDepth

  /// A sandbox's status: `createdAt` as a date, info beside `status`.
  static func sandbox(_ response: CRI.PodSandboxStatusResponse) -> JSON {
    let status = response.status ?? CRI.PodSandboxStatus()
    let json = ProtoJSONEncoder(defaults: .emitted).json(status)
      .replacing("createdAt", by: .string(Timestamp(nanoseconds: status.createdAt).rfc3339))
    return .object(JSONObject([("status", json)] + expanded(response.info)))
  }

  /// The runtime's status.
  static func runtime(_ response: CRI.StatusResponse) -> JSON {
    let encoder = ProtoJSONEncoder(defaults: .emitted)
    var members = [("status", encoder.json(response.status ?? CRI.RuntimeStatus()))]
    if !response.runtimeHandlers.isEmpty {
      members.append(("runtimeHandlers", .array(response.runtimeHandlers.map { encoder.json($0) })))
    }
    if let features = response.features { members.append(("features", encoder.json(features))) }
    return .object(JSONObject(members + expanded(response.info)))
  }

  /// Info's values that are JSON objects or arrays become that; others stay text, without quotes around them.
  static func expanded(_ info: [String: String]) -> [(String, JSON)] {
    info.sorted { $0.key < $1.key }.map { key, text -> (String, JSON) in
      guard let first = text.first, "{[".contains(first) else {
        return (key, .string(text.trimming("\"")))
      }
      do {
        return (key, try JSON(parsing: text, rules: .own, maximumDepth: maximumDepth))
      } catch {
        return (key, .string(text))  // it only looked like JSON
      }
    }
  }
}

extension JSON {
  /// The object with another value under a key it has.
  func replacing(_ key: String, by value: JSON) -> JSON {
    guard case .object(var members) = self, members[key] != nil else { return self }
    members[key] = value
    return .object(members)
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
