import LinuxKernel
import Netlink

extension Trial {
  /// Expects that a server in a place is answered when it is called by a client elsewhere; what the server saw of it.
  @discardableResult
  func reach(
    _ server: Server, from client: Place, at target: Endpoint? = nil, within patience: Duration = Server.patience
  ) throws -> Meeting {
    let meeting = try server.meet(from: client, at: target, within: patience)
    let shown = target ?? server.endpoint
    expect(
      meeting.isAnswered,
      "\(client.name) does not reach \(server.place.name) at \(shown) over \(server.carrier.words): "
        + (meeting.failure ?? "")
        + (shown == server.endpoint ? "" : " (the server listens at \(server.endpoint))"))
    return meeting
  }

  /// Expects that a client gets no answer within a second.
  func missReach(_ server: Server, from client: Place, at target: Endpoint? = nil, _ why: String) throws {
    let meeting = try server.meet(from: client, at: target, within: .seconds(1))
    expect(
      !meeting.isAnswered,
      "\(client.name) reaches \(server.place.name) at \(target ?? server.endpoint) over \(server.carrier.words), \(why)"
    )
  }

  /// A server at a wired pod's address.
  func server(_ carrier: TransportProtocol, in wired: Wired, _ family: IPAddress.Family, port: UInt16 = 0) throws
    -> Server
  {
    let address = try require(wired.address(family), "the pod has no \(family.words) address")
    return try Server(carrier, at: address, port: port, in: wired.place)
  }

  /// The host's address that a pod would call it by: its gateway where the host has that, else the one towards the outside.
  func hostAddress(for wired: Wired, _ family: IPAddress.Family) throws -> IPAddress {
    let socket = try Place.host.routeSocket()
    if let gateway = wired.gateway(family),
      try socket.links().contains(where: { link in
        try socket.addresses(ofLink: link.index).contains { $0.prefix.address == gateway }
      })
    {
      return gateway
    }
    return Self.hostAddress(family)
  }
}
