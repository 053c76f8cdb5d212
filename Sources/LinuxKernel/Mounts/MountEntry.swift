/// One line of `/proc/self/mountinfo`.
public struct MountEntry: Hashable, Sendable {
  /// The mount's number, used again after its end.
  public let id: Int
  /// The number of the mount it lies on.
  public let parent: Int
  /// What of the filesystem is mounted.
  public let root: String
  /// Where it is mounted.
  public let mountPoint: String
  /// Options of this mount.
  public let options: [String]
  /// The tags between the options and the type: `shared:1`, `master:2`.
  public let propagation: [String]
  /// The filesystem's type, such as `tmpfs`.
  public let type: String
  /// What was mounted, `none` where nothing was.
  public let source: String
  /// Options of the filesystem, cgroup v1's controllers among them.
  public let superOptions: [String]

  /// Reads one line; `nil` when it is not one.
  init?(line: Substring) {
    let fields = line.split(separator: " ", omittingEmptySubsequences: true)
    guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3,
      let id = Int(fields[0]), let parent = Int(fields[1])
    else { return nil }
    self.id = id
    self.parent = parent
    root = Self.unescaped(fields[3])
    mountPoint = Self.unescaped(fields[4])
    options = fields[5].split(separator: ",").map(String.init)
    propagation = fields[6..<dash].map(String.init)
    type = String(fields[dash + 1])
    source = Self.unescaped(fields[dash + 2])
    superOptions = fields[dash + 3].split(separator: ",").map(String.init)
  }

  /// The kernel writes space, tab, newline and backslash as a backslash and three octal digits.
  static func unescaped(_ field: Substring) -> String {
    guard field.utf8.contains(UInt8(ascii: "\\")) else { return String(field) }
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
