import JSON
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("What is written can be read", .timeLimit(.minutes(1)))
struct RecordLineTests {
  /// An outcome whose line has exactly so many bytes.
  private func outcome(bytes: Int) -> RecordLine {
    func line(_ padding: Int) -> RecordLine {
      RecordLine(.outcome, at: 1, outcome: Samples.outcome(results: ["{}" + String(repeating: " ", count: padding)]))
    }
    return line(bytes - RecordLine.line(line(0)).count)
  }

  @Test("the longest line is written, and read again; a byte more is refused by the writer")
  func limit() throws {
    let longest = outcome(bytes: RecordFormat.maximumLine)
    let bytes = try longest.bytes()
    #expect(bytes.count == RecordFormat.maximumLine)
    let file = try RecordFormat.header + RecordReaderTests.line(.intent).bytes() + bytes
    guard case .record(let record, _) = try RecordReader.read(file, id: Samples.id()) else {
      Issue.record("it is a record")
      return
    }
    #expect(record.outcome == longest.outcome)
    let fault = #expect(throws: RecordFault.self) { try outcome(bytes: RecordFormat.maximumLine + 1).bytes() }
    #expect(fault?.description.contains("its outcome takes \(RecordFormat.maximumLine + 1) bytes") == true)
  }

  @Test("a line is one line, whatever a client's text has in it")
  func oneLine() throws {
    let intent = Samples.intent { $0.annotations = ["a\nb": "\n\r\u{0}\u{85}\u{2028}\u{2029}"] }
    let bytes = try RecordLine(.intent, intent: intent).bytes()
    #expect(bytes.filter { $0 == RecordFormat.newline }.count == 1)
    #expect(bytes.last == RecordFormat.newline)
    let reading = try RecordReader.read(RecordFormat.header + bytes, id: Samples.id())
    #expect(reading == .record(SandboxRecord(intent), length: RecordFormat.header.count + bytes.count))
  }

  @Test("an event holds what belongs to it and nothing else")
  func members() throws {
    func keys(_ line: RecordLine) throws -> [String] {
      try JSON(parsing: Array(line.bytes().dropLast())).object.map(\.keys) ?? []
    }
    #expect(try keys(RecordReaderTests.line(.intent)) == ["at", "event", "intent"])
    #expect(try keys(RecordReaderTests.line(.outcome)) == ["at", "event", "outcome"])
    for event in [RecordLine.Event.stopping, .stopped, .owed] {
      #expect(try keys(RecordLine(event)) == ["at", "event"])
    }
  }

  @Test("a request as large as it may be fits a line, however it must be escaped there")
  func largestRequest() throws {
    let intent = Samples.intent {
      $0.annotations = ["a": String(repeating: "\u{1}", count: PodSandboxConfiguration.maximumAnnotationBytes - 1)]
      $0.labels = ["l": String(repeating: "\"", count: PodSandboxConfiguration.maximumAnnotationBytes - 1)]
    }
    try intent.configuration.validateBounds()
    #expect(try RecordLine(.intent, intent: intent).bytes().count <= RecordFormat.maximumLine)
  }

  @Test("a debt's line fits the room that is kept for it")
  func debtRoom() throws {
    #expect(try RecordLine(.owed, at: .max).bytes().count <= RecordFormat.debtRoom)
  }

  @Test(
    "what is read twice is the same: a migrated record's lines say what the record says",
    arguments: [
      SandboxRecord.Stage.creating, .ready, .stopping, .stopped, .owed,
    ])
  func lines(_ stage: SandboxRecord.Stage) throws {
    for hasOutcome in [true, false] where hasOutcome || stage != .ready {
      var record = Samples.record(stage)
      if !hasOutcome { record.outcome = nil }
      if stage == .creating { record.outcome = nil }
      let bytes = RecordFormat.header + (try record.lines.flatMap { try $0.bytes() })
      #expect(try RecordReader.read(bytes, id: record.id) == .record(record, length: bytes.count))
    }
  }
}
