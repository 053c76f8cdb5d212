/// One mounted cgroup hierarchy.
public struct CgroupHierarchy: Sendable, Hashable {
  /// The two interfaces.
  public enum Version: Sendable, Hashable {
    /// The one per controller, with these controllers.
    case v1(controllers: [String])
    /// The one for all controllers, with those available here: none on a hybrid system.
    case v2(controllers: [String])
  }

  /// Which interface, with which controllers.
  public let version: Version
  /// Where it is mounted.
  public let mountPoint: String

  /// Creates a hierarchy; see ``CgroupHierarchies/discover()`` for those of the machine.
  public init(version: Version, mountPoint: String) {
    self.version = version
    self.mountPoint = mountPoint
  }

  /// The controllers.
  public var controllers: [String] {
    switch version {
    case .v1(let controllers), .v2(let controllers): controllers
    }
  }

  /// True for cgroup v2.
  public var isUnified: Bool {
    if case .v2 = version { true } else { false }
  }
}
