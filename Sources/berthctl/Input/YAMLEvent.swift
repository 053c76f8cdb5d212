import CYAML

/// One event of a YAML text, and where it begins.
struct YAMLEvent {
  /// What a text is made of.
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias(String)
    case scalar(Scalar, anchor: String?)
    case sequenceStart(anchor: String?)
    case sequenceEnd
    case mappingStart(anchor: String?)
    case mappingEnd
  }

  /// A scalar as it is written.
  struct Scalar {
    var text: String
    /// The tag in its long form, such as `tag:yaml.org,2002:str`; nil if none is written.
    var tag: String?
    /// Whether it stands without quotes, on its own line.
    var isPlain: Bool
  }

  let kind: Kind
  let place: YAMLPlace
}

extension YAMLEvent {
  /// Copies what libyaml read.
  init(_ event: borrowing yaml_event_t) {
    place = YAMLPlace(event.start_mark)
    let data = event.data
    kind =
      switch event.type {
      case YAML_STREAM_START_EVENT: .streamStart
      case YAML_DOCUMENT_START_EVENT: .documentStart
      case YAML_DOCUMENT_END_EVENT: .documentEnd
      case YAML_ALIAS_EVENT: .alias(Self.text(data.alias.anchor) ?? "")
      case YAML_SCALAR_EVENT:
        .scalar(
          Scalar(
            text: String(
              decoding: UnsafeBufferPointer(start: data.scalar.value, count: Int(data.scalar.length)), as: UTF8.self),
            tag: Self.text(data.scalar.tag), isPlain: data.scalar.style == YAML_PLAIN_SCALAR_STYLE),
          anchor: Self.text(data.scalar.anchor))
      case YAML_SEQUENCE_START_EVENT: .sequenceStart(anchor: Self.text(data.sequence_start.anchor))
      case YAML_SEQUENCE_END_EVENT: .sequenceEnd
      case YAML_MAPPING_START_EVENT: .mappingStart(anchor: Self.text(data.mapping_start.anchor))
      case YAML_MAPPING_END_EVENT: .mappingEnd
      default: .streamEnd
      }
  }

  private static func text(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    bytes.map { String(cString: $0) }
  }
}
