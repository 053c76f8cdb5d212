import Glibc
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("Records of version 1 become journals", .timeLimit(.minutes(1)))
struct RecordMigrationTests {
  private let root: TemporaryDirectory
  private let store: SandboxStore
  private let id = Samples.id()

  init() throws {
    root = try TemporaryDirectory()
    store = SandboxStore(root: root.path)
    try Directories.make(store.directory)
  }

  private static let both = LegacyFile.bytes(LegacyFile.intent(), LegacyFile.commitment())

  @Test(
    "each stage and mark is written anew, durably room and all, and the old file goes",
    arguments: [
      ("", false, SandboxRecord.Stage.creating), ("", true, .ready), (".stopping", true, .stopping),
      (".stopping", false, .stopping), (".stopped", true, .stopped), (".stopped", false, .stopped),
      (".owed", true, .owed),
      (".owed", false, .owed),
    ])
  func stages(_ mark: String, _ isCommitted: Bool, _ stage: SandboxRecord.Stage) throws {
    try root.write("sandboxes/\(id)\(mark).json", isCommitted ? Self.both : LegacyFile.bytes(LegacyFile.intent()))
    let first = try store.load()
    #expect(first.unreadable.isEmpty && first.mended.isEmpty)
    let record = try #require(first.records.first)
    #expect(first.records.count == 1)
    #expect(record.stage == stage)
    #expect(record.outcome == (isCommitted ? LegacyFile.record(.ready).outcome : nil))
    #expect((record.owedSince != nil) == (stage == .owed))
    if let since = record.owedSince { #expect(abs(.nowSinceEpoch - since) < 3600 * 1_000_000_000) }
    #expect(try root.names("sandboxes") == [id])
    let status = try root.status("sandboxes/\(id)")
    #expect(Int(status.st_blocks) * 512 - Int(status.st_size) >= RecordFormat.debtRoom)
    #expect(status.st_mode & 0o7777 == 0o600)
    #expect(try store.load().records == [record], "it is read again as it was understood")
  }

  @Test("a kill between writing and deleting: the journal counts, and the old file goes")
  func newWins() throws {
    try store.create(Samples.intent())
    try root.write("sandboxes/\(id).stopped.json", Self.both)
    let contents = try store.load()
    #expect(contents.records == [SandboxRecord(Samples.intent())])
    #expect(contents.unreadable.isEmpty)
    #expect(try root.names("sandboxes") == [id])
  }

  @Test("beside a journal that said nothing yet the old file counts")
  func emptyJournal() throws {
    try root.write("sandboxes/\(id)", [])
    try root.write("sandboxes/\(id).json", Self.both)
    let contents = try store.load()
    #expect(contents.records == [LegacyFile.record(.ready)])
    #expect(contents.unreadable.isEmpty)
    #expect(try root.names("sandboxes") == [id])
  }

  @Test("beside a journal that cannot be used nothing is written: both stay")
  func unreadableJournal() throws {
    try root.write("sandboxes/\(id)", "garbage\n")
    try root.write("sandboxes/\(id).json", Self.both)
    let contents = try store.load()
    #expect(contents.records.isEmpty)
    #expect(contents.unreadable.map(\.id) == [id, id])
    #expect(try root.text("sandboxes/\(id)") == "garbage\n")
    #expect(try root.read("sandboxes/\(id).json") == Self.both)
  }

  @Test("one that cannot be used stays, with the name in it")
  func unreadable() throws {
    let bytes = LegacyFile.bytes(LegacyFile.intent(), "{}")
    try root.write("sandboxes/\(id).json", bytes)
    let contents = try store.load()
    #expect(contents.records.isEmpty)
    #expect(contents.unreadable.map(\.id) == [id])
    #expect(contents.unreadable.first?.name == SandboxName(Samples.configuration().metadata))
    #expect(try root.names("sandboxes") == ["\(id).json"])
    #expect(try root.read("sandboxes/\(id).json") == bytes)
  }

  @Test("an unknown mark is set aside under the id")
  func unknownMark() throws {
    try root.write("sandboxes/\(id).frozen.json", Self.both)
    #expect(try store.load().unreadable.map(\.id) == [id])
    #expect(root.holds("sandboxes/\(id).frozen.json"))
  }
}
