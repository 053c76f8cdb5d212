public import JSON

/// Decodes messages from proto3 JSON: a ``JSON/DocumentDecoder`` that speaks proto3.
///
/// Wrong types, both spellings of one field at once, garbage and too deep nesting are errors that name the place. A message is
/// any `Decodable` with synthesised coding (see `Message`).
public struct ProtoJSONDecoder: Sendable {
  /// How deep documents may nest; how long they may be is for whoever reads them to bound.
  public var maximumDepth = 100
  private let rules: JSON.Rules
  private let decoder: DocumentDecoder

  /// The most elements of a list and entries of a map in a request: they are not even looked at when there are more.
  public static let maximumEntries = 4096

  /// Makes a decoder of what a client or a person has written, or (`.own`) of what the runtime has, which may be of any length.
  public init(rules: JSON.Rules = .strict) {
    self.rules = rules
    decoder = DocumentDecoder(.proto3, maximumEntries: rules == .own ? .max : Self.maximumEntries)
  }

  /// Decodes a message; a field it does not have is an error.
  public func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws(ProtoJSONError) -> T {
    try decoder.decode(type, from: parse(bytes))
  }

  /// Decodes a message; a field it does not have is an error. Paths in errors begin with `path`.
  public func decode<T: Decodable>(
    _ type: T.Type, from value: JSON, at path: String = ""
  ) throws(ProtoJSONError) -> T {
    try decoder.decode(type, from: value, at: path)
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
    let (message, unknown) = try decoder.decodeLeniently(type, from: value, at: path)
    return (message, unknown)
  }

  private func parse(_ bytes: [UInt8]) throws(ProtoJSONError) -> JSON {
    do {
      return try JSON(parsing: bytes, rules: rules, maximumSize: .max, maximumDepth: maximumDepth)
    } catch {
      throw .syntax(error)
    }
  }
}

/// A document that is not the message it should be.
public typealias ProtoJSONError = DocumentError

extension DocumentError {
  /// The `invalid_argument` a request with this fault is answered with.
  public var connectError: ConnectError { ConnectError(code: .invalidArgument, message: description) }
}
