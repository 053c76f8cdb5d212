extension CRI {
  /// Who manages cgroups.
  public enum CgroupDriver: String, ProtoEnum {
    /// systemd.
    case systemd = "SYSTEMD"
    /// The runtime, through the file system.
    case cgroupfs = "CGROUPFS"
  }

  /// What the runtime's configuration says about Linux.
  public struct LinuxRuntimeConfiguration: Message {
    /// Who manages cgroups.
    public var cgroupDriver: CgroupDriver

    /// Makes the message; what is left out has its proto3 default.
    public init(cgroupDriver: CgroupDriver = .systemd) {
      self.cgroupDriver = cgroupDriver
    }
  }

  /// Asks for the runtime's configuration.
  public struct RuntimeConfigRequest: Message {
    /// Makes the message; what is left out has its proto3 default.
    public init() {}
  }

  /// The runtime's configuration.
  public struct RuntimeConfigResponse: Message {
    /// What concerns Linux.
    public var linux: LinuxRuntimeConfiguration?

    /// Makes the message; what is left out has its proto3 default.
    public init(linux: LinuxRuntimeConfiguration? = nil) {
      self.linux = linux
    }
  }
}

extension RuntimeService {
  /// Says how the runtime is configured.
  public static let runtimeConfig = RPC<CRI.RuntimeConfigRequest, CRI.RuntimeConfigResponse>(
    service: name, method: "RuntimeConfig")
}
