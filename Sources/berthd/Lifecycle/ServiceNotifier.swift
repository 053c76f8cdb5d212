import Glibc
import SystemPackage

/// Tells systemd how the daemon fares, by the protocol of sd_notify(3): datagrams to `NOTIFY_SOCKET`.
struct ServiceNotifier: Sendable {
  /// Where to: a path, or with `@` in front an abstract name; `nil`: nobody wants to know.
  let address: String?

  /// Takes the address from the environment and removes it there, so that no plugin speaks for the daemon.
  ///
  /// To be called while the process has one thread.
  static func takeFromEnvironment() -> ServiceNotifier {
    defer { unsetenv("NOTIFY_SOCKET") }
    return ServiceNotifier(address: getenv("NOTIFY_SOCKET").map { String(cString: $0) })
  }

  /// The API answers.
  func ready() throws(Errno) { try send("READY=1\nSTATUS=Serving pod sandboxes.") }

  /// The daemon is ending.
  func stopping() throws(Errno) { try send("STOPPING=1\nSTATUS=Waiting for operations in progress.") }

  /// Sends `state`; nothing when nobody wants to know.
  func send(_ state: String) throws(Errno) {
    guard let address, !address.isEmpty else { return }
    guard let (name, length) = sockaddr_un.named(address) else { throw Errno(rawValue: ENAMETOOLONG) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    defer { close(descriptor) }
    let sent = withUnsafePointer(to: name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        sendto(descriptor, state, state.utf8.count, Int32(MSG_NOSIGNAL), address, length)
      }
    }
    guard sent >= 0 else { throw Errno(rawValue: errno) }
  }
}

extension sockaddr_un {
  /// The address of the Unix socket `name`, a path or `@` and an abstract name; `nil` when it is too long.
  static func named(_ name: String) -> (sockaddr_un, socklen_t)? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    let isAbstract = bytes.first == UInt8(ascii: "@")
    if isAbstract { bytes[0] = 0 } else { bytes.append(0) }
    let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? MemoryLayout<sa_family_t>.size
    guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return (address, socklen_t(offset + bytes.count))
  }
}
