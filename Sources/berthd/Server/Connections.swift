import NIOCore

/// The open connections; lives on their event loop.
///
/// A new one always gets in, as long as there is an idle one to close for it: of its own user, where that has its share, else
/// of whoever is not root, where those together have theirs.
final class Connections {
  private var shares: Shares
  private var open: [ObjectIdentifier: Connection] = [:]
  private var isEnding = false
  private var whenEnded: (() -> Void)?

  /// How long the answers that are on their way have, once the daemon ends.
  private static let lastWords = TimeAmount.seconds(1)

  init(limit: Int) { shares = Shares(of: limit) }

  /// Takes a connection in; `nil` when it may stay, else why not.
  func add(_ connection: Connection) -> String? {
    guard !isEnding else { return "berthd is shutting down" }
    let uid = connection.peer?.uid
    switch shares.refusal(of: uid) {
    case nil: break
    case .own: evict { $0.peer?.uid == uid }
    case .common: evict { $0.peer?.uid != 0 }
    case .all: evict { _ in true }
    }
    if let refusal = shares.take(uid) {
      return "\(refusal) connections are open, as many as there may be, and none of them is idle"
    }
    open[ObjectIdentifier(connection)] = connection
    return nil
  }

  /// The connection is closed.
  func remove(_ connection: Connection) {
    forget(connection)
    guard isEnding, open.isEmpty else { return }
    whenEnded?()
    whenEnded = nil
  }

  /// Closes all that are idle at once, the others after their answers, and calls `done` when none is open any more.
  func end(on eventLoop: any EventLoop, _ done: @escaping () -> Void) {
    isEnding = true
    guard !open.isEmpty else { return done() }
    whenEnded = done
    for connection in open.values { connection.end() }
    eventLoop.assumeIsolated().scheduleTask(in: Self.lastWords) {
      for connection in self.open.values { connection.close() }
    }
  }

  /// Closes the one that has been idle for the longest, if one is.
  private func evict(where isMeant: (Connection) -> Bool) {
    let idle = open.values.compactMap { connection -> (since: NIODeadline, connection: Connection)? in
      guard isMeant(connection), let since = connection.idleSince else { return nil }
      return (since, connection)
    }
    guard let oldest = idle.min(by: { $0.since < $1.since })?.connection else { return }
    forget(oldest)
    oldest.close()
  }

  private func forget(_ connection: Connection) {
    guard open.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    shares.give(connection.peer?.uid)
  }
}
