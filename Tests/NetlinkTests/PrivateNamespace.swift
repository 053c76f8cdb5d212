import Glibc
import LinuxKernel
import Netlink
import SystemPackage

/// Whether the tests that need privileges can run.
let isRoot = geteuid() == 0

/// Runs a body on a thread of its own in a fresh network namespace, which goes with the thread and the body's sockets.
func inPrivateNetworkNamespace<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await DedicatedThread.run(name: "netlink-test") {
    try enterFreshNetworkNamespace()
    return try body()
  }
}

/// Moves the calling thread, which must be one of the test's own, into a fresh network namespace.
func enterFreshNetworkNamespace() throws {
  typealias Unshare = @convention(c) (Int32) -> Int32
  let unshare = try unsafeBitCast(libraryFunction("unshare"), to: Unshare.self)
  guard unshare(0x4000_0000) == 0 else { throw Errno(rawValue: errno) }  // CLONE_NEWNET
}

/// Takes every capability from the calling thread alone, which must be one of the test's own and end soon.
func dropCapabilities() throws {
  typealias SetCapabilities = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int32
  let capset = try unsafeBitCast(libraryFunction("capset"), to: SetCapabilities.self)
  var header: [UInt32] = [0x2008_0522, 0]  // _LINUX_CAPABILITY_VERSION_3, this thread
  var sets = [UInt32](repeating: 0, count: 6)
  guard capset(&header, &sets) == 0 else { throw Errno(rawValue: errno) }
}

/// A function of the C library that the Glibc module leaves out.
private func libraryFunction(_ name: String) throws -> UnsafeMutableRawPointer {
  guard let address = dlsym(nil, name) else { throw Errno(rawValue: ENOSYS) }
  return address
}

/// Sends a UDP datagram of `count` bytes to an IPv4 address in the calling thread's namespace.
func sendDatagram(to address: IPAddress, byteCount: Int) throws {
  let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { throw Errno(rawValue: errno) }
  defer { close(descriptor) }
  var target = sockaddr_in()
  target.sin_family = sa_family_t(AF_INET)
  target.sin_port = UInt16(9).bigEndian
  target.sin_addr.s_addr = address.bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
  let payload = [UInt8](repeating: 0, count: byteCount)
  let sent = withUnsafePointer(to: &target) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      sendto(descriptor, payload, byteCount, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  guard sent == byteCount else { throw Errno(rawValue: errno) }
}
