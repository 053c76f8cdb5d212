extension Unicode.Scalar {
  /// Whether it steers a terminal or the reader's eye: C0, DEL, C1, the line and paragraph separators, and what changes the
  /// direction of writing. All are below U+10000.
  package var isControl: Bool {
    switch value {
    case 0..<0x20, 0x7f..<0xa0, 0x61c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}

extension String {
  /// The text with each control character replaced by what `escaped` gives for it.
  package func replacingControls(by escaped: (Unicode.Scalar) -> String) -> String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      guard scalar.isControl else {
        result.append(scalar)
        continue
      }
      result.append(contentsOf: escaped(scalar).unicodeScalars)
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  /// The scalar as `\u{…}`.
  package var escaped: String { "\\u{\(String(value, radix: 16))}" }
}
