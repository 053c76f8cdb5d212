import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import LinuxKernel

let isRoot = geteuid() == 0

/// All of this module's tests, one after the other: many count the process' descriptors and children.
@Suite("LinuxKernel", .serialized, .timeLimit(.minutes(1)))
enum Kernel {}

/// A directory of one test's own, removed with all that is in it.
final class TemporaryDirectory {
  let path: String

  init() {
    var template = Array("/tmp/berth-test-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, let made = mkdtemp(base) else { return "/nonexistent" }
      return String(cString: made)
    }
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    for entry in (try? Directories.entries(path)) ?? [] {
      let child = path + "/" + entry.name
      if entry.isDirectory { remove(child) } else { unlink(child) }
    }
    rmdir(path)
  }

  func write(_ name: String, _ text: String, mode: UInt16 = 0o644) throws -> String {
    let path = "\(path)/\(name)"
    try DurableFile.replace(path, with: Array(text.utf8), mode: mode, durable: false)
    return path
  }
}

func text(_ path: String) throws -> String {
  String(decoding: try DurableFile.read(path, limit: 1 << 20), as: UTF8.self)
}

/// The binary that was built with the tests: above the test bundle, or above the directory where the tests were started.
func pauseBinary() throws -> String {
  let executable = try Directories.canonical("/proc/self/exe")
  let starts = [executable] + CommandLine.arguments + [try Directories.canonical(".") + "/.build/debug/x"]
  for start in starts where start.hasPrefix("/") {
    var directory = start
    while directory != "/" {
      directory = DurableFile.split(directory).directory
      if access(directory + "/berth-pause", X_OK) == 0, !directory.hasSuffix("Sources") {
        return directory + "/berth-pause"
      }
    }
  }
  throw KernelError(errno: .noSuchFileOrDirectory, operation: "find", subject: "berth-pause")
}

/// One field of `/proc/<pid>/status`.
func status(_ pid: Int32, _ field: String) throws -> String {
  for line in try text("/proc/\(pid)/status").split(separator: "\n") where line.hasPrefix(field + ":") {
    return line.dropFirst(field.count + 1).trimmingPrefix { $0 == "\t" || $0 == " " }.description
  }
  throw KernelError(errno: .noSuchFileOrDirectory, operation: "find", subject: field)
}

func openDescriptors(_ pid: Int32 = getpid()) throws -> [Int] {
  try Directories.entries("/proc/\(pid)/fd").compactMap { Int($0.name) }.sorted()
}

/// True when no descriptor has come since. An earlier test's thread may still have been closing some then.
func isOpenNoMore(than before: [Int]) throws -> Bool { try Set(openDescriptors()).isSubset(of: before) }

func link(_ path: String) -> String {
  var buffer = [UInt8](repeating: 0, count: 4096)
  let count = readlink(path, &buffer, buffer.count)
  return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
}

/// Far enough away never to come in a working test.
func soon() -> SuspendingClock.Instant { .now.advanced(by: .seconds(20)) }

/// Waits for what has no event to wait for.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = soon()
  while SuspendingClock.now < deadline {
    if try condition() { return true }
    usleep(2000)
  }
  return false
}

/// True when this process has no child, not even a zombie.
func hasNoChildren() -> Bool {
  var information = siginfo_t()
  return waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) == -1 && errno == ECHILD
}

func children(of pid: Int32) throws -> [Int32] {
  try text("/proc/\(pid)/task/\(pid)/children").split(separator: " ").compactMap { Int32($0) }
}

/// A shell that runs a script with nothing but a PATH; its output is dropped.
func shell(_ script: String, cgroup: Cgroup? = nil) throws -> HostProcess {
  let null = try OwnedDescriptor.open("/dev/null", O_RDWR)
  return try HostProcess.spawn(
    executable: "/bin/sh", arguments: ["sh", "-c", script], environment: ["PATH=/usr/bin:/bin"],
    standardInput: null.raw,
    standardOutput: null.raw, standardError: null.raw, cgroup: cgroup)
}

/// Runs the closure on a plain thread while the caller waits: for what changes the thread itself, such as its namespaces.
func onPlainThread<T>(_ body: () throws -> T) throws -> T {
  // The thread has ended, and let go of the closure, before this call returns: nothing is shared but the wait.
  try withoutActuallyEscaping(body) { body in
    nonisolated(unsafe) let body = body
    nonisolated(unsafe) var result: Result<T, any Error>?
    let (code, thread) = Thread.launch("berth-test", 256 << 10, detached: false) { result = Result { try body() } }
    guard code == 0 else { throw Thread.failure(code, "berth-test") }
    pthread_join(thread, nil)
    return try #require(result).get()
  }
}

extension ProcessHandle {
  /// Reaps a process that must end by itself; one that does not is killed, so that the test fails and ends.
  @discardableResult
  func reapSoon() -> LinuxKernel.ExitStatus? {
    if waitForExit(until: soon()) { return reap() }
    Issue.record("process \(identity.pid) does not end")
    try? signal(SIGKILL)
    return waitForExit(until: soon()) ? reap() : nil
  }
}

extension HostProcess {
  /// How a process ended that must end by itself, and reaps it.
  func endSoon() throws -> LinuxKernel.ExitStatus {
    guard process.waitForExit(until: soon()) else {
      Issue.record("process \(process.identity.pid) does not end")
      try signalGroup(SIGKILL)
      return process.reap() ?? .exited(-1)
    }
    let status = try exitStatus()
    process.reap()
    return status
  }
}

extension Flag where Value == Bool {
  convenience init() { self.init(false) }
}

/// A value that threads share.
final class Flag<Value: Sendable>: Sendable {
  private let state: Mutex<Value>

  init(_ value: Value) { state = Mutex(value) }

  var value: Value {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}

// PR_SET_CHILD_SUBREAPER, PR_GET_DUMPABLE and PR_SET_DUMPABLE of linux/prctl.h.
let setChildSubreaper: CInt = 36
let getDumpable: CInt = 3
let setDumpable: CInt = 4

/// prctl(2), which is variadic in C and thus not to be called from here by name.
func processControl(_ option: CInt, _ argument: UInt = 0) -> CInt {
  typealias Call = @convention(c) (CInt, UInt, UInt, UInt, UInt) -> CInt
  guard let symbol = dlsym(nil, "prctl") else { return -1 }
  return unsafeBitCast(symbol, to: Call.self)(option, argument, 0, 0, 0)
}
