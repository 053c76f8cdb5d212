import Dispatch

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// SIGINT and SIGTERM while plugins run: the first one cancels, so that the plugin is ended and a failed ADD undone.
enum Interruption {
  /// Runs a body, which a signal cancels. A second signal has its default effect.
  static func cancelling(_ session: CNISession, _ body: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task { try await body() }
    let sources = [SIGINT, SIGTERM].map { number in
      // A source only hears of a signal that does not end the process first. Plugins get default dispositions.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler {
        signal(number, SIG_DFL)
        session.note("interrupted: the plugin is ended and cleaned up after; once more to leave everything as it is")
        task.cancel()
      }
      source.activate()
      return (number, source)
    }
    defer {
      for (number, source) in sources {
        source.cancel()
        signal(number, SIG_DFL)
      }
    }
    try await task.value
  }
}
