import LinuxKernel
import SystemPackage

extension RouteSocket {
  /// Opens a socket in the network namespace that `path` names (a bound or a `/proc/PID/ns/net` file), by way of a
  /// thread of its own.
  ///
  /// Needs CAP_SYS_ADMIN in the namespace's user namespace and in one's own (setns(2)).
  public convenience init(inside path: String) throws(NetlinkError) {
    do {
      self.init(over: try NetworkNamespace.visit(path) { try MnlTransport() })
    } catch let error as KernelError {
      throw NetlinkError(
        errno: error.errno, operation: "open netlink socket", subject: "in \(path)", detail: error.description)
    } catch {
      // Only the transport is left to throw, and it throws an errno.
      let errno = (error as? Errno) ?? .ioError
      throw NetlinkError(errno: errno, operation: "open netlink socket", subject: "in \(path)")
    }
  }
}
