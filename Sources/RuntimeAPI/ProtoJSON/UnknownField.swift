/// A field that a message does not have.
public struct UnknownField: Sendable, Hashable, CustomStringConvertible {
  /// Where it was, such as `config.linux.namespaces`.
  public let path: String
  /// The field of that message whose name is nearest, spelled as the unknown one is; nil if the message has no fields.
  public let nearest: String?

  init(_ key: String, at path: FieldPath, known: [String]) {
    self.path = FieldPath.field(path, key.abbreviated).description
    let sample = String(key.prefix(64))
    let spellings = key.contains("_") ? known.map(\.snakeCased) : known
    let lowered = sample.lowercased()
    nearest = spellings.min { $0.lowercased().editDistance(to: lowered) < $1.lowercased().editDistance(to: lowered) }
  }

  /// What is wrong, for people.
  public var description: String {
    guard let nearest else { return "\(path): unknown field; there are none in this message" }
    return "\(path): unknown field; the nearest known one is \"\(nearest)\""
  }
}

extension String {
  /// The text, cut if it is long, for a message.
  var abbreviated: String { utf8.count <= 64 ? self : "\(prefix(60))…" }

  /// The name in snake_case, from lowerCamelCase.
  var snakeCased: String {
    var result = ""
    for scalar in unicodeScalars {
      if ("A"..."Z").contains(scalar) {
        result.append("_")
        result.append(Character(scalar).lowercased())
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// How many letters must be inserted, deleted or replaced to make one string of the other (Levenshtein).
  func editDistance(to other: String) -> Int {
    let columns = Array(other.utf8)
    var row = Array(0...columns.count)
    for (line, byte) in utf8.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for (column, candidate) in columns.enumerated() {
        let replaced = diagonal + (byte == candidate ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(replaced, row[column] + 1, diagonal + 1)
      }
    }
    return row[columns.count]
  }
}
