/// A field that an object should not have.
public struct UnknownField: Sendable, Hashable, CustomStringConvertible {
  /// Where it was.
  public let place: FieldPath
  /// What may have been meant, spelled as the unknown one is: a field of that object whose name is near, or the place of one
  /// with this name in an object below it. Nil when there is neither.
  public let nearest: String?
  private let objectHasFields: Bool

  /// Where it was, such as `config.linux.namespaces`.
  public var path: String { place.description }

  init(
    _ key: String, at path: FieldPath, known: [String], nested: [[String]] = [], _ dialect: DocumentDecoder.Dialect
  ) {
    place = .field(path, key)
    objectHasFields = !known.isEmpty
    let isSnakeCased = dialect == .proto3 && key.utf8.contains(UInt8(ascii: "_"))
    let spellings = isSnakeCased ? known.map(\.snakeCased) : known
    let found = MisplacedField.place(of: key, among: nested)
    nearest =
      NearestName.of(key, among: spellings)
      ?? found?.map { isSnakeCased ? $0.snakeCased : $0 }.joined(separator: ".")
  }

  /// What is wrong, for people.
  public var description: String {
    guard objectHasFields else { return "\(path): unknown field; there are none in this message" }
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
