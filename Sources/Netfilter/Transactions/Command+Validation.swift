/// Why a command cannot be meant.
struct Refusal: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

extension Command {
  /// What nft takes for names, table.nft(8) and nft's lexer; also far below what the kernel takes.
  private static let longestName = 128
  /// NFTNL_UDATA_COMMENT_MAXLEN.
  private static let longestComment = 128

  /// Refuses what the kernel need not be asked about, and what nft could not list.
  func validate() throws(Refusal) {
    try Self.validate(name: table.name, of: "table")
    switch object {
    case .table(let table): try Self.validate(comment: table.comment)
    case .chain(let chain):
      try Self.validate(name: chain.name, of: "chain")
      try Self.validate(comment: chain.comment)
    case .container(let container):
      try Self.validate(name: container.name, of: container.kind)
      try Self.validate(comment: container.comment)
      try container.validateTypes()
    case .element(let element):
      try Self.validate(name: element.container.name, of: element.container.kind)
      try Self.validate(comment: element.comment)
      try element.validate(keyOnly: verb == .delete || verb == .get)
    case .rule(let rule):
      try Self.validate(name: rule.chain.name, of: "chain")
      try Self.validate(comment: rule.comment)
      try rule.validate()
    case .listedRule(let rule): try Self.validate(name: rule.chain.name, of: "chain")
    }
  }

  static func validate(name: String, of kind: String) throws(Refusal) {
    let bytes = Array(name.utf8)
    guard let first = bytes.first else { throw Refusal("a \(kind)'s name is empty") }
    guard bytes.count <= longestName else {
      throw Refusal("a \(kind)'s name has \(bytes.count) bytes, at most \(longestName) are possible")
    }
    let isWord = isLetter(first) || first == UInt8(ascii: "_") || first == UInt8(ascii: ".")
    guard isWord, bytes.allSatisfy({ isLetter($0) || isDigit($0) || "_-./".utf8.contains($0) }) else {
      throw Refusal("a \(kind)'s name is a letter, then letters, digits, _, -, . and /")
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private static func validate(comment: String?) throws(Refusal) {
    guard let comment else { return }
    guard comment.utf8.count <= longestComment else {
      throw Refusal("the comment has \(comment.utf8.count) bytes, at most \(longestComment) are possible")
    }
    // nft has no way to write them.
    guard comment.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\"") }) else {
      throw Refusal("the comment has a quotation mark or a control character")
    }
  }
}

extension Container {
  fileprivate func validateTypes() throws(Refusal) {
    for type in [type, valueType].compactMap(\.self) where type.isEmpty || type.size > [DataType].longest {
      throw Refusal("a type has \(type.size) bytes, possible are 1 to \([DataType].longest)")
    }
  }
}

extension Table.Element {
  fileprivate func validate(keyOnly: Bool) throws(Refusal) {
    try container.validateTypes()
    guard key.types == container.type else {
      throw Refusal("the key's type is \(key.types.words), the \(container.kind)'s \(container.type.words)")
    }
    for field in key + (value ?? []) { try field.validate() }
    switch (value, container.valueType) {
    case (nil, nil): return
    case (nil, .some) where keyOnly: return
    case (let value?, let type?) where value.types == type: return
    case (nil, let type?): throw Refusal("the value is missing, whose type is \(type.words)")
    case (let value?, let type):
      throw Refusal("the value's type is \(value.types.words), the \(container.kind)'s \(type?.words ?? "none")")
    }
  }
}

extension DataType.Value {
  /// Interfaces' names are those that the kernel lets interfaces have, and nft can write.
  func validate() throws(Refusal) {
    guard case .ifname(let name) = self else { return }
    let isPossible = name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && !"/:\"".utf8.contains($0) }
    guard isPossible, (1...Self.longestInterfaceName).contains(name.utf8.count), name != ".", name != ".." else {
      throw Refusal("no interface can have the name \(words)")
    }
  }
}
