import JSON

/// Texts within GitHub's Markdown.
enum Markdown {
  /// A text in a paragraph or a cell, on one line.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\\", "`", "*", "_", "[", "]", "|", "#", "~", "@": "\\\(scalar)"
      case "\n": " "
      default: scalar.isControl ? scalar.escaped : String(scalar)
      }
    }.joined()
  }

  /// Lines that are folded away below a title.
  static func details(_ title: String, _ lines: [String]) -> String {
    // The fence is longer than any row of backticks in the text.
    var longest = 0
    for line in lines {
      var row = 0
      for byte in line.utf8 {
        row = byte == UInt8(ascii: "`") ? row + 1 : 0
        longest = max(longest, row)
      }
    }
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return "<details><summary>\(XML.text(title))</summary>\n\n\(fence)\n\(lines.joined(separator: "\n"))\n\(fence)\n\n"
      + "</details>\n\n"
  }
}
