extension CRI {
  /// A limit on huge pages of one size.
  public struct HugepageLimit: Message {
    /// The size, written `2MB` or `1GB`.
    public var pageSize: String
    /// The limit in bytes.
    public var limit: UInt64

    /// Makes the message; what is left out has its proto3 default.
    public init(pageSize: String = "", limit: UInt64 = 0) {
      self.pageSize = pageSize
      self.limit = limit
    }
  }

  /// Limits of a cgroup; zero means not set.
  public struct LinuxContainerResources: Message {
    /// The CFS period in microseconds.
    public var cpuPeriod: Int64
    /// The CFS quota in microseconds; -1 is none.
    public var cpuQuota: Int64
    /// The CPU shares, relative to other groups'.
    public var cpuShares: Int64
    /// The memory limit in bytes.
    public var memoryLimitInBytes: Int64
    /// The OOM score adjustment, -1000 to 1000.
    public var oomScoreAdj: Int64
    /// The CPUs allowed, written `0-3,7`.
    public var cpusetCpus: String
    /// The memory nodes allowed, written `0-1`.
    public var cpusetMems: String
    /// The limits on huge pages.
    public var hugepageLimits: [HugepageLimit]
    /// cgroup v2 files and what is written to them.
    public var unified: [String: String]
    /// The limit on memory and swap together, in bytes.
    public var memorySwapLimitInBytes: Int64

    /// Makes the message; what is left out has its proto3 default.
    public init(
      cpuPeriod: Int64 = 0, cpuQuota: Int64 = 0, cpuShares: Int64 = 0, memoryLimitInBytes: Int64 = 0,
      oomScoreAdj: Int64 = 0, cpusetCpus: String = "", cpusetMems: String = "", hugepageLimits: [HugepageLimit] = [],
      unified: [String: String] = [:], memorySwapLimitInBytes: Int64 = 0
    ) {
      self.cpuPeriod = cpuPeriod
      self.cpuQuota = cpuQuota
      self.cpuShares = cpuShares
      self.memoryLimitInBytes = memoryLimitInBytes
      self.oomScoreAdj = oomScoreAdj
      self.cpusetCpus = cpusetCpus
      self.cpusetMems = cpusetMems
      self.hugepageLimits = hugepageLimits
      self.unified = unified
      self.memorySwapLimitInBytes = memorySwapLimitInBytes
    }
  }
}
