extension String {
  /// The text without anything that could steer a terminal: control characters and changes of writing direction are written
  /// as `\u{…}`; line breaks and tabs become spaces.
  var sanitised: String { sanitised(keeping: []) }

  /// As `sanitised`, but for the scalars that are kept.
  func sanitised(keeping kept: Set<Unicode.Scalar>) -> String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if kept.contains(scalar) || !scalar.steersTerminal {
        result.append(scalar)
      } else if scalar == "\n" || scalar == "\t" {
        result.append(" ")
      } else {
        result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      }
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  fileprivate var steersTerminal: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    case .format: (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
    default: false
    }
  }
}
