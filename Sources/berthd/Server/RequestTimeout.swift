/// What `Connect-Timeout-Ms` says.
enum RequestTimeout: Equatable {
  case none
  case after(Duration)
  case invalid(String)

  /// The time the client gives; `nil` when it does not say or says nonsense.
  var duration: Duration? { if case .after(let duration) = self { duration } else { nil } }

  init(_ text: String?) {
    guard let text else {
      self = .none
      return
    }
    let isNumber = (1...10).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
    guard isNumber, let milliseconds = Int(text), milliseconds > 0 else {
      self = .invalid(text)
      return
    }
    self = .after(.milliseconds(milliseconds))
  }
}
