import CNftnl

/// What nft keeps with tables, chains, sets, elements and rules for itself: a type, a length and a payload each.
struct UserData {
  private(set) var bytes: [UInt8] = []

  init() {}

  /// One comment, or nothing.
  init(_ type: some RawRepresentable<UInt32>, comment: String?) {
    if let comment { put(type, comment) }
  }

  mutating func put(_ type: some RawRepresentable<UInt32>, _ text: String) {
    put(type, text.utf8 + [0])
  }

  mutating func put(_ type: some RawRepresentable<UInt32>, _ number: UInt32) {
    put(type, withUnsafeBytes(of: number, Array.init))
  }

  private mutating func put(_ type: some RawRepresentable<UInt32>, _ payload: [UInt8]) {
    // Comments are at most 128 bytes long.
    bytes += [UInt8(truncatingIfNeeded: type.rawValue), UInt8(truncatingIfNeeded: payload.count)] + payload
  }

  /// The text of the first entry of a type.
  static func text(_ type: some RawRepresentable<UInt32>, in data: UnsafeRawBufferPointer) -> String? {
    var rest = data[...]
    while rest.count >= 2 {
      let payload = rest.dropFirst(2).prefix(Int(rest[rest.startIndex + 1]))
      if UInt32(rest[rest.startIndex]) == type.rawValue {
        return String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self)
      }
      rest = rest.dropFirst(2 + payload.count)
    }
    return nil
  }
}
