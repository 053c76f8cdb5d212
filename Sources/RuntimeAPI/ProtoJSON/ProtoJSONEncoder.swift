public import JSON

/// Encodes messages as proto3 JSON: lowerCamelCase keys, enums as names, 64-bit numbers as strings.
///
/// Keys come in the order of the message's properties, map keys sorted, so equal messages give equal bytes.
public struct ProtoJSONEncoder: Sendable, Hashable {
  /// What happens to a field that has its default value.
  public enum Defaults: Sendable, Hashable {
    /// Empty strings, zeros, empty lists and maps are left out; enums and booleans are said, since their default is news too
    /// (`SANDBOX_READY` is a state, `false` a condition). The wire's way.
    case omitted
    /// Everything is said but unset messages. The way crictl prints.
    case emitted
  }

  /// What happens to a field that has its default value.
  public var defaults: Defaults

  /// Makes an encoder.
  public init(defaults: Defaults = .omitted) { self.defaults = defaults }

  /// Encodes a message as bytes, on one line.
  public func encode(_ message: some Encodable) -> [UInt8] { json(message).bytes() }

  /// Encodes a message as a document.
  public func json(_ message: some Encodable) -> JSON {
    do {
      return try value(message)
    } catch {
      preconditionFailure("messages with synthesised coding always encode: \(error)")
    }
  }

  func value<T: Encodable>(_ value: T) throws -> JSON {
    if let scalar = value as? any ProtoScalar { return scalar.proto }
    if let map = value as? any ProtoMap { return try map.encode(self) }
    let node = ProtoJSONEncodingNode(self)
    try value.encode(to: node)
    return node.json
  }

  /// Whether a field with this value is left out.
  func leavesOut(_ value: some Encodable, as json: JSON) -> Bool {
    guard defaults == .omitted else { return false }
    switch json {
    case .array(let elements): return elements.isEmpty
    case .bool: return false
    case .string, .number:
      if value is any ProtoEnum { return false }
      guard let scalar = value as? any ProtoScalar else { return false }
      return scalar.isAbsent
    case .object(let members): return value is any ProtoMap && members.isEmpty
    case .null: return true
    }
  }
}

extension ProtoScalar {
  fileprivate var isAbsent: Bool { self == Self.absent }
}
