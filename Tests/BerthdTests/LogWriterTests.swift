import Glibc
import Testing

@testable import berthd

/// The log's writer, with a pipe for its reader.
@Suite(.timeLimit(.minutes(1))) struct LogWriterTests {
  /// A writer to a pipe, and the pipe's other end.
  private func piped() throws -> (writer: LogWriter, reader: CInt, descriptor: CInt) {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { throw TestFailure("pipe") }
    return (LogWriter(ends[1]) { "dropped \($0)" }, ends[0], ends[1])
  }

  /// What comes until a text has come.
  private func read(_ descriptor: CInt, until end: String) throws -> String {
    var bytes: [UInt8] = []
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if text.hasSuffix(end) { return text }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, 20_000) > 0 else { throw TestFailure("nothing came after: \(text.suffix(200))") }
      var buffer = [UInt8](repeating: 0, count: 65536)
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      bytes += buffer.prefix(max(0, count))
    }
  }

  @Test func writesLinesInTheirOrder() throws {
    let (writer, reader, descriptor) = try piped()
    defer { close(reader); close(descriptor) }
    for number in 0..<100 { writer.write("line \(number)") }
    let text = try read(reader, until: "line 99\n")
    #expect(text == (0..<100).map { "line \($0)\n" }.joined())
    writer.flush(within: .seconds(20))
    #expect(writer.dropped == 0)
  }

  @Test func aReaderThatReadsNothingHoldsUpNobodyAndIsToldWhatItMissed() throws {
    let (writer, reader, descriptor) = try piped()
    defer { close(reader); close(descriptor) }
    let line = String(repeating: "x", count: 999)
    let count = 2 * LogWriter.capacity / 1000
    for _ in 0..<count { writer.write(line) }
    writer.tellDrops { "lost \($0)" }
    #expect(writer.dropped > 0 && writer.dropped < count)
    // It does not wait for ever either.
    writer.flush(within: .milliseconds(10))
    let text = try read(reader, until: "lost \(writer.dropped)\n")
    #expect(text.split(separator: "\n").count == count - writer.dropped + 1)
    writer.write("after it")
    #expect(try read(reader, until: "after it\n") == "after it\n")
  }

  @Test func aLineIsCutByBytes() throws {
    let (writer, reader, descriptor) = try piped()
    defer { close(reader); close(descriptor) }
    writer.write("a" + String(repeating: "\u{301}", count: 100_000))
    #expect(try read(reader, until: "\n").utf8.count <= LogWriter.longestLine + 1)
  }

  @Test func aPlainFileHasItsLineAtOnce() async throws {
    try await TemporaryDirectory.with { directory in
      let descriptor = open("\(directory)/log", O_WRONLY | O_CREAT | O_APPEND, 0o600)
      defer { close(descriptor) }
      LogWriter(descriptor) { "\($0)" }.write("now")
      var status = stat()
      #expect(fstat(descriptor, &status) == 0 && status.st_size == 4)
    }
  }

  @Test func whatCannotBeWrittenIsCounted() async throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    let writer = LogWriter(full) { "\($0)" }
    writer.write("lost")
    writer.flush(within: .seconds(20))
    #expect(writer.dropped == 1)
  }
}
