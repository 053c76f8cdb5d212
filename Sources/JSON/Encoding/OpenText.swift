/// Text that is being written, with the objects and arrays that are still open.
///
/// A container may be written to until its parent goes on: so it is closed by whoever writes next further out.
final class OpenText {
  private struct Opened {
    let closing: UInt8
    var isEmpty = true
  }

  private var writer = JSONWriter()
  private var opened: [Opened] = []

  var bytes: [UInt8] { writer.bytes }

  /// How many objects and arrays are open.
  var depth: Int { opened.count }

  /// Writes a value, and closes all that it opens.
  func write(_ value: some Encodable) throws {
    let (depth, length) = (depth, writer.bytes.count)
    try value.encode(to: TextEncoder(text: self))
    close(to: depth)
    // It encoded nothing at all.
    if writer.bytes.count == length { writer.append("{}") }
  }

  func write(_ token: String) { writer.append(token) }
  func write(quoting text: String) { writer.write(text) }

  func write(_ number: some BinaryFloatingPoint & CustomStringConvertible) throws {
    guard number.isFinite else {
      throw EncodingError.invalidValue(
        number, .init(codingPath: [], debugDescription: "JSON has no text for \(number)"))
    }
    writer.append("\(number)")
  }

  /// Opens an object or an array, and tells its depth.
  func open(_ opening: Unicode.Scalar, _ closing: Unicode.Scalar) -> Int {
    writer.bytes.append(UInt8(ascii: opening))
    opened.append(Opened(closing: UInt8(ascii: closing)))
    return opened.count
  }

  /// Begins another member or element of the container of that depth.
  func next(_ depth: Int) {
    close(to: depth)
    if !opened[depth - 1].isEmpty { writer.bytes.append(UInt8(ascii: ",")) }
    opened[depth - 1].isEmpty = false
  }

  /// Begins another member.
  func next(_ depth: Int, _ key: some CodingKey) {
    next(depth)
    writer.write(key.stringValue)
    writer.bytes.append(UInt8(ascii: ":"))
  }

  private func close(to depth: Int) {
    while opened.count > depth { writer.bytes.append(opened.removeLast().closing) }
  }
}
