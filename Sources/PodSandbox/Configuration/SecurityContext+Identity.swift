extension LinuxConfiguration.SecurityContext {
  /// Pause's uid and gid unless the request says otherwise; nobody else's.
  private static let unprivilegedID: UInt32 = 65535

  /// Pause's uid, inside its user namespace if it has one.
  ///
  /// Where nobody asks for one, and the namespace does not map the usual one, it is the highest that is mapped: which
  /// unprivileged id pause has is our choice alone, and must not keep a pod with a short mapping from running (in the
  /// peers it does: their pause image has a fixed id). An id that is asked for is taken as it is, and refused by
  /// `validate` where it is not mapped.
  var pauseUser: UInt32 {
    runAsUser.map { UInt32(truncatingIfNeeded: $0) } ?? Self.id(in: namespaceOptions.userNamespace?.uids)
  }

  /// Pause's gid, likewise.
  var pauseGroup: UInt32 {
    runAsGroup.map { UInt32(truncatingIfNeeded: $0) } ?? Self.id(in: namespaceOptions.userNamespace?.gids)
  }

  private static func id(in mappings: [LinuxConfiguration.UserNamespace.IDMapping]?) -> UInt32 {
    guard let mappings, !mappings.contains(where: { $0.maps(unprivilegedID) }) else { return unprivilegedID }
    return mappings.compactMap(\.last).max() ?? unprivilegedID
  }

  /// Refuses ids that the pod's user namespace does not map: the kernel would, once pause has been started.
  ///
  /// - Throws: `invalidArgument` naming the field.
  func validateMappedIDs() throws(SandboxError) {
    guard let userNamespace = namespaceOptions.userNamespace else { return }
    var asked: [(field: String, kind: String, id: Int64?, mappings: [LinuxConfiguration.UserNamespace.IDMapping])] = [
      ("runAsUser", "uids", runAsUser, userNamespace.uids), ("runAsGroup", "gids", runAsGroup, userNamespace.gids),
    ]
    for (index, group) in supplementalGroups.enumerated() {
      asked.append(("supplementalGroups[\(index)]", "gids", group, userNamespace.gids))
    }
    for case (let field, let kind, let id?, let mappings) in asked {
      guard !mappings.contains(where: { $0.maps(UInt32(truncatingIfNeeded: id)) }) else { continue }
      throw .field(
        "linux.securityContext.\(field)", "\(id)",
        "is not mapped by namespaceOptions.usernsOptions.\(kind); map it, or ask for an id that is mapped")
    }
  }
}

extension LinuxConfiguration.UserNamespace.IDMapping {
  /// Whether an id inside is mapped.
  func maps(_ id: UInt32) -> Bool { id >= containerID && id - containerID < length }

  /// The highest id inside; `nil` when the mapping is empty or leaves 32 bits.
  var last: UInt32? {
    guard length > 0 else { return nil }
    let (last, overflow) = containerID.addingReportingOverflow(length - 1)
    return overflow ? nil : last
  }
}
