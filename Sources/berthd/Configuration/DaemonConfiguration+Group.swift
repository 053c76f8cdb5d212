import Glibc

extension DaemonConfiguration {
  /// The group that has the socket when none is asked for, if it exists.
  static let usualGroup = "berth"

  /// The number of the group that may use the socket; `nil` when only root may.
  ///
  /// - Throws: When a group is asked for that does not exist: nobody would be in it, and nobody told.
  func groupNumber() throws(ConfigurationError) -> UInt32? {
    guard let group else { return Self.number(ofGroup: Self.usualGroup) }
    guard !group.isEmpty else { return nil }
    guard let number = Self.number(ofGroup: group) else {
      throw ConfigurationError(
        "group", "there is no group \"\(group)\"; make it (groupadd --system \(group)), or say \"\" for root alone")
    }
    return number
  }

  private static func number(ofGroup name: String) -> UInt32? {
    var entry = Glibc.group()
    var found: UnsafeMutablePointer<Glibc.group>?
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 16) { buffer in
      guard getgrnam_r(name, &entry, buffer.baseAddress, buffer.count, &found) == 0, found != nil else { return nil }
      return entry.gr_gid
    }
  }
}
