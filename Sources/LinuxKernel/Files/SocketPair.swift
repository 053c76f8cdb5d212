import Glibc
import SystemPackage

/// Two connected sockets that keep messages apart (AF_UNIX, SOCK_SEQPACKET), both closed on execution.
struct SocketPair: ~Copyable {
  /// For this process.
  let ours: OwnedDescriptor
  /// For the child.
  let theirs: OwnedDescriptor

  init() throws(KernelError) {
    var ends: [CInt] = [-1, -1]
    let type = CInt(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
    try retrying("create", "socket pair") { socketpair(AF_UNIX, type, 0, &ends) }
    ours = OwnedDescriptor(ends[0])
    theirs = OwnedDescriptor(ends[1])
  }

  /// Keeps this process' end and closes the other one.
  consuming func takeOurs() -> OwnedDescriptor { ours }
}

extension OwnedDescriptor {
  /// Sends one message, without waiting and without SIGPIPE: EPIPE when nobody can receive it any more.
  borrowing func send(_ message: UnsafeRawBufferPointer, _ operation: String, _ subject: String) throws(KernelError) {
    let raw = raw
    let flags = CInt(MSG_NOSIGNAL | MSG_DONTWAIT)
    try retrying(operation, subject) { Glibc.send(raw, message.baseAddress, message.count, flags) }
  }
}
