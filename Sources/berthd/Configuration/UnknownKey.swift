import RuntimeAPI

/// A key that nothing knows, with the known one that looks most like it.
struct UnknownKey: Error, CustomStringConvertible {
  /// Where it stands, dots between the keys.
  let path: String
  /// The known key that is nearest, if any is near.
  let nearest: String?

  var description: String { "unknown key" + (nearest.map { "; did you mean \"\($0)\"?" } ?? "") }

  init(_ key: String, in parents: [any CodingKey], knowing known: [String]) {
    path = (parents.map(\.stringValue) + [key]).joined(separator: ".")
    nearest = NearestName.of(key, among: known)
  }
}

extension Decoder {
  /// Throws ``UnknownKey`` when the object at hand has a key that is none of `keys`.
  func refuseUnknownKeys<Keys: CodingKey & CaseIterable>(knowing keys: Keys.Type) throws {
    let known = keys.allCases.map(\.stringValue)
    for key in try container(keyedBy: AnyKey.self).allKeys.sorted(by: { $0.stringValue < $1.stringValue })
    where !known.contains(key.stringValue) {
      throw UnknownKey(key.stringValue, in: codingPath, knowing: known)
    }
  }
}

/// Any key of an object.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension [any CodingKey] {
  /// The path with dots between the keys.
  var dotted: String { map(\.stringValue).joined(separator: ".") }
}
