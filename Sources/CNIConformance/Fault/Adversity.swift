import Glibc

/// What befalls a call that a runtime would not choose.
struct Adversity: Sendable {
  /// What the plugin finds at one of its outputs.
  enum Output: Sendable {
    /// Somebody reads it.
    case read
    /// Nobody reads it until the plugin has ended.
    case unread
    /// Whoever read it has closed it.
    case closed
    /// It takes nothing: `/dev/full`.
    case full
  }

  /// Whether the configuration is kept back: standard input ends at once.
  var isInputEmpty = false
  /// Standard output.
  var output = Output.read
  /// Standard error.
  var errors = Output.read
  /// Sent to the plugin's process group after a while.
  var signal: (number: CInt, after: Duration)?
  /// When the caller's ends of all pipes are closed, as at the caller's death.
  var callerGoneAfter: Duration?
  /// How many files it may have open.
  var openFiles: Int?
}
