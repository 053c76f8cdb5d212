import Glibc
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("The daemon takes no directory that is somebody else's", .timeLimit(.minutes(1)))
struct DaemonDirectoriesTests {
  private let host: TemporaryDirectory

  init() throws { host = try TemporaryDirectory() }

  private func prepare(root: String = "root", state: String = "state", group: UInt32? = nil) throws
    -> SandboxServiceConfiguration
  {
    var configuration = SandboxServiceConfiguration()
    configuration.root = "\(host.path)/\(root)"
    configuration.state = "\(host.path)/\(state)"
    configuration.networkNamespaceDirectory = "\(host.path)/netns"
    configuration.group = group
    return try DaemonDirectories.prepared(configuration)
  }

  private func mode(_ name: String) throws -> mode_t { try host.status(name).st_mode & 0o7777 }

  /// Refused in these words, and left as it was.
  private func refused(
    _ name: String, _ words: [String], root: String = "root", state: String = "state",
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let before = try host.status(name)
    let error = #expect(throws: SandboxError.self, sourceLocation: location) { try prepare(root: root, state: state) }
    #expect(error?.code == .failedPrecondition, sourceLocation: location)
    for word in words {
      #expect(error?.message.contains(word) == true, "\(word) in: \(error?.message ?? "")", sourceLocation: location)
    }
    let after = try host.status(name)
    #expect(before.st_mode == after.st_mode && before.st_uid == after.st_uid, sourceLocation: location)
  }

  @Test("what is not there is made, for root alone; the state for the group too, if there is one")
  func made() throws {
    let configuration = try prepare()
    #expect(configuration.root == "\(host.path)/root" && configuration.state == "\(host.path)/state")
    #expect(try mode("root") == 0o700 && mode("state") == 0o700)
    _ = try prepare(root: "a/b", state: "c", group: getegid())
    #expect(try mode("a/b") == 0o700 && mode("c") == 0o750)
  }

  @Test("an empty directory is taken, a lost+found in it or not, and gets its mode")
  func empty() throws {
    try Directories.make("\(host.path)/root/lost+found", mode: 0o755)
    try Directories.make("\(host.path)/state", mode: 0o755)
    try host.write("state/berth.sock", "")
    try host.write("state/lock", "")
    _ = try prepare()
    #expect(try mode("root") == 0o700 && mode("state") == 0o700)
  }

  @Test("what berthd made is known again, whatever else is in it", arguments: ["instance", "sandboxes"])
  func known(_ mark: String) throws {
    try host.write("root/\(mark)", "")
    try host.write("root/else", "")
    try host.write("state/sandboxes/x", "")
    try host.write("state/else", "")
    _ = try prepare()
    #expect(try mode("root") == 0o700)
  }

  @Test("a directory with something else in it is refused, by its flag, its name and what is in it")
  func foreign() throws {
    try host.write("root/precious", "")
    #expect(chmod("\(host.path)/root", 0o1777) == 0)
    try refused("root", ["--root \(host.path)/root", "not made by berthd", "holds precious"])
    #expect(try mode("root") == 0o1777)
    try refused("root", ["--state \(host.path)/root", "holds precious"], root: "other", state: "root")
    #expect(!host.holds("state"), "nothing was made before the refusal")
  }

  @Test("a lock is everybody's name for a file: it makes no state directory berthd's", arguments: ["lock", "instance"])
  func weakMark(_ name: String) throws {
    try host.write("state/\(name)", "")
    try host.write("state/precious", "")
    try refused("state", ["--state \(host.path)/state", "not made by berthd"])
  }

  @Test(
    "an empty directory that others may write to is refused, and keeps its mode",
    arguments: [0o777, 0o770, 0o702, 0o1777])
  func writable(_ mode: mode_t) throws {
    try Directories.make("\(host.path)/root")
    #expect(chmod("\(host.path)/root", mode) == 0)
    try refused("root", ["--root", "others may write to it"])
    try Directories.make("\(host.path)/state")
    #expect(chmod("\(host.path)/state", mode) == 0)
    try refused("state", ["--state", "others may write to it"], root: "fresh")
  }

  @Test("an empty directory of another user is refused", .enabled(if: geteuid() == 0, "needs root"))
  func anotherUsers() throws {
    try Directories.make("\(host.path)/state")
    #expect(chown("\(host.path)/state", 65534, 65534) == 0)
    try refused("state", ["--state", "belongs to user 65534"])
  }

  @Test("a file is no directory")
  func file() throws {
    try host.write("root", "")
    try refused("root", ["--root", "it is not a directory"])
  }

  @Test(
    "one path for both is told as that, whatever its spelling",
    arguments: ["root", "root/", "./root", "link", "root/../root"])
  func onePath(_ spelling: String) throws {
    try Directories.make("\(host.path)/root")
    #expect(symlink("root", "\(host.path)/link") == 0)
    try refused("root", ["\(host.path)/root", "--root", "--state", "a directory of its own"], state: spelling)
  }

  @Test("links are resolved before anything is made")
  func links() throws {
    try Directories.make("\(host.path)/real")
    #expect(symlink("real", "\(host.path)/link") == 0)
    #expect(try prepare(root: "link/root").root == "\(host.path)/real/root")
  }

  @Test("a second daemon on the same directories is told which lock is held")
  func locks() throws {
    let configuration = try prepare()
    let first = try DaemonDirectories.lock(configuration)
    #expect(host.holds("root/lock") && host.holds("state/lock"))
    withExtendedLifetime(first) {}
    let second = try prepare(root: "root2", state: "state2")
    #expect(try DaemonDirectories.lock(second).count == 2)
  }
}
