extension JSON {
  /// The whole number that this is, however spelled (`1000`, `1e3`, `1000.0`); nil when it is no number, not whole or too large.
  public var integer: Int? {
    guard case .number(let token) = self else { return nil }
    return Int(token) ?? NumberToken(token).flatMap { Int($0) }
  }
}

/// A JSON number taken apart, digit by digit: nothing is rounded on the way.
struct NumberToken {
  private let isNegative: Bool
  /// The digits that count: neither the first nor the last is a zero.
  private let digits: ArraySlice<UInt8>
  /// The power of ten that the digits are multiplied by.
  private let exponent: Int

  /// Takes a token apart; nil when it is not JSON's grammar.
  init?(_ token: String) {
    var parser = JSONParser(Array(token.utf8), rules: .strict, maximumDepth: 1)
    do { _ = try parser.number() } catch { return nil }
    guard parser.position == parser.bytes.count else { return nil }
    let parts = parser.bytes.split(maxSplits: 1) { $0 | 0x20 == UInt8(ascii: "e") }
    isNegative = parser.bytes.first == UInt8(ascii: "-")
    let mantissa = parts[0].drop { $0 == UInt8(ascii: "-") }
    let point = mantissa.firstIndex(of: UInt8(ascii: ".")) ?? mantissa.endIndex
    let all = Array(mantissa[..<point] + mantissa[point...].dropFirst())
    let leading = all.drop { $0 == UInt8(ascii: "0") }
    let zeros = leading.reversed().prefix { $0 == UInt8(ascii: "0") }.count
    digits = leading.dropLast(zeros)
    // More digits than an exponent of this size could make up for are not read.
    let written = parts.count == 1 ? 0 : Self.clamped(parts[1])
    exponent = written - max(0, mantissa.endIndex - point - 1) + zeros
  }

  fileprivate func value<Value: FixedWidthInteger>() -> Value? {
    guard !digits.isEmpty else { return 0 }
    guard exponent >= 0, digits.count + exponent <= 20 else { return nil }
    var value: Value = 0
    for digit in digits + repeatElement(UInt8(ascii: "0"), count: exponent) {
      let (tens, isTooMuch) = value.multipliedReportingOverflow(by: 10)
      let one = Value(digit - UInt8(ascii: "0"))
      let (sum, isTooFar) = isNegative ? tens.subtractingReportingOverflow(one) : tens.addingReportingOverflow(one)
      guard !isTooMuch, !isTooFar else { return nil }
      value = sum
    }
    return value
  }

  private static func clamped(_ exponent: ArraySlice<UInt8>) -> Int {
    let most = 1_000_000
    let digits = exponent.drop { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
    let size = digits.reduce(0) { min(most, $0 * 10 + Int($1 - UInt8(ascii: "0"))) }
    return exponent.first == UInt8(ascii: "-") ? -size : size
  }
}

extension FixedWidthInteger {
  /// The number, exactly; nil when it is not whole or out of range.
  init?(_ token: NumberToken) {
    guard let value: Self = token.value() else { return nil }
    self = value
  }
}
