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
      try onPlainThread {
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

    @Test("a file that is removed has no name at once, and its blocks as long as somebody keeps what is left of it")
    func removeFreeingLater() throws {
      let path = try directory.write("file", "x")
      func isOpen() throws -> Bool {
        try Directories.entries("/proc/self/fd").contains { link("/proc/self/fd/\($0.name)").hasPrefix(path) }
      }
      var remains = try DurableFile.removeFreeingLater(path)
      #expect(access(path, F_OK) != 0)
      #expect(try remains != nil && isOpen())
      #expect(try DurableFile.removeFreeingLater(path) == nil)
      remains = nil
      #expect(try !isOpen())
    }

    @Test("temporary files of dead processes go, those of living ones stay")
    func temporaries() throws {
      let process = try shell("exit 0")
      process.process.reapSoon()
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

    @Test("a lock that is got on a file which was replaced meanwhile does not count")
    func lockOnReplacedFile() throws {
      let path = directory.path + "/lock"
      var holder: FileLock? = try FileLock.acquire(path, retryFor: .zero)
      let waiter = Flag<FileLock?>(nil)
      try DedicatedThread.start(name: "berth-test-lock") {
        waiter.value = try? FileLock.acquire(path, retryFor: .seconds(20))
      }
      // The waiter has the old file open: it came to hold up the next.
      #expect(
        try eventually { try openDescriptors().filter { link("/proc/self/fd/\($0)") == path }.count > 1 })
      unlink(path)
      withExtendedLifetime(holder) {}
      holder = nil
      #expect(eventually { waiter.value != nil })
      let third = #expect(throws: KernelError.self) { _ = try FileLock.acquire(path, retryFor: .zero) }
      #expect(third?.errno == .wouldBlock)
    }

    @Test("what is interrupted is done again")
    func interrupted() throws {
      var answers: [CInt] = [EINTR, EINTR, 0]
      let result = try retrying("x", "y") { () -> Int in
        errno = answers.removeFirst()
        return errno == 0 ? 7 : -1
      }
      #expect(result == 7 && answers.isEmpty)
      let error = #expect(throws: KernelError.self) {
        try retrying("x", "y") { () -> Int in
          errno = EIO
          return -1
        }
      }
      #expect(error?.errno == .ioError && error?.operation == "x" && error?.subject == "y")
    }

    @Test("a directory is removed with all that is in it, but never what a link leads to")
    func removal() throws {
      let kept = try directory.write("kept", "x")
      try Directories.make(directory.path + "/outside/deep")
      let outside = try directory.write("outside/file", "x")
      try Directories.make(directory.path + "/tree/a/b/c")
      _ = try directory.write("tree/a/b/file", "x")
      symlink(directory.path + "/outside", directory.path + "/tree/a/link")
      symlink(kept, directory.path + "/tree/file-link")
      mkfifo(directory.path + "/tree/fifo", 0o600)
      symlink(directory.path + "/outside", directory.path + "/top-link")
      try Directories.remove(directory.path + "/tree")
      try Directories.remove(directory.path + "/top-link")
      try Directories.remove(directory.path + "/top-link")
      try Directories.remove(directory.path + "/none/none")
      #expect(try names() == ["kept", "outside"])
      #expect(try text(outside) == "x" && text(kept) == "x")
    }

    @Test("the boot id is a UUID")
    func bootID() throws {
      #expect(try BootID.current().count == 36)
    }
  }
}
