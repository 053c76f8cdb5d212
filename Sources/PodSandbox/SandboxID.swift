/// Makes the ids of one daemon's sandboxes, and tells them from another's.
///
/// An id is 64 hex digits, random but for digits 25 to 32: the instance's tag. Everything a sandbox leaves on the host
/// carries its id or the UUID made of its first 32 digits, so that each daemon recognises what is its own.
struct SandboxIDs: Sendable {
  /// How many hex digits an id has.
  static let length = 64

  /// 8 hex digits: see ``Instance``.
  let tag: String

  /// A new id.
  func next() -> String {
    var random = SystemRandomNumberGenerator()
    let words = (0..<4).map { _ in Self.hex(random.next()) }.joined()
    return words.prefix(24) + tag + words.dropFirst(32)
  }

  /// Whether `id` is well formed and was made by this instance.
  func owns(_ id: String) -> Bool {
    Self.isWellFormed(id) && id.dropFirst(24).prefix(8) == tag
  }

  /// The first 32 digits of the id whose namespace has this name; `nil` when none of this instance can have it.
  func idPrefix(ofNetworkNamespace name: String) -> String? {
    guard name.hasPrefix("cni-") else { return nil }
    let digits = name.dropFirst(4).filter { $0 != "-" }
    let id = padded(String(digits))
    return owns(id) && Self.networkNamespaceName(id) == name ? String(digits) : nil
  }

  /// An id that has these first digits: of a sandbox of which nothing but the namespace's name is left.
  func padded(_ prefix: String) -> String { prefix + String(repeating: "0", count: max(0, 64 - prefix.count)) }

  /// The first half of an id that was padded; `nil` for one that is whole.
  static func namespacePart(ofPadded id: String) -> Substring? {
    id.utf8.count == 64 && id.utf8.suffix(32).allSatisfy { $0 == UInt8(ascii: "0") } ? id.prefix(32) : nil
  }

  /// Whether a file or cgroup of this name may hold a sandbox of any instance.
  static func isWellFormed(_ id: String) -> Bool {
    id.utf8.count == 64 && id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// The name of the sandbox's network namespace: `cni-` and a UUID, as containerd names them.
  static func networkNamespaceName(_ id: String) -> String {
    let digits = Array(id.prefix(32))
    let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
    return "cni-" + groups.joined(separator: "-")
  }

  private static func hex(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
