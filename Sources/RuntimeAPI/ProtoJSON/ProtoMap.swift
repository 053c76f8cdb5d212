import JSON

/// A map field with string keys; its keys are data, not field names.
protocol ProtoMap {
  func encode(_ options: ProtoJSONEncoder) throws -> JSON
  var isEmpty: Bool { get }
}

extension Dictionary: ProtoMap where Key == String, Value: Encodable {
  func encode(_ options: ProtoJSONEncoder) throws -> JSON {
    .object(JSONObject(try sorted { $0.key < $1.key }.map { ($0.key, try options.value($0.value)) }))
  }
}
