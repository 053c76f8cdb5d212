/// Limits of a cgroup, in version 1's units, which are the CRI's.
public struct CgroupLimits: Sendable, Hashable {
  /// Relative weight, 2 to 262144 (cpu.shares; cpu.weight after conversion).
  public var cpuShares: UInt64?
  /// Microseconds of processor time per period, -1 for no limit (cpu.cfs_quota_us, cpu.max).
  public var cpuQuota: Int64?
  /// Microseconds (cpu.cfs_period_us, cpu.max).
  public var cpuPeriod: UInt64?
  /// Bytes, -1 for no limit (memory.limit_in_bytes, memory.max).
  public var memoryLimit: Int64?
  /// Bytes of memory and swap together, -1 for no limit (memory.memsw.limit_in_bytes, memory.swap.max after conversion).
  public var memoryAndSwapLimit: Int64?
  /// Processes and threads, -1 for no limit (pids.max).
  public var pidsLimit: Int64?
  /// Files of the unified hierarchy and their values.
  public var unified: [String: String]

  /// Creates limits; what is left out stays as it is.
  public init(
    cpuShares: UInt64? = nil, cpuQuota: Int64? = nil, cpuPeriod: UInt64? = nil, memoryLimit: Int64? = nil,
    memoryAndSwapLimit: Int64? = nil, pidsLimit: Int64? = nil, unified: [String: String] = [:]
  ) {
    self.cpuShares = cpuShares
    self.cpuQuota = cpuQuota
    self.cpuPeriod = cpuPeriod
    self.memoryLimit = memoryLimit
    self.memoryAndSwapLimit = memoryAndSwapLimit
    self.pidsLimit = pidsLimit
    self.unified = unified
  }

  /// True when there is nothing to apply.
  public var isEmpty: Bool { self == CgroupLimits() }
}
