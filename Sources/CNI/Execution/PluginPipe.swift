import Glibc
import LinuxKernel
import SystemPackage

/// A pipe between this process and a plugin; the child's end is closed once this value is used up.
struct PluginPipe: ~Copyable {
  let read: OwnedDescriptor
  let write: OwnedDescriptor

  enum End { case read, write }

  /// A pipe whose one end, this process's, does not block.
  init(nonBlocking end: End) throws(KernelError) {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw KernelError(errno: Errno(rawValue: errno), operation: "create", subject: "pipe", remedy: nil)
    }
    // Glibc's module lacks pipe2. A plugin started in between gets neither end: HostProcess closes all but 0 to 2.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[end == .read ? 0 : 1], F_SETFL, O_NONBLOCK)
    read = OwnedDescriptor(ends[0])
    write = OwnedDescriptor(ends[1])
  }

  /// This process's end of a plugin's standard output.
  consuming func readingEnd() -> OwnedDescriptor { read }

  /// This process's end of a plugin's standard input.
  consuming func writingEnd() -> OwnedDescriptor { write }
}

/// What is still to be written to a plugin's standard input.
struct PluginInput: ~Copyable {
  private var end: OwnedDescriptor?
  private let bytes: [UInt8]
  private var written = 0

  init(_ end: consuming OwnedDescriptor, _ bytes: [UInt8]) {
    descriptor = end.raw
    self.end = consume end
    self.bytes = bytes
  }

  /// The descriptor while there is something to write.
  private(set) var descriptor: CInt?

  /// Writes what fits, and closes after the last byte. A plugin that does not read its configuration to the end may do so.
  mutating func write() {
    guard let descriptor else { return }
    let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count >= 0 {
      written += count
    } else if errno == EAGAIN || errno == EINTR {
      return
    }
    if count < 0 || written == bytes.count { close() }
  }

  private mutating func close() {
    end = nil
    descriptor = nil
  }

  /// Writing to a plugin that has closed its end must be an error, not the end of this process. For the calling thread only,
  /// which is one of its own and passes nothing on to the plugin.
  static func blockBrokenPipeSignal() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}

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
