/// A map with string keys; its keys are data, not names of fields.
protocol DecodableMap {
  init(_ node: DecodingNode) throws
}

extension Dictionary: DecodableMap where Key == String, Value: Decodable {
  init(_ node: DecodingNode) throws {
    self.init()
    let members = try node.members()
    try node.check(entries: members.count)
    for member in members {
      let path = FieldPath.key(node.path, member.key)
      let value = try node.decode(Value.self, element: member.value, at: path)
      // The document's keys differ as bytes; a dictionary takes é in its two spellings for one, and one value would be lost.
      guard updateValue(value, forKey: member.key) == nil else {
        throw DocumentError.invalid(path: path, reason: "the same key in another spelling of Unicode is there already")
      }
    }
  }
}
