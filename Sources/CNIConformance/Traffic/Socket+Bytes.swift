import Glibc
import LinuxKernel

extension Socket {
  /// How many bytes the kernel took, or the error's number.
  enum Sent: Sendable, Hashable {
    case bytes(Int)
    case later
    case failed(CInt)
  }

  /// What has come.
  enum Received: Sendable, Hashable {
    case bytes([UInt8])
    case end
    case later
    case failed(CInt)
  }

  /// Sends to whom it is connected to, or to an endpoint.
  func send(_ bytes: [UInt8], to endpoint: Endpoint? = nil) -> Sent { send(bytes[...], to: endpoint) }

  /// Sends a part of what there is.
  func send(_ bytes: ArraySlice<UInt8>, to endpoint: Endpoint? = nil) -> Sent {
    let flags = CInt(MSG_NOSIGNAL | MSG_DONTWAIT)
    let count = bytes.withUnsafeBytes { buffer in
      if let endpoint {
        endpoint.withSocketAddress { sendto(raw, buffer.baseAddress, buffer.count, flags, $0, $1) }
      } else {
        Glibc.send(raw, buffer.baseAddress, buffer.count, flags)
      }
    }
    if count >= 0 { return .bytes(count) }
    return errno == EAGAIN || errno == EINTR ? .later : .failed(errno)
  }

  /// What has come, at most so much, and of UDP from whom.
  func receive(upTo limit: Int = 1 << 16) -> (Received, from: Endpoint?) {
    var count = 0
    var code: CInt = 0
    var sender: Endpoint?
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, used in
      sender = Endpoint.reading { count = recvfrom(raw, buffer.baseAddress, limit, CInt(MSG_DONTWAIT), $0, $1) }
      code = count < 0 ? errno : 0
      used = max(count, 0)
    }
    if count < 0 { return (code == EAGAIN || code == EINTR ? .later : .failed(code), nil) }
    return (count == 0 && carrier == .tcp ? .end : .bytes(bytes), sender)
  }
}
