import JSON
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("Records of version 1 are read once", .timeLimit(.minutes(1)))
struct LegacyRecordTests {
  private func read(
    _ bytes: [UInt8], id: String = Samples.id(), mark: SandboxRecord.Stage? = nil
  ) throws(RecordFault) -> SandboxRecord {
    try LegacyRecord.read(bytes, id: id, mark: mark, markedAt: 99)
  }

  @Test("one line is a run under way, two a sandbox, and a mark in the name counts for more")
  func stages() throws {
    let (intent, commitment) = (LegacyFile.intent(), LegacyFile.commitment())
    #expect(try read(LegacyFile.bytes(intent)) == LegacyFile.record(.creating))
    #expect(try read(LegacyFile.bytes(intent, commitment)) == LegacyFile.record(.ready))
    for mark in [SandboxRecord.Stage.stopping, .stopped, .owed] {
      #expect(try read(LegacyFile.bytes(intent, commitment), mark: mark) == LegacyFile.record(mark))
      #expect(try read(LegacyFile.bytes(intent), mark: mark) == LegacyFile.record(mark) { $0.outcome = nil })
    }
  }

  @Test("an outcome that the first line holds counts, with the results of its networks")
  func outcomeInside() throws {
    #expect(try read(LegacyFile.bytes(LegacyFile.intent(isOutcomeInside: true))) == LegacyFile.record(.ready))
  }

  @Test("a result that is none is empty")
  func noResult() throws {
    let record = try read(LegacyFile.bytes(LegacyFile.intent(), LegacyFile.commitment("[null]")))
    #expect(record.outcome?.results == [""])
  }

  @Test("an outcome cut off anywhere is none: nobody was told that the sandbox is ready")
  func tornOutcome() throws {
    let (intent, outcome) = (LegacyFile.bytes(LegacyFile.intent()), LegacyFile.bytes(LegacyFile.commitment()))
    for length in 0..<outcome.count {
      #expect(try read(intent + outcome[..<length]) == LegacyFile.record(.creating))
    }
  }

  @Test("an intent cut off anywhere is set aside: it was renamed into place, so this is no cut")
  func tornIntent() {
    let bytes = LegacyFile.bytes(LegacyFile.intent())
    for length in 0..<bytes.count - 1 {
      #expect(throws: RecordFault.self) { try read(Array(bytes[..<length])) }
    }
  }

  static let refused: [(String, [UInt8])] = [
    ("it is empty", []),
    ("not a sandbox record", Array("\n".utf8)),
    ("version 2", LegacyFile.bytes(LegacyFile.intent(version: 2))),
    ("version 0", LegacyFile.bytes(LegacyFile.intent(version: 0))),
    ("more than one outcome", LegacyFile.bytes(LegacyFile.intent(), LegacyFile.commitment(), LegacyFile.commitment())),
    ("not a sandbox record", LegacyFile.bytes(LegacyFile.intent(), LegacyFile.intent())),
    ("not a sandbox record", LegacyFile.bytes(LegacyFile.intent(), "")),
    ("the record of \(Samples.id(2))", LegacyFile.bytes(LegacyFile.intent(id: Samples.id(2)))),
    ("metadata.name", LegacyFile.bytes(LegacyFile.intent(name: "../x"))),
    ("2 results", LegacyFile.bytes(LegacyFile.intent(), LegacyFile.commitment("[null,null]"))),
    ("0 results", LegacyFile.bytes(LegacyFile.intent(), LegacyFile.commitment("[]"))),
  ]

  @Test("what this version would not take of a journal it does not take of these either", arguments: refused.indices)
  func refuses(_ index: Int) {
    let (word, bytes) = Self.refused[index]
    let fault = #expect(throws: RecordFault.self) { try read(bytes) }
    #expect(fault?.description.contains(word) == true, "\(fault.map { "\($0)" } ?? "")")
  }

  @Test("an id that is none is refused under its own name")
  func id() {
    let fault = #expect(throws: RecordFault.self) {
      try read(LegacyFile.bytes(LegacyFile.intent(id: "x")), id: "x")
    }
    #expect(fault?.description.contains("its id is none") == true)
  }

  @Test("a name tells id and mark, and no other name is one of these")
  func names() {
    func parts(_ name: String) -> [String?]? { LegacyRecord.parts(ofName: name).map { [$0.id, $0.mark?.rawValue] } }
    #expect(parts("a.json") == ["a", nil])
    #expect(parts("a.stopping.json") == ["a", "stopping"])
    #expect(parts("a.stopped.json") == ["a", "stopped"])
    #expect(parts("a.owed.json") == ["a", "owed"])
    #expect(parts("a") == nil)
    #expect(parts("a.new.json") == nil)
    #expect(parts("a.owed.json.bak") == nil)
    #expect(parts(".json") == nil)
  }
}
