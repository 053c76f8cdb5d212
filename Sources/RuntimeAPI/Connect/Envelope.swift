import JSON

/// One message of a Connect stream: a byte of flags, the length as 32 bits, big end first, and the message
/// ("Enveloped-Message" of the Connect protocol).
public struct Envelope: Sendable, Hashable {
  /// What the first byte says.
  public struct Flags: OptionSet, Sendable, Hashable {
    /// The byte.
    public let rawValue: UInt8
    /// Takes the byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The message is compressed.
    public static let compressed = Flags(rawValue: 1)
    /// The stream ends with this: the message is an object that may hold the error.
    public static let endOfStream = Flags(rawValue: 2)
  }

  /// How long flags and length are.
  private static let headLength = 5

  /// The flags.
  public var flags: Flags
  /// The message.
  public var message: [UInt8]

  /// Makes an envelope; a message is shorter than 4 GiB.
  public init(flags: Flags = [], message: [UInt8]) {
    self.flags = flags
    self.message = message
  }

  /// The last envelope of a stream ("EndStreamResponse").
  public init(endingWith error: ConnectError?) {
    let document = JSON.object(error.map { ["error": $0.json] } ?? [:])
    self.init(flags: .endOfStream, message: document.bytes())
  }

  /// The envelope as it is sent.
  public var bytes: [UInt8] {
    let length = UInt32(message.count)
    return [flags.rawValue] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + message
  }

  /// Reads the envelope that `bytes` begin with; nil while it is not whole.
  ///
  /// - Returns: The envelope, and how many bytes it took.
  public static func read(_ bytes: some RandomAccessCollection<UInt8>) -> (envelope: Envelope, length: Int)? {
    guard bytes.count >= headLength, let flags = bytes.first else { return nil }
    let count = bytes.dropFirst().prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard bytes.count - headLength >= count else { return nil }
    let message = Array(bytes.dropFirst(headLength).prefix(count))
    return (Envelope(flags: Flags(rawValue: flags), message: message), headLength + count)
  }
}
