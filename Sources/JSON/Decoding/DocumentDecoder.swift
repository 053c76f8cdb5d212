/// Decodes values from JSON documents: the API's messages and the configuration.
///
/// What is wrong is named with its place. Which fields an object has is learnt from the keys that its type asks for, and what
/// nobody asked for is unknown. An object is any `Decodable`; its fields are scalars (see ``JSONScalar``), objects, arrays, and
/// maps with string keys.
public struct DocumentDecoder: Sendable {
  /// How values are spelled.
  public enum Dialect: Sendable, Hashable {
    /// Each value in its own JSON type, each name in its one spelling.
    case plain
    /// Each value in its own JSON type, each name in whatever case, as Go's decoder finds it (`JSONObject.value(ignoringCase:)`).
    /// Of a name in several spellings one is taken, and the others are unknown.
    case anyCase
    /// As the protobuf documentation's "JSON Mapping" has it: keys in lowerCamelCase or snake_case, enums as names or numbers,
    /// numbers also in quotes; a scalar that is absent or `null` has its default.
    case proto3
  }

  /// How values are spelled.
  public let dialect: Dialect
  /// How many elements a list may have, and entries a map; it is told before any of them is decoded.
  public let maximumEntries: Int

  /// Makes a decoder.
  public init(_ dialect: Dialect, maximumEntries: Int = .max) {
    self.dialect = dialect
    self.maximumEntries = maximumEntries
  }

  /// Decodes a value; a field it does not have is an error. Paths in errors begin with `path`.
  public func decode<T: Decodable>(
    _ type: T.Type, from value: JSON, at path: String = ""
  ) throws(DocumentError) -> T {
    let (result, unknown) = try decodeLeniently(type, from: value, at: path)
    guard unknown.isEmpty else { throw .unknownFields(unknown) }
    return result
  }

  /// Decodes a value and returns the fields it does not have (at most the first 20) instead of refusing them. Paths in errors
  /// begin with `path`.
  public func decodeLeniently<T: Decodable>(
    _ type: T.Type, from value: JSON, at path: String = ""
  ) throws(DocumentError) -> (value: T, unknown: [UnknownField]) {
    let session = DecodingSession(self)
    let node = DecodingNode(value, at: .root(path), session)
    do {
      return (try node.decode(T.self, element: value, at: node.path), session.unknown)
    } catch let error as DocumentError {
      throw error
    } catch {
      throw .invalid(path: node.path, reason: "\(error)")
    }
  }
}

/// What all values of a document share while it is decoded.
final class DecodingSession {
  let decoder: DocumentDecoder
  private(set) var unknown: [UnknownField] = []

  init(_ decoder: DocumentDecoder) { self.decoder = decoder }

  /// Whether as many unknown fields were met as are told.
  var isFull: Bool { unknown.count >= 20 }

  func add(_ field: UnknownField) { unknown.append(field) }
}
