extension IPAddress: LosslessStringConvertible {
  /// Parses dotted decimal IPv4 (without leading zeros) or IPv6 as RFC 4291 section 2.2 has it; nil for anything else,
  /// a zone included.
  public init?(_ text: String) {
    let characters = Array(text.utf8)
    if characters.contains(UInt8(ascii: ":")) {
      guard let value = Self.parseV6(characters[...]) else { return nil }
      self.init(family: .v6, value: value)
    } else {
      guard let value = Self.parseV4(characters[...]) else { return nil }
      self.init(family: .v4, value: UInt128(value))
    }
  }

  /// The canonical text: dotted decimal, or RFC 5952.
  public var description: String {
    family == .v4 ? Self.dotted(UInt32(truncatingIfNeeded: value)) : Self.canonicalV6(value)
  }

  private static func parseV4(_ text: ArraySlice<UInt8>) -> UInt32? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard let byte = parseDecimal(part, upTo: 255) else { return nil }
      value = value << 8 | UInt32(byte)
    }
    return value
  }

  /// A decimal number without sign and leading zeros.
  static func parseDecimal(_ text: ArraySlice<UInt8>, upTo limit: Int) -> Int? {
    guard (1...3).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
    var value = 0
    for character in text {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
      value = value * 10 + Int(character - UInt8(ascii: "0"))
    }
    return value <= limit ? value : nil
  }

  private static func parseV6(_ text: ArraySlice<UInt8>) -> UInt128? {
    let colon = UInt8(ascii: ":")
    let gap = zip(text.indices, text.indices.dropFirst()).first { text[$0.0] == colon && text[$0.1] == colon }
    guard let gap else {
      guard let groups = parseGroups(text), groups.count == 8 else { return nil }
      return join(groups)
    }
    let head = text[..<gap.0]
    let tail = text[(gap.1 + 1)...]
    // An embedded IPv4 address may only end the text.
    guard !head.contains(UInt8(ascii: ".")), let front = parseGroups(head), let back = parseGroups(tail) else {
      return nil
    }
    let missing = 8 - front.count - back.count
    return missing >= 1 ? join(front + Array(repeating: 0, count: missing) + back) : nil
  }

  private static func join(_ groups: [UInt16]) -> UInt128 {
    groups.reduce(0) { $0 << 16 | UInt128($1) }
  }

  /// Groups of up to four hex digits, the last two perhaps written as an IPv4 address.
  private static func parseGroups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count <= 8 else { return nil }
    var groups: [UInt16] = []
    for (position, part) in parts.enumerated() {
      if part.contains(UInt8(ascii: ".")) {
        guard position == parts.count - 1, let value = parseV4(part) else { return nil }
        groups += [UInt16(value >> 16), UInt16(truncatingIfNeeded: value)]
      } else {
        guard let group = parseGroup(part) else { return nil }
        groups.append(group)
      }
    }
    return groups
  }

  private static func parseGroup(_ text: ArraySlice<UInt8>) -> UInt16? {
    guard (1...4).contains(text.count) else { return nil }
    var value: UInt16 = 0
    for character in text {
      guard let digit = character.hexDigit else { return nil }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  private static func dotted(_ value: UInt32) -> String {
    "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
  }

  /// RFC 5952: lower case, no leading zeros, the first longest run of at least two zero groups as `::`, IPv4-mapped
  /// ones in mixed form.
  private static func canonicalV6(_ value: UInt128) -> String {
    if value >> 32 == 0xffff { return "::ffff:" + dotted(UInt32(truncatingIfNeeded: value)) }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * $0)) }
    let zeros = longestZeroRun(groups)
    guard zeros.count >= 2 else { return text(groups[...]) }
    return text(groups[..<zeros.lowerBound]) + "::" + text(groups[zeros.upperBound...])
  }

  private static func text(_ groups: ArraySlice<UInt16>) -> String {
    groups.map { String($0, radix: 16) }.joined(separator: ":")
  }

  private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
    var best = 0..<0
    var start = 0
    for position in 0...groups.count where position == groups.count || groups[position] != 0 {
      if position - start > best.count { best = start..<position }
      start = position + 1
    }
    return best
  }
}
