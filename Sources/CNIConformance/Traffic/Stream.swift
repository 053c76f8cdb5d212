import Glibc
import LinuxKernel
import SystemPackage

/// A connection over TCP, of which both ends are at hand.
struct Stream {
  /// Who called.
  let caller: Socket
  /// The server's end.
  let accepted: Socket

  /// What went wrong with a connection.
  struct Failure: Error {
    let words: String
  }

  /// Connects from a place to a server. Throws a ``Failure`` where that fails.
  init(to server: Server, from client: Place) throws {
    caller = try Socket.open(.tcp, server.endpoint.address.family, in: client)
    let deadline = SuspendingClock.now + Server.patience
    let code = caller.connect(to: server.endpoint)
    guard code == 0 else { throw Failure(words: "\(Errno(rawValue: code))") }
    guard Poll.isReadable(server.socket.raw, until: deadline), let connection = server.socket.accept() else {
      throw Failure(words: "no connection in time")
    }
    accepted = connection.0
  }

  /// Carries bytes from one end to the other and compares what arrives; the time that took.
  static func carry(
    _ bytes: [UInt8], from sender: Socket, to receiver: Socket, within patience: Duration
  ) throws(Failure) -> Duration {
    let start = SuspendingClock.now
    let deadline = start + patience
    var (sent, received) = (0, 0)
    while received < bytes.count {
      let ready = Poll.wait(
        for: [(sent < bytes.count ? sender.raw : nil, POLLOUT), (receiver.raw, POLLIN)], until: deadline)
      guard ready.contains(true) else {
        throw Failure(words: "of \(bytes.count) bytes \(received) had arrived within \(patience)")
      }
      if ready[0] {
        switch sender.send(bytes[sent..<min(sent + 1 << 16, bytes.count)]) {
        case .bytes(let count): sent += count
        case .failed(let code): throw Failure(words: "after \(sent) bytes: \(Errno(rawValue: code))")
        case .later: break
        }
      }
      if ready[1] { received += try take(from: receiver, bytes, after: received) }
    }
    return start.duration(to: .now)
  }

  private static func take(from receiver: Socket, _ bytes: [UInt8], after offset: Int) throws(Failure) -> Int {
    switch receiver.receive(upTo: 1 << 18).0 {
    case .bytes(let part):
      guard offset + part.count <= bytes.count, isSame(part, bytes, at: offset) else {
        throw Failure(words: "other bytes arrived than were sent, after \(offset)")
      }
      return part.count
    case .end: throw Failure(words: "the connection was closed after \(offset) bytes")
    case .failed(let code): throw Failure(words: "after \(offset) bytes: \(Errno(rawValue: code))")
    case .later: return 0
    }
  }

  private static func isSame(_ part: [UInt8], _ bytes: [UInt8], at offset: Int) -> Bool {
    bytes[offset..<offset + part.count].withUnsafeBytes { sent in
      part.withUnsafeBytes { arrived in
        guard let sent = sent.baseAddress, let start = arrived.baseAddress else { return part.isEmpty }
        return memcmp(sent, start, arrived.count) == 0
      }
    }
  }
}
