/// What is taken of what plugins and files bring. A writer and its reader share one number, so that what was written can be read.
public enum CNIBounds {
  /// The most bytes of a network configuration: of a file, and of a list with all its plugins.
  public static let configuration = 1 << 20
  /// The most bytes of a plugin's result, as it is handed on and kept.
  public static let result = 1 << 20
  /// The most bytes of standard output: a result with the white space around it.
  public static let standardOutput = result + (64 << 10)
  /// The most bytes of standard error that are kept.
  public static let standardError = 32 << 10
  /// The most bytes of an error's message, and of its details.
  public static let errorText = 4 << 10
  /// The most failures that are kept of an operation that goes on past them.
  public static let failures = 32
  /// The most bytes of a cache entry.
  static let cacheEntry = 4 << 20
}
