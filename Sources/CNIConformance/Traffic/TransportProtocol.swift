import Glibc

/// What carries a conversation; the raw value is what `portMappings` calls it.
enum TransportProtocol: String, Sendable, Hashable, CaseIterable {
  case tcp
  case udp

  /// How it is called in words.
  var words: String { rawValue.uppercased() }

  /// The socket's type.
  var kernel: CInt { CInt(self == .tcp ? SOCK_STREAM.rawValue : SOCK_DGRAM.rawValue) }
}
