/// A number with three digits behind the point, as JSON has it.
func decimal(_ value: Double) -> String {
  // What is no number, or none that anyone reads with thousandths, has no token of its own in JSON.
  guard value.isFinite, abs(value) < 1e12 else { return value.isFinite ? "\(value)" : "0.000" }
  let thousandths = Int((value * 1000).rounded())
  let fraction = String(abs(thousandths) % 1000)
  let sign = thousandths < 0 ? "-" : ""
  return sign + "\(abs(thousandths) / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
}
