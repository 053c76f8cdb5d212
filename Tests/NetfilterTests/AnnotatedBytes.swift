/// Bytes written as hex digits, with blanks anywhere and a comment behind `#` on each line.
func bytes(_ annotated: String) -> [UInt8] {
  var digits: [UInt8] = []
  for line in annotated.split(separator: "\n") {
    for character in line.prefix(while: { $0 != "#" }) where !character.isWhitespace {
      guard let value = character.hexDigitValue else { preconditionFailure("not a hex digit: \(character)") }
      digits.append(UInt8(value))
    }
  }
  precondition(digits.count.isMultiple(of: 2))
  return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
