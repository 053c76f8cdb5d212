extension CRI {
  /// Asks for versions.
  public struct VersionRequest: Message {
    /// The API version the client speaks.
    public var version: String

    /// Makes the message; what is left out has its proto3 default.
    public init(version: String = "") {
      self.version = version
    }
  }

  /// The versions of the API and of the runtime.
  public struct VersionResponse: Message {
    /// The version of the API, `0.1.0`.
    public var version: String
    /// The runtime's name.
    public var runtimeName: String
    /// The runtime's version.
    public var runtimeVersion: String
    /// The version of the API's package, `v1`.
    public var runtimeApiVersion: String

    /// Makes the message; what is left out has its proto3 default.
    public init(
      version: String = "", runtimeName: String = "", runtimeVersion: String = "", runtimeApiVersion: String = ""
    ) {
      self.version = version
      self.runtimeName = runtimeName
      self.runtimeVersion = runtimeVersion
      self.runtimeApiVersion = runtimeApiVersion
    }
  }
}

extension RuntimeService {
  /// Says which versions the runtime has.
  public static let version = RPC<CRI.VersionRequest, CRI.VersionResponse>(service: name, method: "Version")
}
