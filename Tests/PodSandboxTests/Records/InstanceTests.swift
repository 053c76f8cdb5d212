import CNI
import Glibc
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("Whose a sandbox is", .timeLimit(.minutes(1)))
struct InstanceTests {
  private let root: TemporaryDirectory
  private let store: SandboxStore

  init() throws {
    root = try TemporaryDirectory()
    store = SandboxStore(root: root.path)
    try Directories.make(store.directory)
  }

  private func tag() throws -> String { try Instance.tag(root: root.path, store: store) }

  private var ofThePath: String { String(SHA512.hexDigest(of: Array(root.path.utf8)).prefix(8)) }

  @Test("the tag in the file counts, whatever the records and the path say")
  func fromTheFile() throws {
    try root.write("instance", "01234567\n")
    try root.write("sandboxes/\(Samples.id())", "")
    #expect(try tag() == "01234567")
    #expect(try root.text("instance") == "01234567\n")
  }

  @Test("without a file it is taken from a record, of whatever format, and written down")
  func fromARecord() throws {
    try root.write("sandboxes/\(Samples.id()).stopped.json", "")
    try root.write("sandboxes/0-notes", "")
    #expect(try tag() == Samples.tag)
    #expect(try root.text("instance") == "\(Samples.tag)\n")
    #expect(try root.status("instance").st_mode & 0o7777 == 0o600)
    _ = try store.remove(Samples.id())
    try DurableFile.remove("\(store.directory)/\(Samples.id()).stopped.json", durable: false)
    #expect(try tag() == Samples.tag, "it stays when the record is gone")
  }

  @Test("without either it follows from the path, so that a wiped root knows its own again")
  func fromThePath() throws {
    let first = try tag()
    #expect(first == ofThePath)
    #expect(first.utf8.count == 8)
    try DurableFile.remove("\(root.path)/instance", durable: false)
    #expect(try tag() == first)
    let other = try TemporaryDirectory()
    #expect(try Instance.tag(root: other.path, store: SandboxStore(root: other.path)) != first)
  }

  @Test(
    "a file that holds no tag is written anew",
    arguments: [
      "", "\n", "0123456", "012345678", "ABCDEF01", "ghijklmn", "0123\u{e9}67", String(repeating: "0", count: 1000),
    ])
  func garbage(_ text: String) throws {
    try root.write("instance", text)
    try root.write("sandboxes/\(Samples.id())", "")
    #expect(try tag() == Samples.tag)
    #expect(try root.text("instance") == "\(Samples.tag)\n")
  }

  @Test("an id bears its tag, and is known by it")
  func ids() {
    let ids = SandboxIDs(tag: Samples.tag)
    let made = (0..<100).map { _ in ids.next() }
    #expect(Set(made).count == 100)
    #expect(made.allSatisfy { SandboxIDs.isWellFormed($0) && ids.owns($0) })
    #expect(made.allSatisfy { !SandboxIDs(tag: "00000000").owns($0) })
    #expect(ids.owns(Samples.id()))
    #expect(!ids.owns(Samples.id().uppercased()))
    #expect(!ids.owns(String(Samples.id().dropLast())))
    let name = SandboxIDs.networkNamespaceName(Samples.id())
    #expect(name == "cni-1fffffff-ffff-ffff-ffff-ffff0a1b2c3d")
    #expect(ids.idPrefix(ofNetworkNamespace: name) == String(Samples.id().prefix(32)))
    #expect(ids.idPrefix(ofNetworkNamespace: name.replacing("0a1b2c3d", with: "00000000")) == nil)
    #expect(ids.idPrefix(ofNetworkNamespace: name + "0") == nil)
    #expect(ids.idPrefix(ofNetworkNamespace: "cni-") == nil)
    #expect(ids.idPrefix(ofNetworkNamespace: String(name.dropFirst(4))) == nil)
    #expect(ids.idPrefix(ofNetworkNamespace: "cni-1fffffffffff-ffff-ffff-ffff0a1b2c3d") == nil)
    #expect(ids.padded(String(Samples.id().prefix(32))) == Samples.id().prefix(32) + String(repeating: "0", count: 32))
  }
}
