/// Kubernetes' notation of quantities, as far as whole numbers go: `1500000`, `10M`, `1Gi`, `1.5M`, `2e6`.
enum Quantity {
  private static let factors: [String: Int64] = [
    "": 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000, "T": 1_000_000_000_000, "P": 1_000_000_000_000_000,
    "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50,
  ]

  /// The value, or `nil` when the text is no quantity, is negative, is not whole or does not fit.
  static func integer(_ text: String) -> Int64? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let suffix = String(text.dropFirst(digits.count))
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = Int64(parts[0]) else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard fraction.count <= 15, let numerator = Int64(fraction.isEmpty ? "0" : fraction) else { return nil }
    guard let factor = factors[suffix] ?? powerOfTen(suffix) else { return nil }
    var denominator: Int64 = 1
    for _ in fraction { denominator *= 10 }
    let (product, tooLarge) = whole.multipliedReportingOverflow(by: factor)
    let (scaled, tooFine) = numerator.multipliedReportingOverflow(by: factor)
    guard !tooLarge, !tooFine, scaled % denominator == 0 else { return nil }
    let (sum, overflow) = product.addingReportingOverflow(scaled / denominator)
    return overflow ? nil : sum
  }

  private static func powerOfTen(_ suffix: String) -> Int64? {
    guard let mark = suffix.first, mark == "e" || mark == "E", let exponent = Int(suffix.dropFirst()),
      (0...15).contains(exponent)
    else { return nil }
    return (0..<exponent).reduce(Int64(1)) { product, _ in product * 10 }
  }
}
