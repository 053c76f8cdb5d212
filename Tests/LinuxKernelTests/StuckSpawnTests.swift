import CSpawn
import Glibc
import SystemPackage
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Starts that get stuck", .enabled(if: isRoot, "needs root"))
  struct StuckSpawnTests {
    let spawner: PauseSpawner

    init() throws { spawner = try PauseSpawner(pauseBinary: pauseBinary()) }

    /// Starts a pause on a thread of its own and ends it; its error, if any, and how long it took.
    private func attempt(_ specification: PauseSpecification) throws -> Flag<(KernelError?, Duration)?> {
      let outcome = Flag<(KernelError?, Duration)?>(nil)
      try DedicatedThread.start(name: "berth-test-start") { [spawner] in
        let begin = SuspendingClock.now
        var failure: KernelError?
        do throws(KernelError) {
          let pause = try spawner.start(specification)
          try? pause.process.signal(SIGKILL)
          pause.process.reap()
        } catch { failure = error }
        outcome.value = (failure, begin.duration(to: .now))
      }
      return outcome
    }

    @Test("a child that is frozen before it executes is killed after two seconds; others wait no longer")
    func frozen() throws {
      guard let unified = try CgroupHierarchies.discover().all.first(where: \.isUnified) else { return }
      let group = Cgroup(path: "/berth-test-\(getpid())-frozen", in: [unified])
      try group.create(enablingControllers: false)
      defer { try? group.remove() }
      let freezer = group.directory(in: unified) + "/cgroup.freeze"
      try CgroupFile.write("1", to: freezer)
      let stuck = try attempt(PauseSpecification(cgroup: group))
      #expect(try eventually { try group.processes().count == 1 })
      let others = try (0..<3).map { _ in try attempt(PauseSpecification()) }
      #expect(eventually { stuck.value != nil && others.allSatisfy { $0.value != nil } })
      // Where the test fails, everything of it ends all the same.
      try CgroupFile.write("0", to: freezer)
      let error = stuck.value?.0
      #expect(
        error?.errno == .timedOut && error?.remedy?.contains("another spawner goes on") == true, "\(error as Any)")
      for other in others { #expect(other.value.map { $0.0 == nil && $0.1 < .seconds(4) } == true) }
      #expect(try eventually { try group.processes().isEmpty })
      #expect(eventually { hasNoChildren() })
      #expect(try eventually { try spawnerThreads() == 1 })
    }

    private func spawnerThreads() throws -> Int {
      try Directories.entries("/proc/self/task").filter {
        (try? text("/proc/self/task/\($0.name)/comm")) == "berth-spawner\n"
      }.count
    }

    @Test("a user who stops whatever is his cannot hold up the starts of others, and his own fail with the reason")
    func stopped() throws {
      let user = 3_000_000 + UInt32(getpid())
      let null = try OwnedDescriptor.open("/dev/null", O_RDWR)
      let bully = try HostProcess.spawn(
        executable: "/usr/bin/setpriv",
        arguments: ["setpriv", "--reuid", "\(user)", "sh", "-c", "while :; do kill -STOP -1; done"],
        environment: ["PATH=/usr/bin:/bin"], standardInput: null.raw, standardOutput: null.raw, standardError: null.raw)
      defer { try? bully.signalGroup(SIGKILL) }
      #expect(try eventually { try status(bully.process.identity.pid, "Uid").hasPrefix("\(user)\t\(user)") })
      for _ in 0..<3 {
        let his = try attempt(PauseSpecification(uid: user))
        let other = try attempt(PauseSpecification())
        #expect(eventually { other.value != nil })
        #expect(other.value.map { $0.0 == nil && $0.1 < .seconds(2) } == true)
        #expect(eventually { his.value != nil })
        if let error = his.value?.0 { #expect(error.errno == .timedOut && error.remedy?.contains("\(user)") == true) }
      }
    }

    @Test("a child that waits for its maps ends with the daemon, and when the daemon ended before it began to wait")
    func mapsNeverCome() throws {
      let range = UserNamespaceMapping.Range(hostID: 100_000, containerID: 0, length: 10)
      let specification = PauseSpecification(userNamespace: UserNamespaceMapping(uids: [range], gids: [range]))
      let resources = try PauseSpawner.Resources(pauseBinary: pauseBinary())
      for isEarly in [true, false] {
        let sockets = try SocketPair()
        let request = try PauseRequest(specification, resources, sockets, entry: try CgroupEntry(nil))
        if isEarly { shutdown(sockets.ours.raw, CInt(SHUT_RDWR)) }
        let stack = try SpawnStack()
        let isDone = Flag()
        try DedicatedThread.start(name: "berth-test-maps") {
          request.run(0, stack.memory)
          isDone.value = true
        }
        if !isEarly {
          #expect(eventually { cspawn_await(request.spawn.pointer, 0, 1) == CSPAWN_WAITS_FOR_MAPS.rawValue })
          shutdown(sockets.ours.raw, CInt(SHUT_RDWR))
        }
        #expect(eventually { isDone.value })
        let error = request.spawn.failure("start", "x")
        #expect(error.errno == .canceled && error.operation == "start (user namespace maps)")
      }
      #expect(eventually { hasNoChildren() })
    }
  }
}
