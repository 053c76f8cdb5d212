import JSON

/// A value that was read, and what it takes to repeat it.
struct YAMLNode {
  /// How much there is of something.
  struct Size: Hashable {
    var values: Int
    /// The bytes in strings and keys.
    var bytes: Int

    static func += (size: inout Size, other: Size) {
      size.values += other.values
      size.bytes += other.bytes
    }
  }

  /// What is known of a list or mapping while its parts are read.
  struct Outline {
    fileprivate(set) var size = Size(values: 1, bytes: 0)
    fileprivate(set) var height = 0

    mutating func add(_ part: YAMLNode, under key: String = "") {
      size += part.size
      size.bytes += key.utf8.count
      height = max(height, part.height + 1)
    }
  }

  let value: JSON
  /// What is written, if it is a scalar: its text as a key.
  let text: String?
  /// How much there is of it, its aliases written out.
  let size: Size
  /// How many levels are below it.
  let height: Int

  init(_ value: JSON, _ outline: Outline) {
    self.value = value
    text = nil
    size = outline.size
    height = outline.height
  }

  init(_ scalar: YAMLEvent.Scalar, at place: YAMLPlace) throws(YAMLFault) {
    guard !scalar.text.hasRows(ofMarks: JSON.maximumMarks), scalar.tag?.hasRows(ofMarks: JSON.maximumMarks) != true
    else {
      throw YAMLFault("more than \(JSON.maximumMarks) combining marks in a row", at: place, isValid: true)
    }
    guard let value = YAMLScalar.value(of: scalar) else {
      throw YAMLFault("the value is not what its tag says", at: place, isValid: true)
    }
    self.value = value
    text = scalar.text
    size = Size(values: 1, bytes: scalar.text.utf8.count)
    height = 0
  }
}
