extension LinuxResources {
  /// The kernel's ranges of a CFS period and quota, in microseconds (tg_set_cfs_bandwidth and its MAX_BW).
  private static let periods: ClosedRange<Int64> = 1000...1_000_000
  private static let quotas: ClosedRange<Int64> = 1000...(1 << 44) - 1
  private static let shares: ClosedRange<Int64> = 2...262_144
  /// What pause, its page tables and its cgroup's own bookkeeping fit into.
  private static let leastMemory: Int64 = 512 << 10

  /// Refuses values that the kernel would refuse, or that no pod could start with. Zero sets none.
  func validate(_ path: String) throws(SandboxError) {
    try require(cpuPeriod, in: Self.periods, path + ".cpuPeriod", "microseconds")
    guard cpuQuota == -1 || cpuQuota == 0 || Self.quotas.contains(cpuQuota) else {
      throw .field(
        path + ".cpuQuota", "\(cpuQuota)",
        "is neither -1 (no limit), 0 (none is set) nor \(Self.quotas.lowerBound) to \(Self.quotas.upperBound) microseconds"
      )
    }
    try require(cpuShares, in: Self.shares, path + ".cpuShares", "shares")
    for (field, value) in [
      ("memoryLimitInBytes", memoryLimitInBytes), ("memorySwapLimitInBytes", memorySwapLimitInBytes),
    ] where value != 0 && value != -1 && value < Self.leastMemory {
      throw .field(
        "\(path).\(field)", "\(value)",
        "is neither -1 (no limit), 0 (none is set) nor \(Self.leastMemory) bytes or more, which a pod's own process needs"
      )
    }
    try validateSwap(path)
    guard (-1000...1000).contains(oomScoreAdj) else {
      throw .field("\(path).oomScoreAdj", "\(oomScoreAdj)", "is not an adjustment, -1000 to 1000")
    }
    for (field, list) in [("cpusetCpus", cpusetCpus), ("cpusetMems", cpusetMems)] where !Self.isList(list) {
      throw .field("\(path).\(field)", list, "is not a list of numbers, as 0-3,5 is")
    }
    for size in hugepageLimits.keys.sorted() where !Self.isPageSize(size) {
      throw .field("\(path).hugepageLimits", size, "is not a page size, as 2MB and 1GB are")
    }
    try validateUnified(path)
  }

  private func require(
    _ value: Int64, in range: ClosedRange<Int64>, _ path: String, _ unit: String
  ) throws(SandboxError) {
    guard value != 0, !range.contains(value) else { return }
    throw .field(path, "\(value)", "is not between \(range.lowerBound) and \(range.upperBound) \(unit); 0 sets none")
  }

  /// The limit of both together is never below that of memory alone.
  private func validateSwap(_ path: String) throws(SandboxError) {
    guard memorySwapLimitInBytes > 0 else { return }
    guard memoryLimitInBytes > 0, memoryLimitInBytes <= memorySwapLimitInBytes else {
      throw .field(
        "\(path).memorySwapLimitInBytes", "\(memorySwapLimitInBytes)",
        "limits memory and swap together, so it needs a memoryLimitInBytes that is no larger")
    }
  }

  private func validateUnified(_ path: String) throws(SandboxError) {
    for (file, value) in unified.sorted(by: { $0.key < $1.key }) {
      guard Self.isControllerFile(file) else {
        throw .field("\(path).unified", file, "is not a controller's file of a unified cgroup, as memory.high is")
      }
      guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == UInt8(ascii: "\t") || $0 == 0x0a }) else {
        throw .field("\(path).unified[\(file)]", value, "has control characters in it")
      }
    }
  }

  /// `memory.high`, `hugetlb.2MB.max`: a controller's name, a dot, and what the kernel calls the file.
  private static func isControllerFile(_ name: String) -> Bool {
    let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] != "cgroup", !parts[0].isEmpty, !parts[1].isEmpty, name.utf8.count <= 255 else {
      return false
    }
    return name.utf8.allSatisfy { $0.isAlphanumeric || "._".utf8.contains($0) }
  }

  /// Numbers and ranges of them, with commas between (cpuset(7), "List format"); empty is none.
  private static func isList(_ text: String) -> Bool {
    guard !text.isEmpty else { return true }
    return text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { part in
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      let numbers = ends.map { $0.utf8.allSatisfy { (48...57).contains($0) } ? UInt16($0) : nil }
      guard let first = numbers[0] else { return false }
      return numbers.count == 1 || (numbers[1].map { first <= $0 } ?? false)
    }
  }

  private static func isPageSize(_ text: String) -> Bool {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    return digits.first.map { $0 != "0" } == true && digits.count <= 9
      && ["KB", "MB", "GB"].contains(text.dropFirst(digits.count))
  }
}
