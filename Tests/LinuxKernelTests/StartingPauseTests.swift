import Glibc
import SystemPackage
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Pauses that are being started", .enabled(if: isRoot, "needs root"))
  struct StartingPauseTests {
    let spawner: PauseSpawner

    init() throws { spawner = try PauseSpawner(pauseBinary: pauseBinary()) }

    @Test("a start goes on by itself, and its pause is given once")
    func once() throws {
      let starting = try spawner.begin(PauseSpecification(seccomp: [allowsAll]))
      let pause = try starting.started()
      #expect(!pause.process.hasExited)
      #expect(throws: KernelError.self) { try starting.started() }
      #expect(!pause.process.hasExited, "who asks twice does no harm")
      try pause.process.signal(SIGKILL)
      pause.process.reapSoon()
    }

    @Test("a start that nobody waited for leaves nothing")
    func dropped() throws {
      let (processes, descriptors) = (try children(of: getpid()), try openDescriptors(getpid()).count)
      for _ in 0..<20 { _ = try spawner.begin(PauseSpecification(seccomp: [allowsAll])) }
      #expect(
        try eventually { try children(of: getpid()) == processes && openDescriptors(getpid()).count == descriptors })
    }

    @Test("several starts go on at once, and what each fails by is its own")
    func several() throws {
      let good = try spawner.begin(PauseSpecification(seccomp: [allowsAll]))
      let bad = try spawner.begin(
        PauseSpecification(namespaces: [.uts], hostname: "a-name-of-this-length", seccomp: [0]))
      let other = try spawner.begin(PauseSpecification(seccomp: [allowsAll]))
      #expect(throws: KernelError.self) { try bad.started() }
      for starting in [other, good] {
        let pause = try starting.started()
        #expect(!pause.process.hasExited)
        try pause.process.signal(SIGKILL)
        pause.process.reapSoon()
      }
    }

    @Test("a pause may run wherever this process may")
    func processors() throws {
      let pause = try spawner.start(PauseSpecification(seccomp: [allowsAll]))
      #expect(try status(pause.process.identity.pid, "Cpus_allowed") == status(getpid(), "Cpus_allowed"))
      try pause.process.signal(SIGKILL)
      pause.process.reapSoon()
    }
  }
}
