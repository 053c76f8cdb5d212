#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Floating-point numbers as Go writes them.
enum GoFloat {
  /// As `%v`: the fewest digits that say which number it is, with an exponent below 1e-04 and from 1e+06 on.
  static func shortest(_ number: Double) -> String {
    guard number.isFinite else { return number.isNaN ? "NaN" : number < 0 ? "-Inf" : "+Inf" }
    let (digits, exponent) = digits(number)
    let sign = number.sign == .minus ? "-" : ""
    return sign + (exponent < -4 || exponent >= 6 ? scientific(digits, exponent) : plain(digits, exponent))
  }

  /// As JSON: as `%v`, but that small numbers have an exponent only below 1e-6, of as few digits as it needs.
  static func json(_ number: Double) -> String {
    let (digits, exponent) = digits(number)
    guard exponent < -6 && number != 0 || exponent >= 21 else {
      return (number.sign == .minus ? "-" : "") + plain(digits, exponent)
    }
    return shortest(number).replacingExponent
  }

  /// With so many digits, in the style of `e`, `f` or `g`, which are C's too.
  static func fixed(_ number: Double, _ style: Unicode.Scalar, precision: Int) -> String {
    let format = "%.*\(String(style))"
    var buffer = [CChar](repeating: 0, count: precision + 400)
    let length = withVaList([CInt(precision), number]) { vsnprintf(&buffer, buffer.count, format, $0) }
    return String(decoding: buffer.prefix(max(0, Int(length))).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The fewest digits, and the power of ten of the first one.
  private static func digits(_ number: Double) -> (digits: String, exponent: Int) {
    let parts = number.magnitude.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    let whole = String(mantissa[0])
    let all = Substring(whole + (mantissa.count > 1 ? mantissa[1] : ""))
    let significant = all.drop { $0 == "0" }
    guard !significant.isEmpty else { return ("0", 0) }
    let exponent = whole.count - 1 - (all.count - significant.count) + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    return (String(significant.reversed().drop { $0 == "0" }.reversed()), exponent)
  }

  private static func scientific(_ digits: String, _ exponent: Int) -> String {
    let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
    let magnitude = String(exponent.magnitude)
    return "\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(magnitude.count < 2 ? "0" : "")\(magnitude)"
  }

  private static func plain(_ digits: String, _ exponent: Int) -> String {
    if exponent < 0 { return "0." + String(repeating: "0", count: -exponent - 1) + digits }
    let whole = exponent + 1
    if digits.count <= whole { return digits + String(repeating: "0", count: whole - digits.count) }
    return "\(digits.prefix(whole)).\(digits.dropFirst(whole))"
  }
}

extension String {
  /// `1e-07` as `1e-7`.
  fileprivate var replacingExponent: String {
    guard hasSuffix("e-0\(last.map(String.init) ?? "")"), let last else { return self }
    return String(dropLast(2)) + String(last)
  }
}
