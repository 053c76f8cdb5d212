import CNI
import CNIPlugin
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
  private static let rest = Duration.milliseconds(100)
  /// After which it is tried again where the table could not be made whole.
  private static let patience = Duration.seconds(1)

  private static let kept = Mutex<NetfilterSocket?>(nil)
  static var socket: NetfilterSocket? { kept.withLock { $0 } }

  private let monitor: RulesetMonitor
  private let end: EventDescriptor
  private let looks = Looks()

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
    try DedicatedThread.start(name: "berth-table", stackSize: 256 << 10) { [monitor, end, looks] in
      Self.watch(monitor, end, socket, owns) { mended in
        looks.count()
        onDamage(mended)
      }
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

  /// How often `onDamage` was called, or is about to be: who attaches something meanwhile is not among those that it looks after.
  package var lookCount: Int { looks.soFar }

  private static func watch(
    _ monitor: RulesetMonitor, _ end: EventDescriptor, _ socket: NetfilterSocket, _ owns: (String) -> Bool,
    _ onDamage: (Result<Bool, any Error>) -> Void
  ) {
    let host = HostRuleset(socket, isKept: true)
    // Of a daemon that was killed before it could; gc would find it, too.
    try? host.tidy()
    var failure: String?
    func look() {
      let mended = Result { try host.mendIfThere() }
      // One that stays is told once.
      let said = failure
      if case .failure(let error) = mended { failure = "\(error)" } else { failure = nil }
      if failure == nil || failure != said { onDamage(mended) }
    }
    look()
    while true {
      let wait = Poll.wait(
        for: [(end.raw, POLLIN), (monitor.descriptor, POLLIN)], until: failure.map { _ in .now + patience })
      guard !wait[0] else { return }
      // A monitor that fails has lost something.
      let events = wait[1] ? (try? monitor.read()) ?? [.lost] : []
      guard failure != nil || events.contains(where: { isDamage($0, to: socket.portID, owns) }) else { continue }
      look()
      guard !Poll.isReadable(end.raw, until: .now + rest) else { return }
    }
  }

  /// Whether others may have done harm: by what is gone, by a rule that is new, by what they put there in a name of the caller's.
  static func isDamage(_ event: RulesetEvent, to ownID: UInt32, _ owns: (String) -> Bool) -> Bool {
    guard event.concerns(HostTable.table), event.portID != ownID else { return false }
    guard case .changed(let change) = event else { return true }
    guard change.kind == .element else { return true }
    let owners = change.comments.map { $0.flatMap(LinkOwner.identity)?.containerID }
    // Whose an element was that bears no name is not known.
    return change.isDeletion
      ? owners.isEmpty || !owners.allSatisfy { $0.map { !owns($0) } ?? false }
      : owners.contains { $0.map(owns) ?? false }
  }
}

/// Counts.
private final class Looks: Sendable {
  private let number = Mutex(0)
  var soFar: Int { number.withLock { $0 } }
  func count() { number.withLock { $0 += 1 } }
}

extension HostRuleset {
  private static let patience = 32

  /// Makes the table whole where it is, or was, and says whether it was not. Where no pod ever had anything in one there is none.
  ///
  /// - Throws: Also where it is not whole after many attempts: whoever changes the table meanwhile, this process too, is faster.
  func mendIfThere() throws -> Bool {
    guard try ruleset.tables().contains(where: { HostTable.isOurs($0) }), var defect = try defect() else {
      return false
    }
    for _ in 0..<Self.patience {
      try mend([])
      guard let left = try self.defect() else { return true }
      defect = left
    }
    throw PluginError("\(defect), and others are faster than who mends it", code: CNIError.Code.tryAgainLater)
  }
}
