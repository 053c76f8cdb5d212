extension String {
  /// Whether both texts are the same bytes.
  ///
  /// Swift's own comparison takes two spellings of one letter for equal, and its time grows with the square of the number of
  /// combining marks in a row.
  package func hasSameBytes(as other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    let equal = utf8.withContiguousStorageIfAvailable { bytes in
      other.utf8.withContiguousStorageIfAvailable { bytes.elementsEqual($0) }
    }
    return (equal ?? nil) ?? utf8.elementsEqual(other.utf8)
  }

  /// Whether both texts are the same bytes but for the case of ASCII letters.
  func hasSameBytesIgnoringCase(as other: String) -> Bool {
    utf8.count == other.utf8.count && zip(utf8, other.utf8).allSatisfy { Self.lowercased($0) == Self.lowercased($1) }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// Hashes what ``hasSameBytes(as:)`` compares.
  func hashBytes(into hasher: inout Hasher) {
    var text = self
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  /// The text, or as many whole characters of UTF-8 from its beginning as fit into a number of bytes, with a mark behind them.
  ///
  /// What people's texts hold is quoted by bytes: a single letter with its marks may be as long as a request.
  package func beginning(_ limit: Int) -> String {
    utf8.count <= limit ? self : "\(prefix(bytes: limit))…"
  }

  /// The text, or as much of its beginning as fits into a number of bytes together with a mark that tells how much was left out.
  package func cut(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    let kept = prefix(bytes: limit - 40)
    return "\(kept)… [\(utf8.count - kept.utf8.count) bytes left out]"
  }

  private func prefix(bytes limit: Int) -> Substring {
    var end = utf8.index(utf8.startIndex, offsetBy: max(0, min(limit, utf8.count)))
    // Back to where a character begins: the other bytes of one are 10xxxxxx.
    while end > utf8.startIndex, end < utf8.endIndex, utf8[end] & 0xc0 == 0x80 { end = utf8.index(before: end) }
    return self[..<end]
  }
}
