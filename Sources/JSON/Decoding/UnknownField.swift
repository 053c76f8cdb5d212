/// A field that an object should not have.
public struct UnknownField: Sendable, Hashable, CustomStringConvertible {
  /// Where it was.
  public let place: FieldPath
  private let key: String
  private let known: [String]
  private let nested: [[String]]
  private let dialect: DocumentDecoder.Dialect

  /// Where it was, such as `config.linux.namespaces`.
  public var path: String { place.description }

  init(
    _ key: String, at path: FieldPath, known: [String], nested: [[String]] = [], _ dialect: DocumentDecoder.Dialect
  ) {
    place = .field(path, key)
    (self.key, self.known, self.nested, self.dialect) = (key, known, nested, dialect)
  }

  /// What may have been meant, spelled as the unknown one is: a field of that object whose name is near, or the place of one
  /// with this name in an object below it. Nil when there is neither. Looked for when it is asked for: most unknown fields are
  /// passed over.
  public var nearest: String? {
    let isSnakeCased = dialect == .proto3 && key.utf8.contains(UInt8(ascii: "_"))
    let spellings = isSnakeCased ? known.map(\.snakeCased) : known
    if let near = NearestName.of(key, among: spellings) { return near }
    let found = MisplacedField.place(of: key, among: nested)
    return found?.map { isSnakeCased ? $0.snakeCased : $0 }.joined(separator: ".")
  }

  /// What is wrong, for people.
  public var description: String {
    guard !known.isEmpty else { return "\(path): unknown field; there are none in this message" }
    guard let nearest else { return "\(path): unknown field" }
    return "\(path): unknown field; the nearest known one is \"\(nearest)\""
  }
}

extension String {
  /// The name in snake_case, from lowerCamelCase.
  var snakeCased: String {
    var result: [UInt8] = []
    for byte in utf8 {
      guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) else {
        result.append(byte)
        continue
      }
      result += [UInt8(ascii: "_"), byte | 0x20]
    }
    return String(decoding: result, as: UTF8.self)
  }
}
