import LinuxKernel

/// Somebody in a network namespace who answers what is said to a port: the same bytes back.
///
/// No thread of its own: whoever calls on it serves it in the same loop, so that nothing is left running.
final class Server: Sendable {
  let place: Place
  let socket: Socket
  /// Where it listens.
  let endpoint: Endpoint

  /// Listens at an address of the place.
  init(_ carrier: TransportProtocol, at address: IPAddress, port: UInt16 = 0, in place: Place) throws {
    self.place = place
    socket = try Socket.bound(carrier, to: Endpoint(address, port), in: place)
    endpoint = try socket.name()
  }

  var carrier: TransportProtocol { socket.carrier }

  /// How long an answer may take: a lost SYN is sent again after a second, and after two more.
  static let patience: Duration = .seconds(4)

  /// Calls on it from a place, by the endpoint at which that place knows it.
  ///
  /// Throws only what is the machine's own trouble, not that there is no answer.
  func meet(from client: Place, at target: Endpoint? = nil, within patience: Duration = patience) throws -> Meeting {
    let target = target ?? endpoint
    let caller = try Socket.open(carrier, target.address.family, in: client)
    return try meet(caller, at: target, within: patience)
  }

  /// Has a socket that exists call on it, with a greeting of so many bytes; one of UDP may do so again and again.
  func meet(
    _ caller: Socket, at target: Endpoint, saying count: Int = 24, within patience: Duration = patience
  ) throws -> Meeting {
    let deadline = SuspendingClock.now + patience
    let greeting = Self.greeting(count)
    return switch carrier {
    case .tcp:
      StreamMeeting(caller: caller, server: self, target: target, greeting: greeting, deadline: deadline).run()
    case .udp:
      DatagramMeeting(caller: caller, server: self, target: target, greeting: greeting, deadline: deadline).run()
    }
  }

  /// Bytes that nobody else says: each call has others.
  static func greeting(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    var words = [UInt64](repeating: 0, count: (count + 7) / 8)
    for index in words.indices { words[index] = generator.next() }
    return words.withUnsafeBytes { Array($0.prefix(count)) }
  }
}
