import Glibc
import LinuxKernel
import SystemPackage

extension LinuxResources {
  private static let path = "config.linux.resources"

  /// Refuses limits whose controller no group of this host has: known before anything has an effect.
  func check(on cgroups: CgroupHierarchies) throws(SandboxError) {
    let everywhere = Set(cgroups.all.flatMap(\.controllers))
    for (field, controller) in askedControllers where !everywhere.contains(controller) {
      throw Self.missing(controller, for: field)
    }
    guard !unified.isEmpty else { return }
    let unifiedOnes = cgroups.all.first(where: \.isUnified)?.controllers ?? []
    // What tells of pressure is there without a controller.
    for file in unified.keys.sorted() where !file.hasSuffix(".pressure") {
      let controller = String(file.prefix { $0 != "." })
      guard unifiedOnes.contains(controller) else { throw Self.missing(controller, for: "unified[\(file)]") }
    }
  }

  private var askedControllers: [(field: String, controller: String)] {
    [
      ("cpuPeriod", "cpu", cpuPeriod), ("cpuQuota", "cpu", cpuQuota), ("cpuShares", "cpu", cpuShares),
      ("memoryLimitInBytes", "memory", memoryLimitInBytes),
      ("memorySwapLimitInBytes", "memory", memorySwapLimitInBytes),
    ].filter { $0.2 != 0 }.map { ($0.0, $0.1) }
  }

  private static func missing(_ controller: String, for field: String) -> SandboxError {
    let kind = field.hasPrefix("unified") ? "the unified hierarchy here" : "this host"
    return SandboxError(
      .failedPrecondition,
      "\(path).\(field): \(kind) has no cgroup controller \(controller): see cgroup.controllers of the hierarchy's root"
    )
  }

  /// What a limit that could not be set means for the request.
  ///
  /// - Parameter error: what the kernel said; its subject is a cgroup's file, or the group.
  /// - Returns: `invalidArgument` for a value that it does not take, `failedPrecondition` for a limit that this host does not
  ///   have; any other error as it is.
  func refusal(of error: KernelError) -> any Error {
    let file = error.subject.split(separator: "/").last.map(String.init) ?? ""
    let name = Self.fields[file] ?? (unified[file] == nil ? nil : "unified[\(file)]")
    let field = name.map { "\(Self.path).\($0)" } ?? Self.path
    switch error.errno {
    case .invalidArgument, .outOfRange, .resourceBusy, Errno(rawValue: EOVERFLOW):
      return SandboxError(.invalidArgument, "\(field): the kernel does not take a limit: \(error)")
    case .notSupported, .noSuchFileOrDirectory, .notPermitted, .permissionDenied:
      return SandboxError(.failedPrecondition, "\(field): this host cannot set a limit: \(error)")
    default: return error
    }
  }

  /// Which field a controller's file has its value from; `cpu.max` has the period's too.
  private static let fields = [
    "cpu.shares": "cpuShares", "cpu.weight": "cpuShares", "cpu.cfs_quota_us": "cpuQuota", "cpu.max": "cpuQuota",
    "cpu.cfs_period_us": "cpuPeriod", "memory.limit_in_bytes": "memoryLimitInBytes",
    "memory.max": "memoryLimitInBytes", "memory.memsw.limit_in_bytes": "memorySwapLimitInBytes",
    "memory.swap.max": "memorySwapLimitInBytes",
  ]
}
