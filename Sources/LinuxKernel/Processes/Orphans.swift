import CLinux
import Glibc
import Synchronization
import SystemPackage

/// Reaps what others left behind: the orphans of a whole PID namespace are the children of its first process, those below
/// a child subreaper are its own.
///
/// The children that this process started itself are never touched, however long they stay zombies.
public final class Orphans: Sendable {
  /// How often is looked. A zombie costs nothing but its number.
  private static let interval = Duration.seconds(1)

  /// Zombies that may be children of a start that was under way when they were first seen, with ``Children/mark`` of then.
  private let suspects = Mutex<[ProcessIdentity: UInt64]>([:])

  init() {}

  /// Begins to reap orphans, if any can come to this process: as process number 1 and as a child subreaper. Goes on as long
  /// as the watcher.
  public static func reap(with watcher: Watcher) {
    guard getpid() == 1 || clinux_is_child_subreaper() == 1 else { return }
    Orphans().look(again: watcher)
  }

  private func look(again watcher: Watcher) {
    look()
    _ = watcher.schedule(at: .now.advanced(by: Self.interval)) { [weak watcher] in
      if let watcher { self.look(again: watcher) }
    }
  }

  /// Reaps the orphans that have ended by now, all but those that a start under way may have brought.
  func look() {
    // Nothing can be read without a descriptor: the next look will see them.
    guard Self.hasZombies, let children = try? Self.children() else { return }
    var seen: [ProcessIdentity: UInt64] = [:]
    let before = suspects.withLock { $0 }
    for pid in children where clinux_child_has_exited(pid) == 1 {
      let now = Children.mark
      guard let identity = try? ProcessIdentity(of: pid) else { continue }
      let mark = before[identity] ?? now
      if Children.isOrphan(pid, seenAt: mark) {
        _ = clinux_reap_child(pid)  // gone already, at worst
      } else {
        seen[identity] = mark
      }
    }
    suspects.withLock { $0 = seen }
  }

  private static var hasZombies: Bool {
    var information = siginfo_t()
    return waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) == 0 && information.si_signo != 0
  }

  /// Of all threads: orphans go to whichever lives.
  private static func children() throws(KernelError) -> [Int32] {
    var children: [Int32] = []
    for thread in try Directories.entries("/proc/self/task") {
      // The thread may have ended.
      let list = (try? DurableFile.read("/proc/self/task/\(thread.name)/children", limit: 16 << 20)) ?? []
      children += String(decoding: list, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
    }
    return children
  }
}
