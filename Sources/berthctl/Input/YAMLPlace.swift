import CYAML

/// A place in a YAML text.
struct YAMLPlace: Hashable, CustomStringConvertible {
  /// The line, from 1.
  let line: Int
  /// The column in characters, from 1.
  let column: Int

  init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  init(_ mark: yaml_mark_t) { self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1) }

  /// The place of a byte.
  init(offset: Int, of bytes: [UInt8]) {
    let before = bytes.prefix(offset)
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    self.init(
      line: before.count { $0 == UInt8(ascii: "\n") } + 1,
      column: String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1)
  }

  var description: String { "line \(line), column \(column)" }
}
