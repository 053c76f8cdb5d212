import Glibc
import JSON
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("Records on the disk", .timeLimit(.minutes(1)))
struct SandboxStoreTests {
  private let root: TemporaryDirectory
  private let store: SandboxStore
  private let id = Samples.id()

  init() throws {
    root = try TemporaryDirectory()
    store = SandboxStore(root: root.path)
    try Directories.make(store.directory)
  }

  private var file: String { "sandboxes/\(id)" }

  /// What is allocated behind the file's end, in bytes.
  private func room(_ name: String? = nil) throws -> Int {
    let status = try root.status(name ?? file)
    return Int(status.st_blocks) * 512 - Int(status.st_size)
  }

  private func lines() throws -> [String] { try root.text(file).split(separator: "\n").map(String.init) }

  @Test("an intent makes the file, 0600 and under no name but its own; it makes none twice")
  func create() throws {
    try store.create(Samples.intent())
    #expect(try root.names("sandboxes") == [id])
    #expect(try root.status(file).st_mode & 0o7777 == 0o600)
    let expected = try RecordFormat.header + RecordLine(.intent, at: 1, intent: Samples.intent()).bytes()
    #expect(try root.read(file) == expected)
    #expect(throws: KernelError.self) { try store.create(Samples.intent()) }
    #expect(try root.read(file) == expected, "a second one leaves the first as it is")
  }

  @Test("each event adds its line, and the last counts")
  func append() throws {
    try store.create(Samples.intent())
    try store.commit(id, Samples.outcome(), durable: false)
    #expect(try store.load().records.map(\.stage) == [.ready])
    try store.note(id, .stopping)
    #expect(try store.load().records.map(\.stage) == [.stopping])
    try store.note(id, .stopped)
    #expect(try store.load().records.map(\.stage) == [.stopped])
    try store.owe(id, since: 42)
    let record = try #require(try store.load().records.first)
    #expect(record.stage == .owed && record.owedSince == 42)
    #expect(record.outcome == Samples.outcome())
    #expect(try lines().count == 6)
  }

  @Test("what a reader would not take is not written: no file, and nothing is added to one")
  func tooLong() throws {
    let text = String(repeating: "x", count: RecordFormat.maximumLine)
    #expect(throws: RecordFault.self) { try store.create(Samples.intent { $0.annotations = ["a": text] }) }
    #expect(try root.names("sandboxes").isEmpty)
    try store.create(Samples.intent())
    let before = try root.read(file)
    #expect(throws: RecordFault.self) { try store.commit(id, Samples.outcome(results: [text]), durable: false) }
    #expect(try root.read(file) == before)
  }

  @Test("room for the line of a debt is kept behind the end, whatever is added")
  func roomIsKept() throws {
    try store.create(Samples.intent())
    #expect(try room() >= RecordFormat.debtRoom)
    try store.commit(id, Samples.outcome(results: [String(repeating: "x", count: 9000)]), durable: true)
    #expect(try room() >= RecordFormat.debtRoom)
    for _ in 0..<100 {
      try store.note(id, .stopping)
      #expect(try room() >= RecordFormat.debtRoom)
    }
    let before = try root.status(file).st_blocks
    try store.owe(id, since: 1)
    #expect(try root.status(file).st_blocks == before, "the debt's line takes the room, and no more")
  }

  @Test("a removed record is gone; an absent one is success")
  func remove() throws {
    try store.create(Samples.intent())
    #expect(try store.remove(id) != nil)
    #expect(try root.names("sandboxes").isEmpty)
    #expect(try store.remove(id) == nil)
    #expect(try store.load().records.isEmpty)
  }

  @Test("a note in a record that is not there is an error, and makes none")
  func noteWithoutRecord() throws {
    #expect(throws: KernelError.self) { try store.note(id, .stopping) }
    #expect(try root.names("sandboxes").isEmpty)
  }

  @Test("a part of a line is cut off before anything is added, its room is kept anew, and that is told")
  func tornTail() throws {
    try store.create(Samples.intent())
    let whole = try root.read(file)
    try root.write(file, whole + Array(#"{"at":1,"event":"outc"#.utf8))
    let contents = try store.load()
    #expect(contents.records.map(\.stage) == [.creating])
    #expect(contents.unreadable.isEmpty)
    #expect(contents.mended.count == 1 && contents.mended[0].contains("\(id) ended in a part of a line"))
    #expect(try root.read(file) == whole)
    #expect(try room() >= RecordFormat.debtRoom)
    try store.note(id, .stopping)
    #expect(try store.load().records.map(\.stage) == [.stopping])
    #expect(try store.load().mended.isEmpty)
  }

  @Test("a file without one complete intent had begun nothing: it is deleted, and that is told", arguments: [0, 1, 2])
  func nothingBegun(_ index: Int) throws {
    let intent = try RecordLine(.intent, intent: Samples.intent()).bytes()
    try root.write(file, [[], RecordFormat.header, RecordFormat.header + intent.dropLast()][index])
    let contents = try store.load()
    #expect(contents.records.isEmpty && contents.unreadable.isEmpty)
    #expect(contents.mended.count == 1 && contents.mended[0].contains("\(id) held no complete intent"))
    #expect(try root.names("sandboxes").isEmpty)
  }

  @Test("one that cannot be used stays where it is, with its id and name; the others are read")
  func unreadable() throws {
    try store.create(Samples.intent(2, name: "other"))
    try store.create(Samples.intent())
    let bytes = try root.read(file) + Array("garbage\n".utf8)
    try root.write(file, bytes)
    let contents = try store.load()
    #expect(contents.records.map(\.id) == [Samples.id(2)])
    let bad = try #require(contents.unreadable.first)
    #expect(contents.unreadable.count == 1)
    #expect(bad.id == id && bad.path == store.path(of: id))
    #expect(bad.reason.contains("does not know"))
    #expect(bad.name == SandboxName(Samples.configuration().metadata))
    #expect(try root.read(file) == bytes)
  }

  @Test("a name is made out where one can be, in every format")
  func names() throws {
    func name(_ text: String) -> SandboxName? { RecordReader.name(inUnreadable: Array(text.utf8)) }
    #expect(name("") == nil)
    #expect(name("garbage\n") == nil)
    #expect(name("{}\n{}\n") == nil)
    let header = String(decoding: RecordFormat.header, as: UTF8.self)
    let metadata = #"{"metadata":{"name":"n","namespace":"s","uid":"u","attempt":7}}"#
    #expect(name(header + #"{"intent":{"configuration":\#(metadata)}}"# + "\n")?.description == "n_s_u_7")
    #expect(name(#"{"version":9,"configuration":\#(metadata)}"#)?.description == "n_s_u_7")
    #expect(name("\n" + #"{"version":9,"configuration":\#(metadata)}"#)?.description == "n_s_u_7")
    #expect(name(#"{"configuration":{"metadata":{"name":"n","attempt":-1}}}"#)?.description == "n___0")
    #expect(name(#"{"configuration":{"metadata":{"name":3}}}"#) == nil)
  }

  @Test("a file of an odd name is told by that name, one of a known form by its id")
  func oddNames() throws {
    try root.write("sandboxes/notes.txt", "x\n")
    try root.write("sandboxes/\(id).bak", "x\n")
    try root.write("sandboxes/.hidden", "x\n")
    let contents = try store.load()
    #expect(contents.unreadable.map(\.id) == [id, "notes.txt"])
    #expect(contents.unreadable.allSatisfy { $0.name == nil })
    #expect(root.holds("sandboxes/.hidden"))
  }

  @Test("temporary files of a process that is gone are removed")
  func temporary() throws {
    try root.write("sandboxes/.berth-2147483647-1.tmp", "x")
    #expect(try store.load().unreadable.isEmpty)
    #expect(try root.names("sandboxes").isEmpty)
  }

  @Test("a directory that cannot be listed is an error")
  func noDirectory() throws {
    try root.write("file", "x")
    #expect(throws: KernelError.self) { try SandboxStore(root: root.path + "/file").load() }
  }
}
