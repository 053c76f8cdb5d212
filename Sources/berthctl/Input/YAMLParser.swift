import CYAML

/// libyaml's parser over bytes: one event after the other, so that whoever reads them bounds depth and number.
struct YAMLParser: ~Copyable {
  private let bytes: [UInt8]
  /// Neither may move while libyaml reads: the parser points into both.
  private let input: UnsafeMutableBufferPointer<UInt8>
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  /// Reads UTF-8; nothing is read before the first event is asked for.
  init(_ bytes: [UInt8]) throws(YAMLFault) {
    self.bytes = bytes
    input = .allocate(capacity: bytes.count)
    _ = input.initialize(from: bytes)
    parser = .allocate(capacity: 1)
    parser.initialize(to: yaml_parser_t())
    guard yaml_parser_initialize(parser) == 1 else {
      throw YAMLFault("there is no memory left to read it", at: YAMLPlace(line: 1, column: 1))
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, UnsafePointer(input.baseAddress), input.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event; after the stream's end, its end again.
  func next() throws(YAMLFault) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw YAMLFault(of: parser.pointee, reading: bytes) }
    defer { yaml_event_delete(&event) }
    return YAMLEvent(event)
  }
}
