extension JSON {
  /// How much is let pass that RFC 8259 leaves open.
  public enum Rules: Sendable, Hashable {
    /// As Go's decoder: of equal keys the last wins, and a lone surrogate escape becomes U+FFFD. For what plugins and
    /// configuration files bring.
    case lenient
    /// A key that occurs twice in an object and a lone surrogate escape are errors. For requests and files of our own.
    case strict
  }

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
