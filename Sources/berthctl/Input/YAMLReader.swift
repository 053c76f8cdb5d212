import JSON

/// Reads a YAML document into a JSON value.
///
/// Anchors, aliases and merge keys are followed. The text must be one document; it may nest `maximumDepth` deep, and what aliases
/// repeat is counted as if it were written out.
struct YAMLReader: ~Copyable {
  /// How deep values may nest, aliases followed.
  static let maximumDepth = 64
  /// How many values there may be, and bytes in their strings and keys.
  static let limit = YAMLNode.Size(values: 100_000, bytes: 4 << 20)

  private let parser: YAMLParser
  private var anchors: [String: Anchor] = [:]
  private var used = YAMLNode.Size(values: 0, bytes: 0)

  private enum Anchor {
    case begun
    case node(YAMLNode)
  }

  /// Reads the document; of an empty text, null. The name is for messages.
  static func document(_ bytes: [UInt8], name: String) throws(CommandFailure.Reason) -> JSON {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw .init("\(name) is not valid UTF-8") }
    do {
      var reader = try YAMLReader(bytes)
      return try reader.document()
    } catch {
      throw .init("\(name): \(error)")
    }
  }

  private init(_ bytes: [UInt8]) throws(YAMLFault) { parser = try YAMLParser(bytes) }

  private mutating func document() throws(YAMLFault) -> JSON {
    _ = try parser.next()  // the stream begins
    guard case .documentStart = try parser.next().kind else { return .null }
    let value = try node(parser.next(), depth: 1).value
    _ = try parser.next()  // the document ends
    let last = try parser.next()
    guard case .streamEnd = last.kind else {
      throw YAMLFault("a second document; there may be only one", at: last.place)
    }
    return value
  }

  private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLFault) -> YAMLNode {
    switch event.kind {
    case .alias(let name): return try aliased(name, at: event.place, depth: depth)
    case .scalar(let scalar, let anchor):
      let node = try YAMLNode(scalar, at: event.place)
      try use(node.size, at: event.place)
      note(anchor, node)
      return node
    case .sequenceStart(let anchor):
      try begin(anchor, at: event.place, depth: depth)
      let node = try sequence(depth: depth)
      note(anchor, node)
      return node
    case .mappingStart(let anchor):
      try begin(anchor, at: event.place, depth: depth)
      let node = try mapping(depth: depth)
      note(anchor, node)
      return node
    default: throw YAMLFault("a value is expected", at: event.place)
    }
  }

  private mutating func sequence(depth: Int) throws(YAMLFault) -> YAMLNode {
    var elements: [JSON] = []
    var outline = YAMLNode.Outline()
    while true {
      let event = try parser.next()
      if case .sequenceEnd = event.kind { return YAMLNode(.array(elements), outline) }
      let element = try node(event, depth: depth + 1)
      outline.add(element)
      elements.append(element.value)
    }
  }

  private mutating func mapping(depth: Int) throws(YAMLFault) -> YAMLNode {
    var members = YAMLMembers()
    var outline = YAMLNode.Outline()
    while true {
      let event = try parser.next()
      if case .mappingEnd = event.kind { return YAMLNode(.object(members.all), outline) }
      let key = try key(event)
      let next = try parser.next()
      let value = try node(next, depth: depth + 1)
      outline.add(value, under: key.text)
      if key.merges {
        try members.merge(value.value, keyAt: event.place, valueAt: next.place)
      } else {
        try members.add(key.text, value.value, at: event.place)
      }
    }
  }

  /// A mapping's key: a scalar's text, whatever it would mean as a value.
  private mutating func key(_ event: YAMLEvent) throws(YAMLFault) -> (text: String, merges: Bool) {
    let isScalar =
      switch event.kind {
      case .scalar, .alias: true
      default: false
      }
    guard isScalar, let text = try node(event, depth: 0).text else {
      throw YAMLFault("a key that is not a scalar", at: event.place, isValid: true)
    }
    guard case .scalar(let scalar, _) = event.kind else { return (text, false) }
    return (text, text == "<<" && scalar.isPlain && scalar.tag == nil)
  }

  private mutating func aliased(_ name: String, at place: YAMLPlace, depth: Int) throws(YAMLFault) -> YAMLNode {
    switch anchors[name] {
    case nil: throw YAMLFault("the alias *\(name) has no anchor before it", at: place)
    case .begun: throw YAMLFault("the alias *\(name) is within what it stands for", at: place)
    case .node(let node):
      try check(depth: depth + node.height, at: place)
      try use(node.size, at: place)
      return node
    }
  }

  private mutating func begin(_ anchor: String?, at place: YAMLPlace, depth: Int) throws(YAMLFault) {
    try check(depth: depth, at: place)
    try use(.init(values: 1, bytes: 0), at: place)
    if let anchor { anchors[anchor] = .begun }
  }

  private mutating func note(_ anchor: String?, _ node: YAMLNode) {
    if let anchor { anchors[anchor] = .node(node) }
  }

  private func check(depth: Int, at place: YAMLPlace) throws(YAMLFault) {
    guard depth <= Self.maximumDepth else {
      throw YAMLFault("more than \(Self.maximumDepth) levels of nesting", at: place, isValid: true)
    }
  }

  private mutating func use(_ size: YAMLNode.Size, at place: YAMLPlace) throws(YAMLFault) {
    used += size
    guard used.values <= Self.limit.values, used.bytes <= Self.limit.bytes else {
      throw YAMLFault("too many values; do aliases multiply?", at: place, isValid: true)
    }
  }
}
