import JSON

extension JSON {
  /// The path of the first field, at any depth, that is here and not in `other`; `nil` when all are.
  func firstField(absentFrom other: JSON) -> String? {
    switch (self, other) {
    case (.object(let mine), .object(let theirs)):
      // Keys are a client's text: looked up, not searched for, however many there are.
      let values = Dictionary(theirs.map { (Array($0.key.utf8), $0.value) }) { first, _ in first }
      for member in mine {
        guard let counterpart = values[Array(member.key.utf8)] else { return member.key }
        if let path = member.value.firstField(absentFrom: counterpart) { return "\(member.key).\(path)" }
      }
      return nil
    case (.array(let mine), .array(let theirs)):
      for (index, pair) in zip(mine, theirs).enumerated() {
        if let path = pair.0.firstField(absentFrom: pair.1) { return "[\(index)].\(path)" }
      }
      return nil
    default:
      return nil
    }
  }
}
