import JSON

/// The members of a mapping while it is read: its own in their order, then those that merge keys bring in.
struct YAMLMembers {
  private var own: [(String, JSON)] = []
  private var merged: [(String, JSON)] = []
  /// Keys are bytes: Swift would take `é` in its two spellings for one.
  private var keys: Set<[UInt8]> = []
  private var mergedKeys: Set<[UInt8]> = []
  private var merges = false

  /// All of them; a key of the mapping itself wins over one merged in, and of these the first.
  var all: JSONObject { JSONObject(own + merged.filter { !keys.contains(Array($0.0.utf8)) }) }

  /// Adds a member of the mapping itself; the place is the key's.
  mutating func add(_ key: String, _ value: JSON, at place: YAMLPlace) throws(YAMLFault) {
    guard key.utf8.count <= JSON.maximumTokenSize else {
      throw YAMLFault(
        "a key of \(key.utf8.count) bytes; \(JSON.maximumTokenSize) is the most", at: place, isValid: true)
    }
    guard keys.insert(Array(key.utf8)).inserted else { throw Self.twice(key, at: place) }
    own.append((key, value))
  }

  /// Adds what a merge key has: a mapping, or a list of them.
  mutating func merge(_ value: JSON, keyAt place: YAMLPlace, valueAt valuePlace: YAMLPlace) throws(YAMLFault) {
    guard !merges else { throw Self.twice("<<", at: place) }
    merges = true
    let sources = if case .array(let elements) = value { elements } else { [value] }
    for source in sources {
      guard case .object(let members) = source else {
        throw YAMLFault("<< merges mappings only", at: valuePlace, isValid: true)
      }
      for member in members where mergedKeys.insert(Array(member.key.utf8)).inserted {
        merged.append((member.key, member.value))
      }
    }
  }

  private static func twice(_ key: String, at place: YAMLPlace) -> YAMLFault {
    YAMLFault("the key \"\(key.beginning(64))\" occurs twice in one mapping", at: place)
  }
}
