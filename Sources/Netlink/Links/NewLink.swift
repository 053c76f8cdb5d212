public import LinuxKernel

/// An interface that is to be made, with all that it can be given at its birth: nothing is renamed, moved or renumbered later.
public struct NewLink: Sendable, Hashable {
  /// Its name. With `%d` in it the kernel puts the first free number there.
  public var name: String
  /// Its number; nil lets the kernel choose. Who chooses it can address the link in the same datagram. Fails with
  /// `alreadyExists` where it is taken. A veth's peer is given one only together with its other end.
  public var index: Int32?
  /// Its hardware address; nil lets the kernel draw one, which others (udev's MACAddressPolicy) may change.
  public var mac: MACAddress?
  /// The largest packet, in bytes; nil is the kind's default.
  public var mtu: UInt32?
  /// The bridge (or other master) it belongs to, in its own namespace.
  public var master: Int32?
  /// The group it is in (netdevice group, 0 by default).
  public var group: UInt32?
  /// How many packets wait to be sent at most.
  public var transmitQueueLength: UInt32?
  /// Whether it is brought up at once.
  public var isUp = false
  /// A descriptor open on the network namespace it is born in, the caller's to keep open; nil is the socket's own.
  public var namespace: Int32?

  /// Describes an interface by its name.
  public init(_ name: String) { self.name = name }
}
