/// What writer and reader of a record agree on.
enum RecordFormat {
  /// The version that is written, and the only one that is read line by line. 1 was a file of two lines whose name told the
  /// stage: see ``LegacyRecord``.
  static let version = 2
  /// The first line of every record.
  static let header = Array("{\"berth\":\"sandbox record\",\"version\":\(version)}\n".utf8)
  /// The longest line that is written and read.
  static let maximumLine = 6 << 20
  /// The largest record that is written and read; the room for a debt lies within it.
  static let maximumSize = 16 << 20
  /// The room that is kept on the disk for the line that says that a DEL is owed: a full disk must not hold up a removal.
  static let debtRoom = 4096
  /// The most networks of one pod.
  static let maximumNetworks = 64
  static let newline = UInt8(ascii: "\n")
}

/// What is wrong with a record's contents.
struct RecordFault: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
