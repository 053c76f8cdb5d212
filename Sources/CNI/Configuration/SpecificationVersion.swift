/// A version of the CNI specification, compared by its numbers.
///
/// At most three dot-separated decimal numbers; missing ones are 0, and the empty text is 0.1.0 (libcni's `version.ParseVersion`).
public struct SpecificationVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The newest version that this library speaks.
  public static let current = SpecificationVersion(numbers: [1, 1, 0])
  /// Every version that this library speaks, oldest first.
  public static let supported = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]
  static let firstWithCheck = SpecificationVersion(numbers: [0, 4, 0])
  static let firstWithGarbageCollection = SpecificationVersion(numbers: [1, 1, 0])

  private let numbers: [Int]

  private init(numbers: [Int]) { self.numbers = numbers }

  /// Parses a version. Errors: more than three parts, a part that is no decimal number.
  public init(_ text: String) throws(CNIError) {
    guard !text.isEmpty else {
      numbers = [0, 1, 0]
      return
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 3 else { throw .configuration("invalid version \"\(text)\": too many parts") }
    var numbers = [0, 0, 0]
    for (index, part) in parts.enumerated() {
      guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(part) else {
        let place = ["major", "minor", "micro"][index]
        throw .configuration("failed to convert \(place) version part \"\(part)\" of \"\(text)\"")
      }
      numbers[index] = number
    }
    self.numbers = numbers
  }

  /// Compares number by number.
  public static func < (a: SpecificationVersion, b: SpecificationVersion) -> Bool {
    a.numbers.lexicographicallyPrecedes(b.numbers)
  }

  /// The three numbers with dots.
  public var description: String { numbers.map(String.init).joined(separator: ".") }
}
