import CLinux
import Glibc
import SystemPackage
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Files of lines", .enabled(if: isRoot, "needs root"))
  struct LineFileTests {
    let directory = TemporaryDirectory()
    private var path: String { directory.path + "/file" }

    /// A file system of four pages, on a thread whose mounts are its own.
    private func onSmallDisk(_ body: () throws -> Void) throws {
      try onPlainThread {
        try retrying("new", "mount namespace") { clinux_new_private_mount_namespace() }
        try Mounts.tmpfs(at: directory.path, size: 16384, mode: 0o700)
        try body()
      }
    }

    private func blocks() -> Int {
      var information = stat()
      return stat(path, &information) == 0 ? Int(information.st_blocks) * 512 : -1
    }

    @Test("room that the disk does not have is told before a byte is written, and nothing has changed")
    func noRoom() throws {
      try onSmallDisk {
        let none = #expect(throws: KernelError.self) {
          try LineFile.create(path, with: Array("one\n".utf8), room: 16384)
        }
        #expect(none?.errno == .noSpace)
        #expect(access(path, F_OK) != 0)
        try LineFile.create(path, with: Array("one\n".utf8), room: 4096)
        let full = #expect(throws: KernelError.self) {
          try LineFile.append(Array("two\n".utf8), to: path, room: 16384, durable: false)
        }
        #expect(full?.errno == .noSpace)
        #expect(try text(path) == "one\n")
      }
    }

    @Test("what is kept is there when the disk is full, for who asks for no more")
    func room() throws {
      try onSmallDisk {
        try LineFile.create(path, with: Array("one\n".utf8), room: 4096)
        #expect(blocks() == 8192)
        #expect(throws: KernelError.self) {
          try DurableFile.replace(directory.path + "/filler", with: [UInt8](repeating: 0, count: 12288), durable: false)
        }
        try DurableFile.replace(directory.path + "/filler", with: [UInt8](repeating: 0, count: 8192), durable: false)
        let line = [UInt8](repeating: 0x61, count: 4095) + [UInt8(ascii: "\n")]
        #expect(throws: KernelError.self) { try LineFile.append(line, to: path, room: 8192, durable: false) }
        try LineFile.append(line, to: path, room: 0, durable: true)
        #expect(try text(path).count == 4100)
      }
    }

    @Test("a part of a line is cut off on a full disk too")
    func cut() throws {
      try onSmallDisk {
        try LineFile.create(path, with: Array("one\nha".utf8), room: 0)
        try DurableFile.replace(directory.path + "/filler", with: [UInt8](repeating: 0, count: 12288), durable: false)
        try LineFile.cut(path, to: 4, room: 8192)
        #expect(try text(path) == "one\n")
      }
    }
  }
}
