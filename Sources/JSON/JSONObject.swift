/// The members of a JSON object in their order; no key occurs twice.
///
/// Keys are compared byte by byte, as JSON means them: Swift's own comparison would take `é` in its two spellings for one.
public struct JSONObject: Sendable {
  /// One key and its value.
  public struct Member: Sendable {
    /// The key, its escapes resolved.
    public let key: String
    /// The value.
    public var value: JSON
  }

  private(set) var members: [Member]
  /// Where each key is, once there are many of them: going through all of them for each would take time with their square.
  private var places: [[UInt8]: Int]?
  private static let few = 16

  /// An empty object.
  public init() { members = [] }

  /// An object of these members; of equal keys the last one's value stands, at the place of the first.
  public init(_ elements: some Sequence<(String, JSON)>) {
    self.init(duplicated: elements.map { Member(key: $0.0, value: $0.1) })
  }

  init(duplicated members: [Member]) {
    self.members = JSONObject.withoutDuplicates(members)
    indexMembers()
  }

  private mutating func indexMembers() {
    guard members.count > JSONObject.few else {
      places = nil
      return
    }
    places = Dictionary(uniqueKeysWithValues: members.enumerated().map { (Array($0.element.key.utf8), $0.offset) })
  }

  /// The keys in their order.
  public var keys: [String] { members.map(\.key) }

  /// Whether there is no member.
  public var isEmpty: Bool { members.isEmpty }

  /// The number of members.
  public var count: Int { members.count }

  /// The value under a key. Setting replaces it in its place or appends it; nil removes it.
  public subscript(key: String) -> JSON? {
    get { index(of: key).map { members[$0].value } }
    set {
      switch (index(of: key), newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil):
        members.remove(at: index)
        indexMembers()
      case (nil, let value?): append(Member(key: key, value: value))
      case (nil, nil): break
      }
    }
  }

  private mutating func append(_ member: Member) {
    members.append(member)
    if places == nil { indexMembers() } else { places?[Array(member.key.utf8)] = members.count - 1 }
  }

  /// The value under a key as Go's decoder finds it: the key itself, else the first that differs in the case of ASCII letters only.
  public func value(ignoringCase key: String) -> JSON? {
    index(ignoringCase: key).map { members[$0].value }
  }

  /// The key that `value(ignoringCase:)` goes by; nil when there is no such member.
  package func key(ignoringCase key: String) -> String? {
    index(ignoringCase: key).map { members[$0].key }
  }

  private func index(ignoringCase key: String) -> Int? {
    index(of: key) ?? members.firstIndex { $0.key.hasSameBytesIgnoringCase(as: key) }
  }

  private func index(of key: String) -> Int? {
    guard let places else { return members.firstIndex { $0.key.hasSameBytes(as: key) } }
    return places[Array(key.utf8)]
  }

  private static func withoutDuplicates(_ members: [Member]) -> [Member] {
    guard firstDuplicate(in: members) != nil else { return members }
    var places: [[UInt8]: Int] = Dictionary(minimumCapacity: members.count)
    var kept: [Member] = []
    kept.reserveCapacity(members.count)
    for member in members {
      let key = Array(member.key.utf8)
      if let place = places[key] {
        kept[place].value = member.value
      } else {
        places[key] = kept.count
        kept.append(member)
      }
    }
    return kept
  }

  /// The first member whose key another one before it has; linear in their number, so that a hostile object of a million keys
  /// costs no more than its bytes.
  static func firstDuplicate(in members: [Member]) -> Int? {
    guard members.count > 8 else {
      return members.indices.first { place in
        members[..<place].contains { $0.key.hasSameBytes(as: members[place].key) }
      }
    }
    var seen: Set<[UInt8]> = Set(minimumCapacity: members.count)
    return members.indices.first { !seen.insert(Array(members[$0].key.utf8)).inserted }
  }
}

extension JSONObject: Sequence {
  /// Iterates over the members in their order.
  public func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// An object; of equal keys the last one wins.
  public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}

extension JSONObject: Hashable {
  /// Whether both have the same keys with equal values, in whatever order.
  public static func == (a: JSONObject, b: JSONObject) -> Bool {
    guard a.count == b.count else { return false }
    if zip(a.members, b.members).allSatisfy({ $0.key.hasSameBytes(as: $1.key) && $0.value == $1.value }) {
      return true
    }
    let values = Dictionary(b.members.map { (Array($0.key.utf8), $0.value) }) { _, last in last }
    return a.members.allSatisfy { values[Array($0.key.utf8)] == $0.value }
  }

  /// Hashes the keys without regard to their order.
  public func hash(into hasher: inout Hasher) {
    // Seeded alike for every key: what differs from value to value may not enter.
    let keys = members.reduce(0) { combined, member in
      var own = Hasher()
      member.key.hashBytes(into: &own)
      return combined ^ own.finalize()
    }
    hasher.combine(keys)
  }
}
