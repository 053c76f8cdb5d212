extension JSON: CustomStringConvertible {
  /// The JSON text in one line.
  public var description: String { String(decoding: serialized(), as: UTF8.self) }

  /// The JSON text, UTF-8: number tokens and key order as they were, only what must be escaped is escaped.
  ///
  /// In one line, or with `indent` spaces a level and a line for each member and element. With `escapingControls` all of
  /// Unicode's control characters are escaped, those that change the direction of writing too, so that no terminal obeys them.
  public func serialized(indent: Int? = nil, escapingControls: Bool = false) -> [UInt8] {
    var writer = JSONWriter(indent: indent, escapesControls: escapingControls)
    writer.write(self)
    return writer.bytes
  }
}
