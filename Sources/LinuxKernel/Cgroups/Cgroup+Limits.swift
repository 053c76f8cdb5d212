import Glibc
import SystemPackage

extension Cgroup {
  /// Sets the limits on the group, which exists.
  ///
  /// ENOTSUP names a limit whose controller is not available here.
  public func apply(_ limits: CgroupLimits) throws(KernelError) {
    if let shares = limits.cpuShares { try setShares(shares) }
    if limits.cpuQuota != nil || limits.cpuPeriod != nil { try setQuota(limits.cpuQuota, limits.cpuPeriod) }
    if limits.memoryLimit != nil || limits.memoryAndSwapLimit != nil {
      try setMemory(limits.memoryLimit, limits.memoryAndSwapLimit)
    }
    if let pids = limits.pidsLimit {
      let place = try place(of: "pids", for: "a limit of processes")
      try CgroupFile.write(Self.unlimited(pids, "max"), to: place.directory + "/pids.max")
    }
    for (file, value) in limits.unified.sorted(by: { $0.key < $1.key }) { try setUnified(file, value) }
  }

  /// cpu.weight for cpu.shares, as every runtime maps 2…262144 to 1…10000.
  static func weight(shares: UInt64) -> UInt64 {
    1 + (min(max(shares, 2), 262_144) - 2) * 9999 / 262_142
  }

  private func setShares(_ shares: UInt64) throws(KernelError) {
    let place = try place(of: "cpu", for: "cpu shares")
    if place.isUnified {
      try CgroupFile.write("\(Self.weight(shares: shares))", to: place.directory + "/cpu.weight")
    } else {
      try CgroupFile.write("\(shares)", to: place.directory + "/cpu.shares")
    }
  }

  private func setQuota(_ quota: Int64?, _ period: UInt64?) throws(KernelError) {
    let place = try place(of: "cpu", for: "a cpu quota")
    if place.isUnified {
      let value = quota.map { Self.unlimited($0 == 0 ? -1 : $0, "max") } ?? "max"
      try CgroupFile.write(period.map { "\(value) \($0)" } ?? value, to: place.directory + "/cpu.max")
    } else {
      if let period { try CgroupFile.write("\(period)", to: place.directory + "/cpu.cfs_period_us") }
      if let quota { try CgroupFile.write("\(quota == 0 ? -1 : quota)", to: place.directory + "/cpu.cfs_quota_us") }
    }
  }

  private func setMemory(_ memory: Int64?, _ total: Int64?) throws(KernelError) {
    let place = try place(of: "memory", for: "a memory limit")
    if place.isUnified {
      if let memory { try CgroupFile.write(Self.unlimited(memory, "max"), to: place.directory + "/memory.max") }
      guard let total else { return }
      let swap = total < 0 ? -1 : max(0, total - max(0, memory ?? 0))
      try CgroupFile.write(Self.unlimited(swap, "max"), to: place.directory + "/memory.swap.max")
      return
    }
    let memoryFile = place.directory + "/memory.limit_in_bytes"
    let totalFile = place.directory + "/memory.memsw.limit_in_bytes"
    do throws(KernelError) {
      if let memory { try CgroupFile.write("\(memory)", to: memoryFile) }
      if let total { try CgroupFile.write("\(total)", to: totalFile) }
    } catch {
      // Memory alone may never exceed the sum: raising both begins with the sum.
      guard error.errno == .invalidArgument, let memory, let total else { throw error }
      try CgroupFile.write("\(total)", to: totalFile)
      try CgroupFile.write("\(memory)", to: memoryFile)
    }
  }

  private func setUnified(_ file: String, _ value: String) throws(KernelError) {
    let isName =
      !file.isEmpty && !file.hasPrefix(".")
      && file.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || [UInt8(ascii: "."), UInt8(ascii: "_")].contains(byte)
      }
    guard isName, !file.hasPrefix("cgroup.") else {
      throw KernelError(
        errno: .invalidArgument, operation: "set", subject: file, remedy: "not a controller's file of a unified cgroup")
    }
    let controller = String(file.prefix { $0 != "." })
    guard let hierarchy = hierarchies.first(where: \.isUnified) else { throw unavailable(controller, for: file) }
    let path = directory(in: hierarchy) + "/" + file
    // Of the controllers only the usual ones are made available to every group.
    if access(path, F_OK) != 0 { enable([controller], in: hierarchy) }
    guard access(path, F_OK) == 0 else { throw unavailable(controller, for: file) }
    try CgroupFile.write(value, to: path)
  }

  private func place(of controller: String, for limit: String) throws(KernelError) -> (
    directory: String, isUnified: Bool
  ) {
    for hierarchy in hierarchies where hierarchy.controllers.contains(controller) {
      let directory = directory(in: hierarchy)
      if !hierarchy.isUnified { return (directory, false) }
      let enabled = (try? DurableFile.read(directory + "/cgroup.controllers", limit: 64 << 10)).map(
        CgroupHierarchies.words)
      if enabled?.contains(controller) == true { return (directory, true) }
    }
    throw unavailable(controller, for: limit)
  }

  private static func unlimited(_ value: Int64, _ word: String) -> String { value < 0 ? word : "\(value)" }
}
