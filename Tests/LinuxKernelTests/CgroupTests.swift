import Glibc
import SystemPackage
import Testing

@testable import LinuxKernel

extension Kernel {
  @Suite("Cgroups")
  struct CgroupTests {
    private func group(_ name: String, in hierarchies: [CgroupHierarchy]) -> Cgroup {
      Cgroup(path: "/berth-test-\(getpid())-\(name)", in: hierarchies)
    }

    @Test("hierarchies: version 1, version 2 and both")
    func discovery() throws {
      let v1 = """
        33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
        34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
        35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
        40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd
        45 31 0:32 / /mnt/again rw - cgroup cgroup rw,memory
        """
      let unified = "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate"
      let old = try CgroupHierarchies.discover(mountInfo: v1) { _ in [] }
      #expect(old.all.map(\.mountPoint) == ["/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/memory"])
      #expect(old.all[0].version == .v1(controllers: ["cpu", "cpuacct"]))
      #expect(old.primary == old.all[0])
      let new = try CgroupHierarchies.discover(mountInfo: unified) { $0.hasSuffix("unified") ? ["cpu", "memory"] : [] }
      #expect(
        new.all == [
          CgroupHierarchy(version: .v2(controllers: ["cpu", "memory"]), mountPoint: "/sys/fs/cgroup/unified")
        ])
      let hybrid = try CgroupHierarchies.discover(mountInfo: v1 + "\n" + unified) { _ in [] }
      #expect(hybrid.all.count == 3 && hybrid.primary.isUnified)
      #expect(throws: KernelError.self) { try CgroupHierarchies.discover(mountInfo: "") { _ in [] } }
    }

    @Test("a process's groups: a line a hierarchy, those outside the namespace left out")
    func membership() throws {
      let text = "12:memory:/a/b\n3:name=systemd:/\n0::/c:d/e\n4:pids:/../f\nodd\n1:cpu:\n"
      #expect(Cgroup.paths(inMembership: Array(text.utf8)) == ["/a/b", "/", "/c:d/e"])
      #expect(!(try Cgroup.inhabited().isEmpty), "this process lives somewhere")
    }

    @Test("weights are shares on another scale")
    func weights() {
      #expect(Cgroup.weight(shares: 2) == 1 && Cgroup.weight(shares: 0) == 1)
      #expect(Cgroup.weight(shares: 1024) == 39)
      #expect(Cgroup.weight(shares: 262_144) == 10_000 && Cgroup.weight(shares: 1 << 40) == 10_000)
    }

    @Test("version 2: controllers are enabled on the way, limits converted")
    func unified() throws {
      // A plain directory stands in for the hierarchy, whose controllers another one may hold on this machine.
      let root = TemporaryDirectory()
      let control = try root.write("cgroup.subtree_control", "")
      let cpu = CgroupHierarchy(version: .v2(controllers: ["cpu", "hugetlb"]), mountPoint: root.path)
      let group = Cgroup(path: "a/b", in: [cpu])
      try group.create(enablingControllers: false)
      #expect(try text(control) == "")
      try group.create()
      #expect(try text(control) == "+cpu")
      _ = try root.write("cgroup.subtree_control", "cpu\n")
      try group.create()
      #expect(try text(control) == "cpu\n")
      _ = try root.write("a/b/cgroup.controllers", "cpu memory pids\n")
      for file in ["cpu.weight", "cpu.max", "memory.max", "memory.swap.max", "pids.max", "memory.low"] {
        _ = try root.write("a/b/" + file, "")
      }
      let all = CgroupHierarchy(version: .v2(controllers: ["cpu", "memory", "pids"]), mountPoint: root.path)
      try Cgroup(path: "/a/b", in: [all]).apply(
        CgroupLimits(
          cpuShares: 1024, cpuQuota: 50_000, cpuPeriod: 100_000, memoryLimit: 1000, memoryAndSwapLimit: 1500,
          pidsLimit: -1,
          unified: ["memory.low": "7"]))
      let files = ["cpu.weight", "cpu.max", "memory.max", "memory.swap.max", "pids.max", "memory.low"]
      #expect(
        try files.map { try text(root.path + "/a/b/" + $0) } == ["39", "50000 100000", "1000", "500", "max", "7"])
      let missing = #expect(throws: KernelError.self) {
        try Cgroup(path: "/a/b", in: []).apply(CgroupLimits(pidsLimit: 1))
      }
      #expect(missing?.errno == .notSupported)
    }

    @Test(
      "version 2: a controller's file with capitals is one, and its controller is made available when it is asked for")
    func unifiedFiles() throws {
      let root = TemporaryDirectory()
      let control = try root.write("cgroup.subtree_control", "")
      try Directories.make(root.path + "/a")
      let hierarchy = CgroupHierarchy(version: .v2(controllers: ["hugetlb"]), mountPoint: root.path)
      let group = Cgroup(path: "/a", in: [hierarchy])
      let file = try root.write("a/hugetlb.2MB.max", "")
      try group.apply(CgroupLimits(unified: ["hugetlb.2MB.max": "4"]))
      #expect(try text(file) == "4" && text(control) == "")
      #expect(throws: KernelError.self) { try group.apply(CgroupLimits(unified: ["hugetlb.1GB.max": "4"])) }
      #expect(try text(control) == "+hugetlb")
      for name in ["cgroup.procs", "../x", "", "a/b", ".x", "hügetlb.max"] {
        let error = #expect(throws: KernelError.self) { try group.apply(CgroupLimits(unified: [name: "1"])) }
        #expect(error?.errno == .invalidArgument, "\(name)")
      }
    }

    @Test(
      "version 2: a group above with processes of its own is named, and groups without limits are made all the same",
      .enabled(if: isRoot, "needs root"))
    func inhabitedParent() throws {
      let all = try CgroupHierarchies.discover().all
      guard let unified = all.first(where: \.isUnified) else { return }
      // A real one, whose controllers another hierarchy may have here: what the kernel says is the same for all of them.
      let parent = group("inhabited", in: [unified])
      try parent.create(enablingControllers: false)
      defer { try? parent.remove() }
      let process = try shell("exec sleep 300", cgroup: parent)
      let pretended = CgroupHierarchy(version: .v2(controllers: ["cpu"]), mountPoint: unified.mountPoint)
      let child = Cgroup(path: parent.path + "/pod", in: [pretended])
      try child.create()
      #expect(child.exists)
      let error = #expect(throws: KernelError.self) { try child.apply(CgroupLimits(cpuShares: 512)) }
      #expect(error?.errno == .notSupported && error?.remedy != nil)
      if try text(unified.mountPoint + "/cgroup.controllers").contains("cpu") {
        #expect(error?.remedy?.contains("\(process.process.identity.pid)") == true)
        #expect(error?.remedy?.contains(parent.path) == true && error?.remedy?.contains("--cgroup-parent") == true)
      }
      try process.signalGroup(SIGKILL)
      #expect(try process.endSoon() == .signalled(SIGKILL))
    }

    @Test(
      "groups above that were made here go when nothing is in them, others stay", .enabled(if: isRoot, "needs root"))
    func parents() throws {
      let hierarchies = try CgroupHierarchies.discover().all
      let theirs = group("theirs", in: hierarchies)
      for hierarchy in hierarchies { #expect(mkdir(theirs.directory(in: hierarchy), 0o755) == 0) }
      defer { for hierarchy in hierarchies { rmdir(theirs.directory(in: hierarchy)) } }
      let (one, two) = (theirs.child("made").child("deep").child("one"), theirs.child("made").child("two"))
      try one.create()
      try two.create()
      try one.remove()
      one.removeVacantParents()
      one.removeVacantParents()
      #expect(!theirs.child("made").child("deep").exists && two.exists)
      try two.remove()
      two.removeVacantParents()
      #expect(!theirs.child("made").exists && theirs.exists)
    }

    @Test("groups are made, limited and removed, absent ones too", .enabled(if: isRoot, "needs root"))
    func lifecycle() throws {
      let parent = group("life", in: try CgroupHierarchies.discover().all)
      let child = parent.child("leaf")
      #expect(!parent.exists)
      try child.create()
      try child.create()
      #expect(parent.exists && child.exists)
      try parent.apply(
        CgroupLimits(cpuShares: 512, cpuQuota: 50_000, cpuPeriod: 100_000, memoryLimit: 64 << 20, pidsLimit: 100))
      if let memory = parent.hierarchies.first(where: { $0.controllers.contains("memory") }), !memory.isUnified {
        #expect(try text(parent.directory(in: memory) + "/memory.limit_in_bytes") == "67108864\n")
      }
      let pids = try #require(parent.hierarchies.first { $0.controllers.contains("pids") })
      #expect(try text(parent.directory(in: pids) + "/pids.max") == "100\n")
      let badName = #expect(throws: KernelError.self) { try parent.apply(CgroupLimits(unified: ["../x": "1"])) }
      #expect(badName?.errno == .invalidArgument)
      let noFile = #expect(throws: KernelError.self) { try parent.apply(CgroupLimits(unified: ["memory.none": "1"])) }
      #expect(noFile?.errno == .notSupported)
      try parent.remove()
      try parent.remove()
      try parent.kill(until: soon())
      #expect(!parent.exists)
      #expect(try parent.processes().isEmpty)
    }

    @Test("a busy group names its processes", .enabled(if: isRoot, "needs root"))
    func busy() throws {
      let group = group("busy", in: [try CgroupHierarchies.discover().primary])
      try group.create()
      let process = try shell("exec sleep 300", cgroup: group)
      let empty = group.child("empty")
      try empty.create(enablingControllers: false)
      group.removeIfVacant()
      empty.removeIfVacant()
      group.removeIfVacant()
      #expect(group.exists && !empty.exists)
      let error = #expect(throws: KernelError.self) { try group.remove() }
      #expect(error?.errno == .resourceBusy)
      #expect(error?.remedy?.contains("\(process.process.identity.pid)") == true)
      try group.kill(until: soon())
      #expect(try process.endSoon() == .signalled(SIGKILL))
      group.removeIfVacant()
      group.removeIfVacant()
      #expect(!group.exists)
    }

    @Test(
      "processes that fork all the time are killed", .enabled(if: isRoot, "needs root"),
      arguments: ["unified", "pids", "cpuacct"])
    func forkHappy(_ kind: String) throws {
      let all = try CgroupHierarchies.discover().all
      guard
        let hierarchy = all.first(where: {
          kind == "unified" ? $0.isUnified : !$0.isUnified && $0.controllers.contains(kind)
        })
      else { return }
      let group = group("fork-\(kind)", in: [hierarchy])
      try group.create()
      let leaf = group.child("leaf")
      try leaf.create(enablingControllers: false)
      let processes = try (0..<2).map { _ in try shell("while :; do (sleep 300 &); done", cgroup: leaf) }
      #expect(try eventually { try group.processes().count > 40 })
      try group.kill(until: soon())
      #expect(try group.processes().isEmpty)
      // A shell that finds no room for another child may exit before the kill reaches it.
      for process in processes { #expect(try process.endSoon() != .exited(0)) }
      if kind == "pids" { #expect(try text(group.directory(in: hierarchy) + "/pids.max") == "max\n") }
      try group.remove()
    }

    @Test("a group that holds this process is not killed", .enabled(if: isRoot, "needs root"))
    func own() throws {
      let group = group("own", in: [try CgroupHierarchies.discover().primary])
      try group.create()
      let directory = group.directory(in: group.hierarchies[0])
      try CgroupFile.write("\(getpid())", to: directory + "/cgroup.procs")
      let error = #expect(throws: KernelError.self) { try group.kill(until: soon()) }
      #expect(error?.errno == .deadlock)
      try CgroupFile.write("\(getpid())", to: group.hierarchies[0].mountPoint + "/cgroup.procs")
      try group.remove()
    }
  }
}
