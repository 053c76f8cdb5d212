extension JSON {
  /// How much is let pass that RFC 8259 leaves open.
  ///
  /// Text from outside must be cheap to compare, whoever compares it: keys and number tokens have at most
  /// ``maximumTokenSize`` bytes, and no text has more than ``maximumMarks`` combining marks in a row.
  public enum Rules: Sendable, Hashable {
    /// As Go's decoder: of equal keys the last wins, and a lone surrogate escape becomes U+FFFD. For what plugins and their
    /// configuration files bring.
    case lenient
    /// A key that occurs twice in an object and a lone surrogate escape are errors. For requests, and for files that people
    /// write for this program alone.
    case strict
    /// As lenient, and no token and no text is too long: for what this program or its other half has written.
    case own
  }

  /// The most bytes of a key, its escapes resolved, and of a number.
  public static let maximumTokenSize = 1 << 10

  /// The most combining marks in a row. Unicode's stream-safe text format (UAX #15, section 13) has no more, and no language
  /// comes near; Swift's time to compare and hash text grows with the square of such a row.
  public static let maximumMarks = 30

  /// The most bytes that are read unless the caller says otherwise: 16 MiB.
  public static let defaultMaximumSize = 16 << 20

  /// The deepest nesting that is read. It is far beyond any real configuration and so shallow that no thread's stack is in danger.
  public static let maximumDepth = 72

  /// The deepest nesting of what plugins and configuration files bring: less, so that the lists, requests and cache entries
  /// that enclose it can be read again.
  public static let maximumForeignDepth = 64

  /// Parses one JSON document (RFC 8259) that fills all the bytes but for white space.
  ///
  /// A level of nesting is an array or an object, or what stands in it. Errors: anything but one document, invalid UTF-8, what
  /// the rules refuse, more than `maximumSize` bytes, more than `maximumDepth` levels.
  public init(
    parsing bytes: [UInt8], rules: Rules = .lenient, maximumSize: Int = JSON.defaultMaximumSize,
    maximumDepth: Int = JSON.maximumDepth
  ) throws(JSONError) {
    guard bytes.count <= maximumSize else {
      throw JSONError("more than \(maximumSize) bytes", at: maximumSize, of: bytes)
    }
    var parser = JSONParser(bytes, rules: rules, maximumDepth: maximumDepth)
    self = try parser.document()
  }

  /// Parses the text of one JSON document.
  public init(
    parsing text: String, rules: Rules = .lenient, maximumDepth: Int = JSON.maximumDepth
  ) throws(JSONError) {
    try self.init(parsing: Array(text.utf8), rules: rules, maximumDepth: maximumDepth)
  }
}
