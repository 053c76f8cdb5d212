import CLinux
import Glibc
import SystemPackage
import Testing

@testable import LinuxKernel

/// Runs the closure on a thread with a mount namespace of its own.
private func inPrivateMounts(_ body: () throws -> Void) throws {
  try onPlainThread {
    try retrying("new", "mount namespace") { clinux_new_private_mount_namespace() }
    try body()
  }
}

extension Kernel {
  @Suite("Mounts and network namespaces", .enabled(if: isRoot, "needs root"))
  struct NamespaceTests {
    let directory = TemporaryDirectory()

    @Test("mountinfo is read with its escapes and tags")
    func mountInfo() throws {
      let line = "36 35 98:0 /mnt\\0401 /mnt\\0402 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue"
      let entry = try #require(Mounts.parse(line + "\ngarbage\n").first)
      #expect(entry.root == "/mnt 1" && entry.mountPoint == "/mnt 2" && entry.type == "ext3")
      #expect(entry.options == ["rw", "noatime"] && entry.propagation == ["master:1", "shared:2"])
      #expect(entry.id == 36 && entry.parent == 35 && entry.superOptions == ["rw", "errors=continue"])
      #expect(Mounts.parse("garbage").isEmpty)
    }

    @Test("mounts come and go")
    func mounts() throws {
      let path = directory.path
      try inPrivateMounts {
        #expect(try !Mounts.isMountPoint(path))
        try Mounts.tmpfs(at: path, size: 65536, mode: 0o711)
        #expect(try Mounts.isMountPoint(path))
        let entry = try #require(try Mounts.entries().first { $0.mountPoint == path })
        #expect(entry.type == "tmpfs" && Set(["nosuid", "nodev", "noexec"]).isSubset(of: entry.options))
        try Mounts.makeShared(path)
        #expect(try Mounts.entries().first { $0.mountPoint == path }?.propagation.isEmpty == false)
        try Mounts.detach(path)
        try Mounts.detach(path)
        try Mounts.detach(path + "/none")
        #expect(try !Mounts.isMountPoint(path) && !Mounts.isMountPoint(path + "/none"))
      }
    }

    @Test("the directory is bound on itself and made shared, once")
    func prepare() throws {
      let path = directory.path + "/netns"
      try inPrivateMounts {
        try NetworkNamespace.prepareDirectory(path)
        try NetworkNamespace.prepareDirectory(path)
        let entries = try Mounts.entries().filter { $0.mountPoint == path }
        #expect(entries.count == 1 && entries.first?.propagation.first?.hasPrefix("shared:") == true)
      }
    }

    @Test("somebody else's lock on the directory holds nobody up for longer than a second")
    func prepareLocked() throws {
      let path = directory.path + "/netns"
      try Directories.make(path)
      let other = try OwnedDescriptor.open(path, O_RDONLY | O_DIRECTORY)
      #expect(flock(other.raw, LOCK_EX) == 0)
      let isPrepared = Flag<Bool?>(nil)
      // On a thread of its own: it may never come back.
      try DedicatedThread.start(name: "berth-test-flock") {
        isPrepared.value = (try? inPrivateMounts { try NetworkNamespace.prepareDirectory(path) }) != nil
      }
      #expect(eventually { isPrepared.value != nil })
      #expect(isPrepared.value == true)
      flock(other.raw, LOCK_UN)
    }

    @Test("what is held open is unpinned and unmounted all the same")
    func held() throws {
      let path = directory.path + "/cni-held"
      let shm = directory.path + "/shm"
      try Directories.make(shm)
      try inPrivateMounts {
        try NetworkNamespace.pinNew(at: path)
        let namespace = try OwnedDescriptor.open(path, O_RDONLY)
        try Mounts.tmpfs(at: shm, size: 65536, mode: 0o777)
        let file = try OwnedDescriptor.open(shm + "/file", O_RDWR | O_CREAT, mode: 0o600)
        try NetworkNamespace.unpin(path)
        try Mounts.detach(shm)
        #expect(access(path, F_OK) != 0)
        #expect(try !Mounts.isMountPoint(shm))
        try file.writeAll([1], subject: "file")
        try namespace.close()
      }
    }

    @Test("a pause that has exited is not pinned, reaped or not")
    func pinOfTheDead() throws {
      let pause = try PauseSpawner(pauseBinary: pauseBinary()).start(PauseSpecification())
      let path = directory.path + "/cni-dead"
      try pause.process.signal(SIGKILL)
      #expect(pause.process.waitForExit(until: soon()))
      try inPrivateMounts {
        for _ in 0..<2 {
          let error = #expect(throws: KernelError.self) { try NetworkNamespace.pin(process: pause.process, at: path) }
          #expect(error?.errno == .noSuchProcess && access(path, F_OK) != 0 && !NetworkNamespace.isPinned(path))
          pause.process.reapSoon()
        }
      }
    }

    @Test("a pause's namespace is pinned, outlives it, and is unpinned for good")
    func pin() throws {
      let spawner = try PauseSpawner(pauseBinary: pauseBinary())
      let pause = try spawner.start(PauseSpecification())
      let path = directory.path + "/cni-x"
      let inode = link("/proc/\(pause.process.identity.pid)/ns/net")
      try inPrivateMounts {
        try NetworkNamespace.pin(process: pause.process, at: path)
        try NetworkNamespace.pin(process: pause.process, at: path)
        #expect(NetworkNamespace.isPinned(path))
        #expect(inode == "net:[\(try NetworkNamespace.identity(of: path).ino)]")
        try pause.process.signal(SIGKILL)
        pause.process.reapSoon()
        #expect(try NetworkNamespace.visit(path) { link("/proc/thread-self/ns/net") } == inode)
        let late = directory.path + "/cni-late"
        let gone = #expect(throws: KernelError.self) { try NetworkNamespace.pin(process: pause.process, at: late) }
        #expect(gone?.errno == .noSuchProcess && access(late, F_OK) != 0)
        try NetworkNamespace.unpin(path)
        try NetworkNamespace.unpin(path)
        #expect(access(path, F_OK) != 0 && !NetworkNamespace.isPinned(path))
      }
    }

    @Test("a new namespace has nothing but lo; a second mount over it goes too")
    func pinNew() throws {
      let path = directory.path + "/cni-new"
      try inPrivateMounts {
        try NetworkNamespace.pinNew(at: path)
        #expect(NetworkNamespace.isPinned(path))
        let links = try NetworkNamespace.visit(path) { try text("/proc/thread-self/net/dev") }
        #expect(links.split(separator: "\n").count == 3 && links.contains("lo:"))
        let other = #expect(throws: KernelError.self) { try NetworkNamespace.pinNew(at: path) }
        #expect(other?.errno == .fileExists)
        try Mounts.bind("/proc/self/ns/net", path)
        try NetworkNamespace.unpin(path)
        #expect(access(path, F_OK) != 0)
      }
    }

    @Test("what is made ahead is prepared inside; a failure there is told, at every question")
    func madeAhead() throws {
      let made = try NewNetworkNamespace { try Sysctl.write("net.core.somaxconn", "502") }
      let descriptor = try made.descriptor()
      #expect(try FileIdentity(of: descriptor.raw) == FileIdentity(of: made.descriptor().raw))
      #expect(try FileIdentity(of: descriptor.raw) != FileIdentity(of: "/proc/self/ns/net"))
      let path = directory.path + "/cni-ahead"
      try inPrivateMounts {
        try DurableFile.create(path, with: [], mode: 0o444)
        try Mounts.bind("/proc/self/fd/\(descriptor.raw)", path)
        #expect(try NetworkNamespace.visit(path) { try text("/proc/sys/net/core/somaxconn") } == "502\n")
        try NetworkNamespace.unpin(path)
      }
      let failed = try NewNetworkNamespace { try Sysctl.write("net.core.nothing", "1") }
      for _ in 0..<2 {
        let error = #expect(throws: KernelError.self) { _ = try failed.descriptor() }
        #expect(error?.subject == "net.core.nothing")
      }
    }

    @Test("a thread visits a pod's namespace and comes home, after a failure too")
    func visit() throws {
      let pause = try PauseSpawner(pauseBinary: pauseBinary()).start(PauseSpecification())
      let theirs = link("/proc/\(pause.process.identity.pid)/ns/net")
      let path = directory.path + "/cni-visit"
      let here = { ["net", "ipc", "uts"].map { link("/proc/thread-self/ns/\($0)") } }
      try inPrivateMounts {
        let home = here()
        #expect(try NetworkNamespace.visit(pause.process) { link("/proc/thread-self/ns/net") } == theirs)
        #expect(here() == home)
        #expect(!NetworkNamespace.hasInterface("lo", at: path), "no namespace")
        try NetworkNamespace.pin(process: pause.process, at: path)
        let socket: OwnedDescriptor = try NetworkNamespace.visit(path) {
          #expect(link("/proc/thread-self/ns/net") == theirs)
          return try OwnedDescriptor.open("/proc/thread-self/ns/net", O_RDONLY)
        }
        #expect(try FileIdentity(of: socket.raw) == NetworkNamespace.identity(of: path))
        #expect(here() == home)
        let error = #expect(throws: KernelError.self) {
          try NetworkNamespace.visit(path) { throw KernelError(errno: .ioError, operation: "x", subject: "y") }
        }
        #expect(error?.errno == .ioError && here() == home)
        #expect(NetworkNamespace.hasInterface("lo", at: path) && !NetworkNamespace.hasInterface("eth7", at: path))
        #expect(here() == home)
        try NetworkNamespace.unpin(path)
        #expect(throws: KernelError.self) { try NetworkNamespace.visit(path) {} }
        #expect(throws: KernelError.self) { try Sysctl.write([("net.none", "1")], inside: pause.process) }
        #expect(here() == home)
      }
    }

    @Test("a user namespace's IPC sysctls are set as its root; the thread is the daemon's again, after a failure too")
    func sysctlsOfUserNamespace() throws {
      let range = UserNamespaceMapping.Range(hostID: 100_000, containerID: 0, length: 65_536)
      let mapping = UserNamespaceMapping(uids: [range], gids: [range])
      let pause = try PauseSpawner(pauseBinary: pauseBinary()).start(PauseSpecification(userNamespace: mapping))
      try onPlainThread {
        let home = link("/proc/thread-self/ns/ipc")
        try Sysctl.write([("kernel.shmmni", "81")], inside: pause.process, as: 100_000)
        #expect(throws: KernelError.self) {
          try Sysctl.write([("kernel.shmmax", "words")], inside: pause.process, as: 100_000)
        }
        #expect(link("/proc/thread-self/ns/ipc") == home)
        #expect(try text("/proc/thread-self/status").contains("\nUid:\t0\t0\t0\t0\n"))
      }
    }

    @Test("a parameter that is missing is told from one that the host alone has, and from a read-only /proc/sys")
    func missingParameters() throws {
      let pause = try PauseSpawner(pauseBinary: pauseBinary()).start(PauseSpecification())
      func failure(_ name: String) -> KernelError? {
        #expect(throws: KernelError.self) { try Sysctl.write([(name, "1")], inside: pause.process) }
      }
      let nowhere = failure("net.core.nothing")
      #expect(nowhere?.errno == .noSuchFileOrDirectory && nowhere?.remedy == "this kernel has no such parameter")
      let hostOnly = failure("net.core.netdev_budget")
      #expect(hostOnly?.errno == .noSuchFileOrDirectory)
      #expect(hostOnly?.remedy == "only the host has this parameter, a network namespace of its own does not")
      try inPrivateMounts {
        try Mounts.bind("/proc/sys", "/proc/sys")
        try retrying("make", "read-only") {
          mount("", "/proc/sys", nil, UInt(MS_REMOUNT | MS_BIND | MS_RDONLY), nil)
        }
        #expect(failure("net.core.somaxconn")?.errno == .readOnlyFileSystem)
      }
    }

    @Test("a failed pin leaves no file, and a missing directory is named")
    func failedPin() throws {
      let missing = #expect(throws: KernelError.self) { try NetworkNamespace.pinNew(at: directory.path + "/none/x") }
      #expect(missing?.errno == .noSuchFileOrDirectory && missing?.remedy?.contains("--netns-dir") == true)
      let me = try #require(ProcessHandle.open(ProcessIdentity(of: getpid())))
      let path = directory.path + "/denied"
      try inPrivateMounts {
        // The namespace can be opened, but what it is mounted from is out of sight.
        try Mounts.tmpfs(at: "/proc/\(getpid())/fd", size: 4096, mode: 0o755)
        let denied = #expect(throws: KernelError.self) { try NetworkNamespace.pin(process: me, at: path) }
        #expect(denied?.errno == .noSuchFileOrDirectory && denied?.operation.hasPrefix("bind") == true)
      }
      #expect(access(path, F_OK) != 0)
    }

    @Test("an error and a noncopyable value come out of a namespace")
    func results() throws {
      let path = directory.path + "/cni-run"
      try inPrivateMounts {
        try NetworkNamespace.pinNew(at: path)
        let socket: OwnedDescriptor = try NetworkNamespace.visit(path) {
          try OwnedDescriptor.open("/proc/thread-self/ns/net", O_RDONLY)
        }
        #expect(try FileIdentity(of: socket.raw) == NetworkNamespace.identity(of: path))
        let error = #expect(throws: KernelError.self) {
          try NetworkNamespace.visit(path) { throw KernelError(errno: .ioError, operation: "x", subject: "y") }
        }
        #expect(error?.errno == .ioError)
        try NetworkNamespace.unpin(path)
      }
      #expect(throws: KernelError.self) { try NetworkNamespace.visit(directory.path) {} }
    }

    @Test("sysctls: which are a pod's own, and where they are written")
    func sysctls() throws {
      #expect(Sysctl.isNamespaced("net.core.somaxconn", network: true, ipc: false))
      #expect(!Sysctl.isNamespaced("net.core.somaxconn", network: false, ipc: true))
      for name in ["kernel.sem", "kernel.shmmax", "kernel.msgmax", "fs.mqueue.msg_max", "kernel/shmall"] {
        #expect(Sysctl.isNamespaced(name, network: false, ipc: true), "\(name)")
        #expect(!Sysctl.isNamespaced(name, network: true, ipc: false), "\(name)")
      }
      for name in [
        "kernel.panic", "kernel.semaphore", "vm.swappiness", "net", "net..x", "net.../x", "net/../kernel/x", "net.a b",
        "", "net.a\n",
      ] {
        #expect(!Sysctl.isNamespaced(name, network: true, ipc: true), "\(name)")
      }
      #expect(Sysctl.path(of: "net.ipv4.conf.eth0/1.forwarding") == "net/ipv4/conf/eth0.1/forwarding")
      let host = try text("/proc/sys/net/core/somaxconn")
      let pause = try PauseSpawner(pauseBinary: pauseBinary()).start(PauseSpecification())
      try Sysctl.write([("net.core.somaxconn", "501"), ("kernel.shmmni", "77")], inside: pause.process)
      #expect(try NetworkNamespace.visit(pause.process) { try text("/proc/sys/net/core/somaxconn") } == "501\n")
      #expect(try text("/proc/sys/net/core/somaxconn") == host)
      for (name, value) in [("net.core.nothing", "1"), ("net.core.somaxconn", "1\n2"), ("net.../x", "1")] {
        #expect(throws: KernelError.self) { try Sysctl.write([(name, value)], inside: pause.process) }
      }
      try pause.process.signal(SIGKILL)
      pause.process.reapSoon()
    }
  }
}
