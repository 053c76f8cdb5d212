/// A file in the cache that is no entry, such as the empty one that a power cut leaves: of its attachment only the name tells.
public struct UnreadableCacheEntry: Sendable, Hashable {
  /// The file's name: `<network>-<container>-<interface>`, as whoever wrote it meant it.
  public let name: String
  /// The file's path.
  public let path: String
  /// Why it is none.
  public let reason: String
}
