import Glibc
import LinuxKernel
import Netlink

/// Who listens to every frame that comes to a place, whomever it is for.
struct Ear: ~Copyable {
  private let descriptor: OwnedDescriptor

  /// Listens from now on.
  init(in place: Place, interface: String) throws {
    let socket = try place.routeSocket()
    let link = try socket.link(named: interface)
    try socket.perform(.setFlags(.promiscuous, of: .promiscuous, ofLink: link.index))
    let raw = try place.visit {
      let flags = CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
      // Not bound to an interface: there is none but this one and `lo`.
      return try retrying("open packet socket", "in \(place.name)") {
        Glibc.socket(AF_PACKET, flags, CInt(UInt16(Self.everyProtocol).bigEndian))
      }
    }
    descriptor = OwnedDescriptor(raw)
  }

  /// ETH_P_ALL, which no header of the C library's has.
  private static let everyProtocol = 3

  /// Whether a frame with these bytes in it comes in time.
  borrowing func hears(_ bytes: [UInt8], within patience: Duration) -> Bool {
    let deadline = SuspendingClock.now + patience
    var frame = [UInt8](repeating: 0, count: 1 << 16)
    while Poll.isReadable(descriptor.raw, until: deadline) {
      let count = recv(descriptor.raw, &frame, frame.count, 0)
      // The payload is what the frame ends with, but for a short frame's filling.
      guard count >= bytes.count else { continue }
      for start in 0...(count - bytes.count) where frame[start] == bytes[0] {
        if frame[start..<start + bytes.count].elementsEqual(bytes) { return true }
      }
    }
    return false
  }
}
