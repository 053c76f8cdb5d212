import CLinux
import Glibc
import SystemPackage
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Other roots", .enabled(if: isRoot, "needs root"))
  struct ChrootTests {
    let directory = TemporaryDirectory()

    /// Runs the closure on a thread with mounts of its own, which has the root that the first closure makes.
    private func elsewhere(
      _ change: @escaping @Sendable () throws -> Void, _ body: @escaping @Sendable () throws -> Void
    ) throws {
      try onPlainThread {
        try retrying("new", "mount namespace") { clinux_new_private_mount_namespace() }
        try change()
        try body()
      }
    }

    /// Starts a pause there: its mounts are none but the empty root.
    @Sendable private static func start(_ binary: String) throws {
      let range = UserNamespaceMapping.Range(hostID: 100_000, containerID: 0, length: 65_536)
      let mapping = UserNamespaceMapping(uids: [range], gids: [range])
      let spawner = try PauseSpawner(pauseBinary: binary)
      for specification in [PauseSpecification(), PauseSpecification(userNamespace: mapping)] {
        let pause = try spawner.start(specification)
        let mounts = try Mounts.parse(text("/proc/\(pause.process.identity.pid)/mountinfo"))
        #expect(mounts.map(\.mountPoint) == ["/"] && mounts.first?.type == "tmpfs")
        #expect(try Directories.entries("/proc/\(pause.process.identity.pid)/root").isEmpty)
        try pause.process.signal(SIGKILL)
        pause.process.reapSoon()
      }
    }

    private func place(_ binary: String) throws {
      for name in ["proc", "dev"] { try Directories.make(directory.path + "/" + name) }
      _ = try directory.write("pause", "", mode: 0o755)
      let bytes = try DurableFile.read(binary, limit: 1 << 20)
      try DurableFile.replace(directory.path + "/pause", with: bytes, mode: 0o755, durable: false)
    }

    @Test("pauses start in a chroot")
    func inChroot() throws {
      try place(pauseBinary())
      let root = directory.path
      try elsewhere {
        try Mounts.bind("/proc", root + "/proc", recursive: true)
        try Mounts.bind("/dev", root + "/dev", recursive: true)
        try retrying("chroot", root) { chroot(root) }
        chdir("/")
      } _: {
        try Self.start("/pause")
      }
    }

    @Test("pauses start on a root that cannot be put away, as an initramfs is, and nothing else stays mounted there")
    func onInitramfs() throws {
      let binary = try DurableFile.read(pauseBinary(), limit: 1 << 20)
      try elsewhere {
        // Below the root in use lies the kernel's own, which has no mount under it: what the daemon runs on is mounted there.
        let namespace = try OwnedDescriptor.open("/proc/thread-self/ns/mnt", O_RDONLY)
        try retrying("put away", "the root") { clinux_mount_detach("/") }
        try retrying("enter", "the first root") { enterMountNamespace(namespace.raw) }
        try Mounts.tmpfs(at: "/root", size: 1 << 20, mode: 0o755)
        try retrying("remount", "/root") { mount("", "/root", nil, UInt(MS_REMOUNT), nil) }
        for name in ["proc", "dev"] { try Directories.make("/root/" + name, mode: 0o755) }
        try retrying("mount", "proc") { mount("proc", "/root/proc", "proc", 0, nil) }
        try retrying("make", "null") { mknod("/root/dev/null", S_IFCHR | 0o666, 1 << 8 | 3) }
        try DurableFile.create("/root/pause", with: binary, mode: 0o755)
        try retrying("chroot", "/root") { chroot("/root") }
        chdir("/")
      } _: {
        try Self.start("/pause")
      }
    }
  }
}

/// setns(2) for a mount namespace, which moves the thread to its root.
private func enterMountNamespace(_ descriptor: CInt) -> CInt {
  typealias Call = @convention(c) (CInt, CInt) -> CInt
  guard let symbol = dlsym(nil, "setns") else { return -1 }
  return unsafeBitCast(symbol, to: Call.self)(descriptor, 0x2_0000)  // CLONE_NEWNS
}
