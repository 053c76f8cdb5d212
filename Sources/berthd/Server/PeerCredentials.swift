import Glibc
import NIOCore

/// Who connected, as the kernel recorded it at `connect` (unix(7), `SO_PEERCRED`).
struct PeerCredentials: Equatable, Sendable {
  let pid: Int32
  let uid: UInt32
  let gid: UInt32

  /// The kernel's `struct ucred`, which Glibc's module does not have.
  private struct Raw: Sendable {
    var pid: pid_t = 0
    var uid: uid_t = 0
    var gid: gid_t = 0
  }

  /// The credentials of the other end of `channel`; `nil` when it is no connected Unix socket.
  static func read(from channel: any Channel) -> EventLoopFuture<PeerCredentials?> {
    guard let socket = channel as? any SocketOptionProvider else { return channel.eventLoop.makeSucceededFuture(nil) }
    let raw: EventLoopFuture<Raw> = socket.unsafeGetSocketOption(
      level: SocketOptionLevel(SOL_SOCKET), name: SocketOptionName(SO_PEERCRED))
    return raw.map { PeerCredentials(pid: $0.pid, uid: $0.uid, gid: $0.gid) }.recover { _ in nil }
  }
}
