import JSON
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("A record's bytes become what they say, or are set aside", .timeLimit(.minutes(1)))
struct RecordReaderTests {
  private static let events: [RecordLine.Event] = [.intent, .outcome, .stopping, .stopped, .owed]

  static func line(_ event: RecordLine.Event, at: Int64 = 9) -> RecordLine {
    RecordLine(
      event, at: at, intent: event == .intent ? Samples.intent() : nil,
      outcome: event == .outcome ? Samples.outcome() : nil)
  }

  static func file(_ lines: [RecordLine]) throws -> [UInt8] {
    try RecordFormat.header + lines.flatMap { try $0.bytes() }
  }

  /// The events that lead to a stage, after the intent.
  private static let ways: [(SandboxRecord.Stage, [RecordLine.Event])] = [
    (.creating, []), (.ready, [.outcome]), (.stopping, [.outcome, .stopping]),
    (.stopped, [.outcome, .stopping, .stopped]),
    (.owed, [.outcome, .owed]),
  ]

  /// What each event makes of each stage; what is not here cannot follow.
  private static let transitions: [SandboxRecord.Stage: [RecordLine.Event: SandboxRecord.Stage]] = [
    .creating: [.outcome: .ready, .stopping: .stopping, .owed: .owed],
    .ready: [.stopping: .stopping, .stopped: .stopped, .owed: .owed],
    .stopping: [.stopping: .stopping, .stopped: .stopped, .owed: .owed],
    .stopped: [.stopped: .stopped, .owed: .owed],
    .owed: [.owed: .owed],
  ]

  @Test("each event after each stage leads where it belongs, or the file is set aside", arguments: ways.indices, events)
  func transitions(_ way: Int, _ event: RecordLine.Event) throws {
    let (stage, events) = Self.ways[way]
    let bytes = try Self.file(([.intent] + events + [event]).map { Self.line($0) })
    guard let next = Self.transitions[stage]?[event] else {
      let fault = #expect(throws: RecordFault.self) { try RecordReader.read(bytes, id: Samples.id()) }
      #expect(fault?.description.contains("\"\(event.rawValue)\" cannot follow") == true)
      #expect(fault?.description.contains("\(stage)") == true)
      return
    }
    guard case .record(let record, let length) = try RecordReader.read(bytes, id: Samples.id()) else {
      Issue.record("it is a record")
      return
    }
    #expect(record.stage == next)
    #expect(length == bytes.count)
    #expect(record.intent == Samples.intent())
    let isKnown = events.contains(.outcome) || event == .outcome
    #expect(record.outcome == (isKnown ? Samples.outcome() : nil))
    #expect(record.owedSince == (next == .owed ? 9 : nil))
  }

  @Test("a record is read whatever marks are in it: what a plugin said, or an annotation that was taken once")
  func marks() throws {
    let row = "e" + String(repeating: "\u{301}", count: 1000)
    let line = RecordLine(.intent, intent: Samples.intent { $0.annotations = ["a": row] })
    guard case .record(let record, _) = try RecordReader.read(Self.file([line]), id: Samples.id()) else {
      Issue.record("it is a record")
      return
    }
    #expect(record.intent.configuration.annotations == ["a": row])
  }

  @Test("a record comes back as it was written, the conflist to the byte")
  func roundTrip() throws {
    var expected = SandboxRecord(
      Samples.intent(networks: 2, runtimeHandler: "h", warnings: ["w"]) {
        $0.annotations = ["a/b": "<&>\u{2028}\"\\\n"]
        $0.portMappings = [Samples.mapping(80, "::1")]
      })
    let outcome = Samples.outcome(results: [#"{"a":1e3}"#, ""], warnings: ["v"])
    let lines = [RecordLine(.intent, intent: expected.intent), RecordLine(.outcome, outcome: outcome)]
    expected.outcome = outcome
    expected.stage = .ready
    let bytes = try Self.file(lines)
    #expect(try RecordReader.read(bytes, id: Samples.id()) == .record(expected, length: bytes.count))
    #expect(expected.networks[0].configuration == Samples.list)
    #expect(expected.warnings == ["w", "v"])
  }

  @Test("a file cut off at any byte says what its whole lines say, and how many bytes those are")
  func tornAnywhere() throws {
    let lines = [Self.line(.intent), Self.line(.outcome), Self.line(.stopping), Self.line(.owed)]
    let bytes = try Self.file(lines)
    var ends = [RecordFormat.header.count]
    for line in lines { ends.append(ends[ends.count - 1] + (try line.bytes().count)) }
    let stages: [SandboxRecord.Stage?] = [nil, .creating, .ready, .stopping, .owed]
    for length in 0...bytes.count {
      let whole = ends.lastIndex { $0 <= length }
      switch try RecordReader.read(Array(bytes[..<length]), id: Samples.id()) {
      case .nothingBegun: #expect(whole.flatMap { stages[$0] } == nil, "at byte \(length)")
      case .record(let record, let read):
        #expect(record.stage == whole.flatMap { stages[$0] }, "at byte \(length)")
        #expect(read == whole.map { ends[$0] }, "at byte \(length)")
      }
    }
  }

  @Test("an empty file, a part of a line, a header alone: nothing had begun", arguments: [0, 1, 2])
  func nothingBegun(_ index: Int) throws {
    let contents = [[], Array("{\"berth\"".utf8), RecordFormat.header]
    #expect(try RecordReader.read(contents[index], id: Samples.id()) == .nothingBegun)
  }

  /// Files that are set aside, with a word that the reason must have.
  static let refused: [(String, String)] = [
    ("{}\n", "does not begin as a sandbox record"),
    ("\n", "does not begin as a sandbox record"),
    ("\0\0\0\n", "does not begin as a sandbox record"),
    (#"{"berth":"sandbox record","version":3}"# + "\n", "version 3, this daemon knows 2"),
    (#"{"berth":"sandbox record","version":1}"# + "\n", "version 1"),
    (#"{"berth":"sandbox record","version":"2"}"# + "\n", "does not begin as a sandbox record"),
    (#"{"berth":"sandbox record","version":2} "# + "\n", "more than this version knows"),
    (#"{"berth":"sandbox record","colour":1,"version":2}"# + "\n", "more than this version knows"),
    ("HEADER\n", "does not know"),
    ("HEADER{}\n", "does not know"),
    (#"HEADER{"at":1,"event":"born"}"# + "\n", "does not know"),
    (#"HEADER{"at":1,"event":"intent"}"# + "\n", "first event is no intent"),
    (#"HEADER{"at":1,"event":"stopping"}"# + "\n", "first event is no intent"),
    (#"HEADER{"at":1,"event":"stopping","intent":EMBEDDED}"# + "\n", "first event is no intent"),
    ("HEADERINTENT\n", "does not know"),
    ("HEADERINTENT{}\n", "does not know"),
    (#"HEADERINTENT{"at":1,"event":"outcome"}"# + "\n", "cannot follow"),
    (#"HEADERINTENT{"at":1,"event":"stopping","colour":1}"# + "\n", "the field colour"),
  ]

  @Test("what is no record of this version is set aside, with the reason", arguments: refused.indices)
  func refuses(_ index: Int) throws {
    let (text, word) = Self.refused[index]
    let header = String(decoding: RecordFormat.header, as: UTF8.self)
    let intent = String(decoding: try Self.line(.intent).bytes(), as: UTF8.self)
    let embedded = String(decoding: RecordLine.line(Samples.intent()).dropLast(), as: UTF8.self)
    let content = text.replacing("HEADER", with: header).replacing("INTENT", with: intent)
      .replacing("EMBEDDED", with: embedded)
    let fault = #expect(throws: RecordFault.self) { try RecordReader.read(Array(content.utf8), id: Samples.id()) }
    #expect(fault?.description.contains(word) == true, "\(fault.map { "\($0)" } ?? "")")
  }

  @Test("a whole line that is no event in the middle is not passed over")
  func garbageInTheMiddle() throws {
    let bytes =
      try Self.file([Self.line(.intent)]) + Array("garbage\n".utf8) + Self.line(.outcome).bytes()
    #expect(throws: RecordFault.self) { try RecordReader.read(bytes, id: Samples.id()) }
  }

  @Test("a record in another's file is set aside, and so is one whose results are not one a network")
  func foreign() throws {
    let bytes = try Self.file([Self.line(.intent)])
    let fault = #expect(throws: RecordFault.self) { try RecordReader.read(bytes, id: Samples.id(2)) }
    #expect(fault?.description.contains(Samples.id(1)) == true)
    for results in [["", ""], ["", "", ""]] {
      let outcome = RecordLine(.outcome, outcome: Samples.outcome(results: results))
      let bytes = try Self.file([Self.line(.intent), outcome])
      #expect(throws: RecordFault.self) { try RecordReader.read(bytes, id: Samples.id()) }
    }
    let without = RecordLine(.outcome, outcome: Samples.outcome(results: []))
    let reading = try RecordReader.read(Self.file([Self.line(.intent), without]), id: Samples.id())
    guard case .record(let record, _) = reading else {
      Issue.record("no results at all are those of a pod without a network")
      return
    }
    #expect(record.stage == .ready)
  }

  @Test("a line as long as the writer allows is read, one byte more is refused")
  func lineLimit() throws {
    func line(_ length: Int) throws -> [UInt8] {
      let text = #"{"at":1,"event":"stopping"}"#
      return Array((text + String(repeating: " ", count: length - text.utf8.count - 1) + "\n").utf8)
    }
    let begin = try Self.file([Self.line(.intent)])
    let bytes = begin + (try line(RecordFormat.maximumLine))
    guard case .record(let record, _) = try RecordReader.read(bytes, id: Samples.id()) else {
      Issue.record("it is a record")
      return
    }
    #expect(record.stage == .stopping)
    let long = begin + (try line(RecordFormat.maximumLine + 1))
    #expect(throws: RecordFault.self) { try RecordReader.read(long, id: Samples.id()) }
  }
}
