import JSON

extension String {
  /// The text without anything that could steer a terminal: control characters and changes of writing direction are written
  /// as `\u{…}`; line breaks and tabs become spaces.
  var sanitised: String { sanitised(keeping: []) }

  /// As `sanitised`, but for the scalars that are kept.
  func sanitised(keeping kept: Set<Unicode.Scalar>) -> String {
    replacingControls { control in
      if kept.contains(control) { return String(control) }
      return control == "\n" || control == "\t" ? " " : control.escaped
    }
  }
}
