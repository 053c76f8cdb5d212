import Glibc
import LinuxKernel
import SystemPackage

/// Whether the tests that need privileges can run.
let isRoot = geteuid() == 0

/// Runs a body on a thread of its own in a fresh network namespace, which goes with the thread and the body's sockets.
func inPrivateNetworkNamespace<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
  try await DedicatedThread.run(name: "netfilter-test") {
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
