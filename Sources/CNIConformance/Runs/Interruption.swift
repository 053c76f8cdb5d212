import Glibc
import LinuxKernel

/// SIGINT and SIGTERM, which end a run: it kills its trials, takes its groups away, and tells.
final class Interruption: Sendable {
  static let shared = Interruption()
  /// Readable once one has come; nil where there is no descriptor to spare, and signals have their usual effect.
  let event = try? EventDescriptor()

  private init() {}

  /// From here on the signals make the event readable.
  func listen() {
    guard event != nil else { return }
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in Interruption.shared.event?.signal() } }
  }
}

/// The run was ended from outside.
public struct RunInterrupted: Error, CustomStringConvertible {
  /// What has happened, in words.
  public var description: String { "interrupted: what ran was killed, and nothing is left of it" }
}
