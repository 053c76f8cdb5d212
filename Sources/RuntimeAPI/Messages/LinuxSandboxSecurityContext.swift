extension CRI {
  /// How `supplementalGroups` and an image's own groups combine.
  public enum SupplementalGroupsPolicy: String, ProtoEnum {
    /// Both apply.
    case merge = "Merge"
    /// Only the listed groups apply.
    case strict = "Strict"
  }

  /// Where a security profile comes from.
  public enum ProfileType: String, ProtoEnum {
    /// The runtime's own profile.
    case runtimeDefault = "RuntimeDefault"
    /// No profile.
    case unconfined = "Unconfined"
    /// A profile of the host, named by `localhostRef`.
    case localhost = "Localhost"
  }

  /// A seccomp or AppArmor profile.
  public struct SecurityProfile: Message {
    /// Where the profile comes from.
    public var profileType: ProfileType
    /// The profile's path or name; with `Localhost` only.
    public var localhostRef: String

    /// Makes the message; what is left out has its proto3 default.
    public init(profileType: ProfileType = .runtimeDefault, localhostRef: String = "") {
      self.profileType = profileType
      self.localhostRef = localhostRef
    }
  }

  /// An SELinux label.
  public struct SELinuxOption: Message {
    /// The label's user.
    public var user: String
    /// The label's role.
    public var role: String
    /// The label's type.
    public var type: String
    /// The label's level.
    public var level: String

    /// Makes the message; what is left out has its proto3 default.
    public init(user: String = "", role: String = "", type: String = "", level: String = "") {
      self.user = user
      self.role = role
      self.type = type
      self.level = level
    }
  }

  /// A number that can be absent.
  public struct Int64Value: Message {
    /// The number.
    public var value: Int64

    /// Makes the message; what is left out has its proto3 default.
    public init(value: Int64 = 0) {
      self.value = value
    }
  }

  /// The security options of a sandbox.
  public struct LinuxSandboxSecurityContext: Message {
    /// The namespaces; nil gives the pod its own.
    public var namespaceOptions: NamespaceOption?
    /// The SELinux label.
    public var selinuxOptions: SELinuxOption?
    /// The user id of the sandbox's process.
    public var runAsUser: Int64Value?
    /// The group id; only with `runAsUser`.
    public var runAsGroup: Int64Value?
    /// Whether the root is read-only; a sandbox's always is.
    public var readonlyRootfs: Bool
    /// More group ids of the sandbox's process.
    public var supplementalGroups: [Int64]
    /// How the groups combine with an image's.
    public var supplementalGroupsPolicy: SupplementalGroupsPolicy
    /// Whether the pod will run privileged containers.
    public var privileged: Bool
    /// The seccomp profile.
    public var seccomp: SecurityProfile?
    /// The AppArmor profile.
    public var apparmor: SecurityProfile?
    /// The deprecated way to name a seccomp profile.
    public var seccompProfilePath: String

    /// Makes the message; what is left out has its proto3 default.
    public init(
      namespaceOptions: NamespaceOption? = nil, selinuxOptions: SELinuxOption? = nil, runAsUser: Int64Value? = nil,
      runAsGroup: Int64Value? = nil, readonlyRootfs: Bool = false, supplementalGroups: [Int64] = [],
      supplementalGroupsPolicy: SupplementalGroupsPolicy = .merge, privileged: Bool = false,
      seccomp: SecurityProfile? = nil, apparmor: SecurityProfile? = nil, seccompProfilePath: String = ""
    ) {
      self.namespaceOptions = namespaceOptions
      self.selinuxOptions = selinuxOptions
      self.runAsUser = runAsUser
      self.runAsGroup = runAsGroup
      self.readonlyRootfs = readonlyRootfs
      self.supplementalGroups = supplementalGroups
      self.supplementalGroupsPolicy = supplementalGroupsPolicy
      self.privileged = privileged
      self.seccomp = seccomp
      self.apparmor = apparmor
      self.seccompProfilePath = seccompProfilePath
    }
  }
}
