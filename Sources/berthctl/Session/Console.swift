#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where output goes: data to standard output, everything else to standard error.
struct Console: Sendable {
  /// Writes data as it is.
  var write: @Sendable (String) -> Void
  /// Writes a line to standard error.
  var error: @Sendable (String) -> Void
  /// Whether data goes to a terminal.
  var isTerminal: @Sendable () -> Bool
  /// The width of the terminal that data goes to; nil if it is none, or does not know.
  var terminalColumns: @Sendable () -> Int?

  /// The process's own.
  static let standard = Console(
    write: { send($0, to: STDOUT_FILENO) },
    error: { send($0.hasSuffix("\n") ? $0 : $0 + "\n", to: STDERR_FILENO) },
    isTerminal: { isatty(STDOUT_FILENO) == 1 },
    terminalColumns: {
      var size = winsize()
      guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
      return Int(size.ws_col)
    })

  /// Writes a line of data.
  func line(_ text: String) { write(text + "\n") }

  private static func send(_ text: String, to descriptor: CInt) {
    var rest = ArraySlice(text.utf8)
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { fail(errno, descriptor) }
      rest = rest.dropFirst(written)
    }
  }

  /// Ends the process: what is not written is not done. Silently where nobody reads any more.
  private static func fail(_ code: CInt, _ descriptor: CInt) -> Never {
    if code != EPIPE, descriptor != STDERR_FILENO {
      send("berthctl: cannot write to standard output: \(String(cString: strerror(code)))\n", to: STDERR_FILENO)
    }
    exit(1)
  }
}
