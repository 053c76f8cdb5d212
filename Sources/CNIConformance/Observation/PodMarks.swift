import CNI
import JSON
import LinuxKernel

/// What tells that a thing is a certain pod's: its container's id, its namespace's path, its addresses, its host interfaces.
struct PodMarks: Sendable, Hashable {
  let containerID: String
  let networkNamespace: String
  private(set) var addresses: [String] = []
  private(set) var interfaces: [String] = []

  /// Of a pod and what its ADD gave; links that were there before are nobody's.
  init(_ pod: Pod, result: JSON? = nil, knownLinks: Set<String> = []) {
    containerID = pod.containerID
    networkNamespace = pod.networkNamespace
    guard let result, let result = try? CNIResult(result, defaultVersion: "0.1.0") else { return }
    addresses = result.ips.map { "\($0.address.address)" }
    interfaces = result.interfaces.filter { ($0.sandbox ?? "").isEmpty && !knownLinks.contains($0.name) }.map(\.name)
  }

  /// Which of the marks an item bears, in words; nil when it bears none.
  func found(in item: Snapshot.Item) -> String? { identifier(in: item) ?? address(in: item) }

  /// The container's id, or its namespace's path.
  func identifier(in item: Snapshot.Item) -> String? {
    let text = item.text
    if Self.has(containerID, in: text) { return "the container's id \(containerID)" }
    if Self.has(networkNamespace, in: text) { return "the namespace's path \(networkNamespace)" }
    return nil
  }

  /// An address of the container's.
  func address(in item: Snapshot.Item) -> String? {
    let text = item.text
    return addresses.first { Self.has($0, in: text) }.map { "the container's address \($0)" }
  }

  /// Whether the word stands in the text by itself, not as a part of a longer one.
  static func has(_ word: String, in text: String) -> Bool {
    guard !word.isEmpty else { return false }
    let (word, text) = (Array(word.utf8), Array(text.utf8))
    guard text.count >= word.count else { return false }
    func isPart(_ byte: UInt8, _ next: UInt8?) -> Bool {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: ":"):
        true
      // A point ends a sentence, or a file's name goes on behind it; between digits it is an address's.
      case UInt8(ascii: "."): next.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
      default: false
      }
    }
    for start in 0...(text.count - word.count) where text[start] == word[0] {
      let end = start + word.count
      guard text[start..<end].elementsEqual(word) else { continue }
      let isBegun = start > 0 && isPart(text[start - 1], start > 1 ? text[start - 2] : nil)
      let goesOn = end < text.count && isPart(text[end], end + 1 < text.count ? text[end + 1] : nil)
      if !isBegun, !goesOn { return true }
    }
    return false
  }
}
