extension JSON {
  /// The document as it is sent and shown: on one line, or with `indent` spaces a level; control characters are escaped, so that
  /// no terminal obeys them.
  package func text(indent: Int? = nil) -> String { String(decoding: bytes(indent: indent), as: UTF8.self) }

  /// The bytes of ``text(indent:)``.
  package func bytes(indent: Int? = nil) -> [UInt8] { serialized(indent: indent, escapingControls: true) }
}
