import Glibc
import LinuxKernel
import SystemPackage

/// A socket of TCP or UDP in a network namespace, which never blocks.
final class Socket: Sendable {
  let carrier: TransportProtocol
  let descriptor: OwnedDescriptor

  var raw: CInt { descriptor.raw }

  private init(_ carrier: TransportProtocol, _ descriptor: consuming OwnedDescriptor) {
    self.carrier = carrier
    self.descriptor = descriptor
  }

  /// Opens one in a namespace, bound to an address of it (port 0: any port).
  static func bound(_ carrier: TransportProtocol, to endpoint: Endpoint, in place: Place) throws -> Socket {
    let socket = try open(carrier, endpoint.address.family, in: place)
    try socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
    let raw = socket.raw
    try retrying("bind", "\(endpoint) in \(place.name)") { endpoint.withSocketAddress { Glibc.bind(raw, $0, $1) } }
    if carrier == .tcp { try retrying("listen at", "\(endpoint)") { Glibc.listen(raw, 16) } }
    return socket
  }

  /// Opens one in a namespace.
  static func open(_ carrier: TransportProtocol, _ family: IPAddress.Family, in place: Place) throws -> Socket {
    try place.visit {
      let domain = family == .v4 ? AF_INET : AF_INET6
      let flags = CInt(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
      let raw = try retrying("open socket", "in \(place.name)") { socket(domain, carrier.kernel | flags, 0) }
      return Socket(carrier, OwnedDescriptor(raw))
    }
  }

  /// Its own end.
  func name() throws -> Endpoint {
    let raw = raw
    let found = try Endpoint.reading { address, length in
      try retrying("ask for the name of", "a socket") { getsockname(raw, address, length) }
    }
    guard let found else {
      throw KernelError(errno: .addressFamilyNotSupported, operation: "read the name of", subject: "a socket")
    }
    return found
  }

  /// Begins to connect; the error's number, 0 and EINPROGRESS being none.
  func connect(to endpoint: Endpoint) -> CInt {
    let raw = raw
    let result = endpoint.withSocketAddress { Glibc.connect(raw, $0, $1) }
    return result == 0 || errno == EINPROGRESS ? 0 : errno
  }

  /// The connection that waits, and whose it is.
  func accept() -> (Socket, Endpoint)? {
    var connection: CInt = -1
    let raw = raw
    let peer = Endpoint.reading { connection = Glibc.accept(raw, $0, $1) }
    guard connection >= 0 else { return nil }
    let socket = Socket(carrier, OwnedDescriptor(connection))
    return peer.map { (socket, $0) }
  }

  /// Sets an option that is a number.
  func set(_ level: CInt, _ option: CInt, _ value: CInt) throws {
    var value = value
    let raw = raw
    try retrying("set option \(option) of", "a socket") {
      setsockopt(raw, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
  }

  /// The error that is pending (SO_ERROR), which is taken away with that; 0 where there is none.
  func takeError() -> CInt {
    var value: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    return getsockopt(raw, SOL_SOCKET, SO_ERROR, &value, &length) == 0 ? value : errno
  }
}
