import CLinux
import Glibc
import SystemPackage
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Files of the host")
  struct HostFileTests {
    let directory = TemporaryDirectory()

    @Test("a regular file is read, whatever else is there is not, and nothing waits")
    func read() throws {
      let file = try directory.write("file", "12345")
      symlink(file, directory.path + "/link")
      #expect(try HostFile.read(directory.path + "/link", limit: 5) == Array("12345".utf8))
      #expect(try HostFile.read(directory.path + "/none", limit: 5) == nil)
      let long = #expect(throws: KernelError.self) { _ = try HostFile.read(file, limit: 4) }
      #expect(long?.errno == .fileTooLarge)
      #expect(mkfifo(directory.path + "/fifo", 0o600) == 0)
      for path in [directory.path + "/fifo", directory.path, "/dev/zero"] {
        let error = #expect(throws: KernelError.self) { _ = try HostFile.read(path, limit: 5) }
        #expect(error?.errno == .invalidArgument && error?.subject == path)
      }
    }

    @Test("links, directories and names")
    func paths() throws {
      let file = try directory.write("b", "")
      _ = try directory.write("a", "")
      symlink("b", directory.path + "/link")
      symlink("none", directory.path + "/dangling")
      #expect(HostFile.linkTarget(directory.path + "/link") == file)
      #expect(HostFile.linkTarget(directory.path + "/dangling") == nil && HostFile.linkTarget(file) == nil)
      #expect(HostFile.isDirectory(directory.path) && !HostFile.isDirectory(file))
      #expect(try Directories.names(in: directory.path) == ["a", "b", "dangling", "link"])
      #expect(try Directories.names(in: directory.path + "/none") == [])
      #expect(throws: KernelError.self) { _ = try Directories.names(in: file) }
    }

    @Test("directories are made with those above them, once; a file in the way is an error")
    func make() throws {
      for path in ["/x/y/z", "/x/y/z", "/x/y/z/", "/l/m/"] { try Directories.make(directory.path + path) }
      #expect(HostFile.isDirectory(directory.path + "/x/y/z") && HostFile.isDirectory(directory.path + "/l/m"))
      _ = try directory.write("file", "")
      for path in ["/file", "/file/below"] {
        #expect(throws: KernelError.self, "\(path)") { try Directories.make(directory.path + path) }
      }
    }

    @Test("a file below something that is no directory is removed already")
    func removed() throws {
      let file = try directory.write("file", "")
      try DurableFile.remove(file + "/below", durable: false)
      try DurableFile.remove(directory.path + "/none", durable: false)
    }

    @Test("a list that the kernel could not read to its end is an error")
    func brokenList() throws {
      let list = try #require(clinux_directory_open(directory.path))
      defer { clinux_directory_close(list) }
      let raw = try #require(try openDescriptors().first { link("/proc/self/fd/\($0)") == directory.path })
      // What is open there is no directory any more: the kernel refuses to list it.
      let null = try OwnedDescriptor.open("/dev/null", O_RDONLY)
      #expect(dup2(null.raw, CInt(raw)) == CInt(raw))
      let error = #expect(throws: KernelError.self) { _ = try Directories.entries(list, directory.path) }
      #expect(error?.errno == .notDirectory && error?.subject == directory.path)
    }

    @Test("a pipe's ends are closed on execution, and one of them may be non-blocking")
    func pipe() throws {
      for end in [Pipe.End.read, .write] {
        let pipe = try Pipe(nonBlocking: end)
        #expect(fcntl(pipe.read.raw, F_GETFD) == FD_CLOEXEC && fcntl(pipe.write.raw, F_GETFD) == FD_CLOEXEC)
        #expect((fcntl(pipe.read.raw, F_GETFL) & O_NONBLOCK != 0) == (end == .read))
        #expect((fcntl(pipe.write.raw, F_GETFL) & O_NONBLOCK != 0) == (end == .write))
      }
      let pipe = try Pipe()
      #expect(fcntl(pipe.read.raw, F_GETFL) & O_NONBLOCK == 0)
    }
  }
}
