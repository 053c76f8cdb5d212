import CYAML

/// libyaml's emitter into memory: block style, two spaces a level, lines of any length.
struct YAMLEmitter: ~Copyable {
  private final class Output {
    var bytes: [UInt8] = []
  }

  /// libyaml keeps pointers into it, so it does not move.
  private let emitter: UnsafeMutablePointer<yaml_emitter_t>
  private let output = Output()

  init() throws(YAMLFault) {
    emitter = .allocate(capacity: 1)
    emitter.initialize(to: yaml_emitter_t())
    guard yaml_emitter_initialize(emitter) == 1 else { throw .noMemory }
    let write: @convention(c) (UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt8>?, Int) -> CInt = {
      output, bytes, count in
      guard let output else { return 0 }
      Unmanaged<Output>.fromOpaque(output).takeUnretainedValue().bytes += UnsafeBufferPointer(
        start: bytes, count: count)
      return 1
    }
    yaml_emitter_set_output(emitter, write, Unmanaged.passUnretained(output).toOpaque())
    yaml_emitter_set_indent(emitter, 2)
    yaml_emitter_set_width(emitter, -1)
    yaml_emitter_set_unicode(emitter, 1)
  }

  deinit {
    yaml_emitter_delete(emitter)
    emitter.deallocate()
  }

  /// Begins the one document.
  mutating func begin() throws(YAMLFault) {
    var event = yaml_event_t()
    try emit(&event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING))
    try emit(&event, yaml_document_start_event_initialize(&event, nil, nil, nil, 1))
  }

  /// Ends the document and returns its text.
  mutating func end() throws(YAMLFault) -> String {
    var event = yaml_event_t()
    try emit(&event, yaml_document_end_event_initialize(&event, 1))
    try emit(&event, yaml_stream_end_event_initialize(&event))
    return String(decoding: output.bytes, as: UTF8.self)
  }

  /// Writes a scalar; in whatever style it can be written, unless one is asked for.
  mutating func scalar(_ text: String, _ style: yaml_scalar_style_t = YAML_ANY_SCALAR_STYLE) throws(YAMLFault) {
    var event = yaml_event_t()
    let bytes = Array(text.utf8)
    let made = bytes.withUnsafeBufferPointer { bytes in
      // libyaml takes no null pointer, and reads no more than the length.
      var nothing: UInt8 = 0
      return withUnsafePointer(to: &nothing) { nothing in
        yaml_scalar_event_initialize(&event, nil, nil, bytes.baseAddress ?? nothing, CInt(bytes.count), 1, 1, style)
      }
    }
    try emit(&event, made)
  }

  mutating func beginSequence(isEmpty: Bool) throws(YAMLFault) {
    var event = yaml_event_t()
    let style = isEmpty ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE
    try emit(&event, yaml_sequence_start_event_initialize(&event, nil, nil, 1, style))
  }

  mutating func endSequence() throws(YAMLFault) {
    var event = yaml_event_t()
    try emit(&event, yaml_sequence_end_event_initialize(&event))
  }

  mutating func beginMapping(isEmpty: Bool) throws(YAMLFault) {
    var event = yaml_event_t()
    let style = isEmpty ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE
    try emit(&event, yaml_mapping_start_event_initialize(&event, nil, nil, 1, style))
  }

  mutating func endMapping() throws(YAMLFault) {
    var event = yaml_event_t()
    try emit(&event, yaml_mapping_end_event_initialize(&event))
  }

  /// Hands an event that was made to libyaml, which frees it.
  private mutating func emit(_ event: inout yaml_event_t, _ made: CInt) throws(YAMLFault) {
    guard made == 1 else { throw .noMemory }
    guard yaml_emitter_emit(emitter, &event) == 1 else {
      let problem = emitter.pointee.problem.map { String(cString: $0) } ?? "no memory"
      throw YAMLFault(problem, at: YAMLPlace(line: 1, column: 1), isValid: true)
    }
  }
}
