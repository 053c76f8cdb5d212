import Glibc
import LinuxKernel

/// What a plugin writes to one of its outputs.
struct PluginOutput: ~Copyable {
  private var end: OwnedDescriptor?
  private let limit: Int
  private let keepsTail: Bool
  private var tail: [UInt8] = []
  private var omitted = 0
  /// The first bytes, at most the limit.
  private(set) var bytes: [UInt8] = []

  /// With `keepsTail` as many of the last bytes are kept as of the first, half the limit each.
  init(_ end: consuming OwnedDescriptor, limit: Int, keepsTail: Bool) {
    descriptor = end.raw
    self.end = consume end
    self.limit = keepsTail ? limit / 2 : limit
    self.keepsTail = keepsTail
  }

  /// The descriptor until the end of what is written.
  private(set) var descriptor: CInt?

  /// Whether every writer has closed its end.
  var isAtEnd: Bool { descriptor == nil }

  /// Whether more came than is taken.
  var overflowed: Bool { !keepsTail && omitted > 0 }

  /// Everything kept, as text; what is no UTF-8 is repaired.
  var text: String {
    let start = String(decoding: bytes, as: UTF8.self)
    let end = String(decoding: tail, as: UTF8.self)
    return omitted == 0 ? start + end : "\(start)\n[\(omitted) bytes left out]\n\(end)"
  }

  /// Reads once; true when there was something.
  @discardableResult
  mutating func read() -> Bool {
    guard let descriptor else { return false }
    var hasEnded = false
    let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      let result = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      count = max(0, result)
      hasEnded = result == 0 || result < 0 && errno != EAGAIN && errno != EINTR
    }
    if hasEnded {
      end = nil
      self.descriptor = nil
    }
    keep(chunk)
    return !chunk.isEmpty
  }

  /// Reads what is there already, after the writers' end.
  mutating func drain() {
    while !overflowed, read() {}
  }

  private mutating func keep(_ chunk: [UInt8]) {
    let room = min(chunk.count, limit - bytes.count)
    bytes += chunk[..<room]
    let rest = chunk[room...]
    guard keepsTail else {
      omitted += rest.count
      return
    }
    tail += rest
    let excess = tail.count - limit
    guard excess > 0 else { return }
    tail.removeFirst(excess)
    omitted += excess
  }
}
