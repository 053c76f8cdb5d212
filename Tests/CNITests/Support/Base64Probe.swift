@testable import CNI

/// Reaches the library's base64.
enum Base64Probe {
  static func encode(_ bytes: [UInt8]) -> String { Base64.encode(bytes) }
  static func decode(_ text: String) -> [UInt8]? { Base64.decode(text) }
  static func roundTrip(_ bytes: [UInt8]) -> [UInt8]? { Base64.decode(Base64.encode(bytes)) }
}
