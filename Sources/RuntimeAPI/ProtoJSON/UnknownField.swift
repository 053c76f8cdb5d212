/// A field that a message does not have.
public struct UnknownField: Sendable, Hashable, CustomStringConvertible {
  /// Where it was, such as `config.linux.namespaces`.
  public let path: String
  /// What may have been meant, spelled as the unknown one is: a field of that message whose name is near, or the place of one
  /// with this name in a message below it. Nil when there is neither.
  public let nearest: String?
  private let messageHasFields: Bool

  init(_ key: String, at path: FieldPath, known: [String], nested: [[String]] = []) {
    self.path = FieldPath.field(path, key.abbreviated).description
    messageHasFields = !known.isEmpty
    let isSnakeCased = key.contains("_")
    let spellings = isSnakeCased ? known.map(\.snakeCased) : known
    let place = MisplacedField.place(of: key, among: nested)
    nearest =
      NearestName.of(key, among: spellings)
      ?? place?.map { isSnakeCased ? $0.snakeCased : $0 }.joined(separator: ".")
  }

  /// What is wrong, for people.
  public var description: String {
    guard messageHasFields else { return "\(path): unknown field; there are none in this message" }
    guard let nearest else { return "\(path): unknown field" }
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
}
