import CNI
import JSON
import Synchronization

/// What a call writes to standard error: its own words, and those of the plugins that it asks.
final class Remarks: Sendable {
  private let kept = Mutex("")
  private let passOn: (@Sendable (String) -> Void)?

  /// With `passOn` each remark is handed on at once as well: whoever is killed has said what it had to say.
  init(passOn: (@Sendable (String) -> Void)? = nil) { self.passOn = passOn }

  /// All of them, bounded.
  var text: String { kept.withLock { $0 } }

  func add(_ text: String) {
    guard !text.isEmpty else { return }
    passOn?(text)
    kept.withLock { $0 = ($0 + text).cut(toBytes: CNIBounds.standardError) }
  }
}
