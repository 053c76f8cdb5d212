import Glibc
import LinuxKernel
import Netlink
import SystemPackage

/// Whether the tests that need privileges can run.
let isRoot = geteuid() == 0

/// A network namespace of the test's own, which goes with it.
final class PodNamespace {
  /// In it.
  let socket: RouteSocket
  private let descriptor: OwnedDescriptor

  /// Makes one, and brings the calling thread, which must be one of the test's own, into it.
  init() throws {
    // The Glibc module leaves it out, with its CLONE_NEWNET.
    typealias Unshare = @convention(c) (Int32) -> Int32
    guard let unshare = dlsym(nil, "unshare") else { throw Errno.noFunction }
    guard unsafeBitCast(unshare, to: Unshare.self)(0x4000_0000) == 0 else { throw Errno(rawValue: errno) }
    let raw = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
    guard raw >= 0 else { throw Errno(rawValue: errno) }
    let descriptor = OwnedDescriptor(raw)
    socket = try RouteSocket()
    self.descriptor = descriptor
  }

  /// What a plugin is given for it.
  var path: String { "/proc/self/fd/\(descriptor.raw)" }
  /// Where links are born in it.
  var raw: Int32 { descriptor.raw }
}

/// Runs a body on a thread of its own, which may enter namespaces.
func onOwnThread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await DedicatedThread.run(name: "plugin-test", stackSize: 1 << 20) { try body() }
}
