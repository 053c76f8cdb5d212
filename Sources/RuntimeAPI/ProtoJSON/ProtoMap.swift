import JSON

/// A map field with string keys; its keys are data, not field names.
protocol ProtoMap {
  static func decode(_ node: ProtoJSONDecodingNode) throws -> Self
  func encode(_ options: ProtoJSONEncoder) throws -> JSON
  var isEmpty: Bool { get }
}

extension Dictionary: ProtoMap where Key == String, Value: Codable {
  static func decode(_ node: ProtoJSONDecodingNode) throws -> [String: Value] {
    var map: [String: Value] = [:]
    for member in try node.members() {
      map[member.key] = try node.decode(Value.self, element: member.value, at: .key(node.path, member.key))
    }
    return map
  }

  func encode(_ options: ProtoJSONEncoder) throws -> JSON {
    .object(JSONObject(try sorted { $0.key < $1.key }.map { ($0.key, try options.value($0.value)) }))
  }
}
