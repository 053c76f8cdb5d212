import Glibc
import LinuxKernel
import Synchronization

/// Looks at the memory of plugins' processes while they run.
///
/// What wait4(2) tells is of no use: it begins with what the process that starts a plugin had itself. VmHWM is the plugin's own,
/// and only grows; what comes between the last look and the end is missed.
final class MemorySampler: Sendable {
  private let isOver = Atomic(false)
  private let peak = Handoff<Int>()

  /// Looks from now on, every millisecond.
  init(_ executables: [String]) throws {
    let targets = Set(executables.map { HostFile.linkTarget($0) ?? $0 })
    try DedicatedThread.start(name: "conf-memory", stackSize: 1 << 20) { [self] in
      var highest = 0
      while !isOver.load(ordering: .relaxed) {
        highest = max(highest, Self.look(targets))
        usleep(1000)
      }
      peak.give(highest)
    }
  }

  /// Looks no more; the most that a process had, in KiB.
  func stop() -> Int {
    isOver.store(true, ordering: .relaxed)
    return peak.take()
  }

  private static func look(_ targets: Set<String>) -> Int {
    let processes = (try? Directories.names(in: "/proc").compactMap(Int32.init)) ?? []
    return processes.map { pid in
      // Before it executes the plugin, a child has its parent's memory.
      guard let target = HostFile.linkTarget("/proc/\(pid)/exe"), targets.contains(target) else { return 0 }
      return memory(of: pid)
    }.max() ?? 0
  }

  private static func memory(of pid: Int32) -> Int {
    // Gone meanwhile: nothing more to see.
    guard let text = try? HostFile.read("/proc/\(pid)/status", limit: 1 << 16) else { return 0 }
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix("VmHWM:") {
      return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }
    return 0
  }
}
