public import JSON

/// Decodes messages from proto3 JSON, as the protobuf documentation's "JSON Mapping" has it.
///
/// Keys come in lowerCamelCase or snake_case, enums as names or numbers, 64-bit numbers as strings or numbers; what is absent or
/// `null` gets its default. Wrong types, both spellings of one field at once, garbage and too deep nesting are errors that name
/// the place. A message is any `Decodable` with synthesised coding (see `Message`): which fields it has is learnt from the keys
/// it asks for, and what nobody asked for is unknown.
public struct ProtoJSONDecoder: Sendable {
  /// How deep documents may nest; how long they may be is for whoever reads them to bound.
  public var maximumDepth = 100

  /// Makes a decoder.
  public init() {}

  /// Decodes a message; a field it does not have is an error.
  public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws(ProtoJSONError) -> T {
    try decode(type, from: parse(bytes))
  }

  /// Decodes a message; a field it does not have is an error. Paths in errors begin with `path`.
  public func decode<T: Decodable>(
    _ type: T.Type, from value: JSON, at path: String = ""
  ) throws(ProtoJSONError) -> T {
    let (message, unknown) = try decodeLeniently(type, from: value, at: path)
    guard unknown.isEmpty else { throw .unknownFields(unknown) }
    return message
  }

  /// Decodes a message and returns the fields it does not have (at most the first 20) instead of refusing them.
  public func decodeLeniently<T: Decodable>(
    _ type: T.Type, from bytes: [UInt8]
  ) throws(ProtoJSONError) -> (message: T, unknown: [UnknownField]) {
    try decodeLeniently(type, from: parse(bytes))
  }

  /// Decodes a message and returns the fields it does not have (at most the first 20) instead of refusing them. Paths in errors
  /// begin with `path`.
  public func decodeLeniently<T: Decodable>(
    _ type: T.Type, from value: JSON, at path: String = ""
  ) throws(ProtoJSONError) -> (message: T, unknown: [UnknownField]) {
    let report = UnknownFieldReport()
    let node = ProtoJSONDecodingNode(value, at: .root(path), report)
    do {
      return (try node.decode(T.self, element: value, at: node.path), report.fields)
    } catch let error as ProtoJSONError {
      throw error
    } catch {
      throw .invalid(path: path, reason: "\(error)")
    }
  }

  private func parse(_ bytes: [UInt8]) throws(ProtoJSONError) -> JSON {
    do {
      return try JSON(parsing: bytes, rules: .strict, maximumSize: .max, maximumDepth: maximumDepth)
    } catch {
      throw .syntax(error)
    }
  }
}

/// The unknown fields met so far.
final class UnknownFieldReport {
  private(set) var fields: [UnknownField] = []
  var isFull: Bool { fields.count >= 20 }
  func add(_ field: UnknownField) { fields.append(field) }
}
