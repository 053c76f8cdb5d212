/// What a plugin is asked to do: the value of `CNI_COMMAND`.
public enum Verb: String, Sendable, Hashable, Codable, CaseIterable {
  /// Connects a container to a network, or changes the connection.
  case add = "ADD"
  /// Undoes ADD.
  case del = "DEL"
  /// Verifies that an attachment is as ADD left it.
  case check = "CHECK"
  /// Releases what belongs to no valid attachment (1.1.0).
  case gc = "GC"
  /// Says whether the plugin is ready for ADD (1.1.0).
  case status = "STATUS"
  /// Says which versions of the specification the plugin speaks.
  case version = "VERSION"

  /// The word that messages use; ADD's and DEL's are libcni's.
  var inMessages: String { self == .del ? "delete" : rawValue.lowercased() }
}
