import CLinux
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Files")
  struct FileTests {
    let directory = TemporaryDirectory()

    private func names() throws -> [String] { try Directories.entries(directory.path).map(\.name).sorted() }

    @Test("a file is replaced as a whole, with its mode", arguments: [true, false])
    func replace(durable: Bool) throws {
      let path = directory.path + "/file"
      let mask = umask(0o077)
      defer { umask(mask) }
      try DurableFile.replace(path, with: Array("one".utf8), mode: 0o640, durable: durable)
      try DurableFile.replace(path, with: Array("two".utf8), mode: 0o644, durable: durable)
      #expect(try text(path) == "two")
      var information = stat()
      #expect(stat(path, &information) == 0 && information.st_mode & 0o7777 == 0o644)
      #expect(try names() == ["file"])
      try DurableFile.sync(path)
      try DurableFile.remove(path, durable: durable)
      try DurableFile.remove(path, durable: durable)
      #expect(try names().isEmpty)
    }

    @Test("a limit on what is read")
    func limit() throws {
      let path = try directory.write("file", String(repeating: "x", count: 5000))
      #expect(try DurableFile.read(path, limit: 5000).count == 5000)
      let error = #expect(throws: KernelError.self) { _ = try DurableFile.read(path, limit: 4999) }
      #expect(error?.errno == .fileTooLarge)
    }

    @Test("a full filesystem leaves the old content and no temporary file", .enabled(if: isRoot, "needs root"))
    func full() throws {
      let path = directory.path
      try NetworkNamespace.onThread(name: "berth-test-full") {
        try retrying("new", "mount namespace") { clinux_new_private_mount_namespace() }
        try Mounts.tmpfs(at: path, size: 16384, mode: 0o700)
        try DurableFile.replace(path + "/file", with: Array("old".utf8), durable: true)
        let error = #expect(throws: KernelError.self) {
          try DurableFile.replace(path + "/file", with: [UInt8](repeating: 0, count: 100_000), durable: true)
        }
        #expect(error?.errno == .noSpace)
        #expect(try text(path + "/file") == "old")
        #expect(try Directories.entries(path).map(\.name) == ["file"])
      }
      #expect(try names().isEmpty)
    }

    @Test("what is added to a file is there as a whole, or not at all", .enabled(if: isRoot, "needs root"))
    func append() throws {
      let path = try directory.write("file", "one\n")
      try DurableFile.append(Array("two\n".utf8), to: path)
      #expect(try text(path) == "one\ntwo\n")
      let missing = #expect(throws: KernelError.self) { try DurableFile.append([1], to: directory.path + "/none") }
      #expect(missing?.errno == .noSuchFileOrDirectory)
      try DurableFile.remove(path, durable: false)
      try NetworkNamespace.onThread(name: "berth-test-full") {
        try retrying("new", "mount namespace") { clinux_new_private_mount_namespace() }
        try Mounts.tmpfs(at: directory.path, size: 16384, mode: 0o700)
        try DurableFile.replace(path, with: Array("one\n".utf8), durable: true)
        let full = #expect(throws: KernelError.self) {
          try DurableFile.append([UInt8](repeating: 0x61, count: 100_000), to: path)
        }
        #expect(full?.errno == .noSpace)
        #expect(try text(path) == "one\n")
      }
    }

    @Test("a file that an operation removes has no name at once, and is let go of when the operation is over")
    func removeFreeingLater() async throws {
      let path = try directory.write("file", "x")
      let isOpen = { @Sendable () throws -> Bool in
        try Directories.entries("/proc/self/fd").contains { link("/proc/self/fd/\($0.name)").hasPrefix(path) }
      }
      let thread = try OperationThread(name: "berth-test-remove")
      try await Task(executorPreference: thread) { () async throws -> Void in
        try DurableFile.removeFreeingLater(path)
        try DurableFile.removeFreeingLater(path)
        #expect(access(path, F_OK) != 0)
        #expect(try isOpen())
      }.value
      thread.shutdown()
      #expect(try eventually { try !isOpen() })
    }

    @Test("temporary files of dead processes go, those of living ones stay")
    func temporaries() throws {
      let process = try shell("exit 0")
      _ = try process.exitStatus()
      _ = try directory.write("x", "")
      rename(directory.path + "/x", directory.path + "/.berth-\(process.process.identity.pid)-1.tmp")
      let mine = ".berth-\(getppid())-1.tmp"
      _ = try directory.write(mine, "")
      try DurableFile.removeTemporaryFiles(in: directory.path)
      #expect(try names() == [mine])
      try DurableFile.remove(directory.path + "/" + mine, durable: false)
      // Making them counts on by as many.
      let first = DurableFile.counter.load(ordering: .relaxed) + 101
      let stale = try (first..<first + 100).map { try directory.write(".berth-\(getpid())-\($0).tmp", "stale") }
      try DurableFile.replace(directory.path + "/file", with: Array("new".utf8), durable: false)
      #expect(try names().count == stale.count + 1)
      try DurableFile.removeTemporaryFiles(in: directory.path)
      #expect(try names() == ["file"])
      try DurableFile.removeTemporaryFiles(in: directory.path + "/none")
    }

    @Test("directories are made with their mode, but never through a link")
    func directories() throws {
      let path = directory.path + "/a/b/c"
      try Directories.create(path, mode: 0o750, group: getgid())
      try Directories.create(path, mode: 0o700)
      var information = stat()
      #expect(stat(path, &information) == 0 && information.st_mode & 0o7777 == 0o700)
      #expect(stat(directory.path + "/a", &information) == 0 && information.st_mode & 0o7777 == 0o755)
      try Directories.create(path, mode: 0o755, adjustsExisting: false)
      #expect(stat(path, &information) == 0 && information.st_mode & 0o7777 == 0o700)
      symlink(directory.path + "/a", directory.path + "/link")
      for target in ["/link/x", "/link"] {
        let error = #expect(throws: KernelError.self) { try Directories.create(directory.path + target, mode: 0o700) }
        #expect(error?.remedy != nil, "\(target)")
      }
      #expect(try Directories.canonical(directory.path + "/link/./b/../new/x") == directory.path + "/a/new/x")
      unlink(directory.path + "/link")
    }

    @Test("a lock excludes, is retried, and goes with its owner")
    func lock() throws {
      let path = directory.path + "/lock"
      do {
        let lock = try FileLock.acquire(path, retryFor: .zero)
        let error = #expect(throws: KernelError.self) { _ = try FileLock.acquire(path, retryFor: .milliseconds(30)) }
        #expect(error?.errno == .wouldBlock)
        _ = lock
      }
      _ = try FileLock.acquire(path, retryFor: .zero)
    }

    @Test("the boot id is a UUID")
    func bootID() throws {
      #expect(try BootID.current().count == 36)
    }
  }
}
