import CNI
import Glibc
import LinuxKernel
import Netfilter
import Synchronization

/// Sees to it that the host's table stays whole as long as a daemon lives, and tells when others have taken something away: an
/// administrator, a firewall's restart.
///
/// One of a process; what the process itself changes is told from what others do by the one socket that it uses.
package final class HostTableKeeper: Sendable {
  /// Others' changes come in swarms; one look is enough for all that come within this time.
  private static let pause = Duration.milliseconds(100)

  private static let kept = Mutex<NetfilterSocket?>(nil)
  static var socket: NetfilterSocket? { kept.withLock { $0 } }

  private let monitor: RulesetMonitor
  private let end: EventDescriptor

  /// Starts to watch the namespace of the calling thread, on a thread of its own.
  ///
  /// - Parameters:
  ///   - owns: Which containers are the caller's: what others delete of their own is no damage.
  ///   - onDamage: Called on that thread when something was taken away, and once at the start; the table itself is whole again by
  ///     then, as far as `mended` says so.
  package init(
    owns: @escaping @Sendable (_ containerID: String) -> Bool,
    onDamage: @escaping @Sendable (_ mended: Result<Bool, any Error>) -> Void
  ) throws {
    (monitor, end) = (try RulesetMonitor(), try EventDescriptor())
    let socket = try NetfilterSocket()
    try DedicatedThread.start(name: "berth-table", stackSize: 256 << 10) { [monitor, end] in
      Self.watch(monitor, end, socket, owns, onDamage)
    }
    Self.kept.withLock { $0 = socket }
  }

  /// Why there is no table to be kept on this host; nil where there can be one.
  package static var reasonWhyNot: String? { HostTable.reasonWhyNot }

  /// Watches no more.
  package func shutdown() {
    end.signal()
    Self.kept.withLock { $0 = nil }
  }

  private static func watch(
    _ monitor: RulesetMonitor, _ end: EventDescriptor, _ socket: NetfilterSocket, _ owns: (String) -> Bool,
    _ onDamage: (Result<Bool, any Error>) -> Void
  ) {
    let host = HostRuleset(socket, isKept: true)
    // Of a daemon that was killed before it could; gc would find it, too.
    try? host.tidy()
    onDamage(Result { try host.mendIfThere() })
    while !Poll.wait(for: [(end.raw, POLLIN), (monitor.descriptor, POLLIN)], until: nil)[0] {
      // A monitor that fails has lost something.
      let events = (try? monitor.read()) ?? [.lost]
      guard events.contains(where: { isDamage($0, to: socket.portID, owns) }) else { continue }
      onDamage(Result { try host.mendIfThere() })
      guard !Poll.isReadable(end.raw, until: .now + pause) else { return }
    }
  }

  static func isDamage(_ event: RulesetEvent, to ownID: UInt32, _ owns: (String) -> Bool) -> Bool {
    guard event.concerns(HostTable.table), event.portID != ownID else { return false }
    guard case .changed(let change) = event else { return true }
    guard change.kind == .element else { return change.isDeletion }
    let isOnlyOthers = change.comments.allSatisfy { comment in
      comment.flatMap(LinkOwner.identity).map { !owns($0.containerID) } ?? false
    }
    return change.isDeletion && (change.comments.isEmpty || !isOnlyOthers)
  }
}

extension HostRuleset {
  /// Makes the table whole where it is, or was, and says whether it was not. Where no pod ever had anything in one there is none.
  fileprivate func mendIfThere() throws -> Bool {
    guard try ruleset.tables().contains(where: { HostTable.isOurs($0) }), try defect() != nil else { return false }
    try mend([])
    return true
  }
}
