import Glibc

/// Where a writer's text goes: a descriptor, or what a test collects.
///
/// What cannot be written is remembered and not tried again: the run goes on, and its end tells of it. Used from one thread.
public final class ReportSink {
  /// Whether a person is watching, on a terminal that can move its cursor.
  public let isTerminal: Bool
  /// The terminal's width; 0 where it is none.
  public let columns: Int
  /// Why something could not be written, in words; nil as long as everything was.
  public private(set) var failure: String?
  private let body: (String) -> CInt

  /// A sink that hands each text on.
  public init(isTerminal: Bool = false, columns: Int = 0, _ body: @escaping (String) -> Void) {
    self.isTerminal = isTerminal
    self.columns = columns
    self.body = {
      body($0)
      return 0
    }
  }

  /// A sink that writes to an open descriptor, which stays the caller's.
  public init(descriptor: CInt) {
    var size = winsize()
    isTerminal = isatty(descriptor) == 1 && getenv("TERM").map { String(cString: $0) } != "dumb"
    columns = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 0
    body = { Self.write($0, to: descriptor) }
  }

  /// Writes a text.
  public func write(_ text: String) {
    guard failure == nil else { return }
    let code = body(text)
    if code != 0 { failure = String(cString: strerror(code)) }
  }

  private static func write(_ text: String, to descriptor: CInt) -> CInt {
    var text = text
    return text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      }
      return 0
    }
  }
}
