import Glibc
import LinuxKernel
import SystemPackage

extension LinuxConfiguration {
  /// What a failed `Sysctl.write` means for the request, where it was about a parameter that the request asks for.
  ///
  /// - Parameters:
  ///   - error: what the kernel said; its subject is the parameter, or `parameter = value`.
  ///   - isOnHost: whether the host's own namespaces have this parameter. By default it is looked up: on a thread in the
  ///     host's network namespace.
  /// - Returns: `invalidArgument` or `failedPrecondition` naming the field; any other error as it is.
  func refusal(of error: KernelError, isOnHost: (_ name: String) -> Bool = LinuxConfiguration.isHere) -> any Error {
    let name = sysctls.keys.first { error.subject == $0 || error.subject == "\($0) = \(sysctls[$0] ?? "")" }
    guard let name, let value = sysctls[name] else { return error }
    let field = "config.linux.sysctls[\(name)]"
    switch error.errno {
    case .noSuchFileOrDirectory: return SandboxError(.invalidArgument, "\(field): \(absence(name, isOnHost))")
    case .isDirectory:
      return SandboxError(.invalidArgument, "\(field): it is a directory of parameters, and none itself")
    case .notDirectory, .fileNameTooLong, .tooManySymbolicLinkLevels:
      return SandboxError(.invalidArgument, "\(field): this kernel has no such parameter")
    case .invalidArgument, .outOfRange:
      return SandboxError(.invalidArgument, "\(field): the kernel does not take \"\(value)\" for it (\(error.errno))")
    case .readOnlyFileSystem:
      return SandboxError(
        .failedPrecondition,
        "\(field): /proc/sys is read-only here; make it writable for berthd, or leave the parameter out")
    case .permissionDenied, .notPermitted:
      return SandboxError(.failedPrecondition, "\(field): the kernel does not let berthd set it: \(error)")
    default: return error
    }
  }

  /// A parameter that every kernel has in its first network namespace and in no other.
  private static let onlyTheHosts = "net.core.netdev_max_backlog"

  private func absence(_ name: String, _ isOnHost: (String) -> Bool) -> String {
    let unknown = "this kernel has no such parameter"
    guard let interface = Self.interface(of: name) else {
      if isOnHost(name) { return "only the host has it, a network namespace does not; set it on the host" }
      // A berthd that is in a network namespace itself cannot see what the host has.
      let seesTheHost = !Self.isNetwork(name) || isOnHost(Self.onlyTheHosts)
      return seesTheHost
        ? unknown : "a network namespace does not have it; only the host's own can, if this kernel knows it at all"
    }
    guard Self.template(of: name).map(isOnHost) ?? true else { return unknown }
    return "the pod has no interface \"\(interface)\"; it has those of its networks, eth0 first"
  }

  /// Whether the calling thread's network namespace has the parameter.
  static func isHere(_ name: String) -> Bool {
    Sysctl.path(of: name).map { access("/proc/sys/" + $0, F_OK) == 0 } ?? false
  }
}
