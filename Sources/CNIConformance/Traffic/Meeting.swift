import Glibc
import LinuxKernel
import SystemPackage

/// What came of a client's call on a server.
enum Meeting: Sendable, Hashable {
  /// It was answered; what the server saw as the client's address.
  case answered(seenFrom: Endpoint)
  /// It was not; why, in words.
  case failed(String)

  /// What the server saw as the client's address; nil where it saw nothing.
  var seenFrom: IPAddress? {
    if case .answered(let endpoint) = self { endpoint.address } else { nil }
  }

  /// Why there was no answer; nil where there was one.
  var failure: String? {
    if case .failed(let why) = self { why } else { nil }
  }

  /// Whether there was an answer.
  var isAnswered: Bool { failure == nil }

  static func failed(_ code: CInt) -> Meeting { .failed("\(Errno(rawValue: code))") }
}
