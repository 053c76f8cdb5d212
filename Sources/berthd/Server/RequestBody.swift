import CZlib
import RuntimeAPI

/// A request's body as it came.
struct RequestBody: Sendable {
  /// How it was packed ("Content-Encoding").
  enum Encoding: String, Sendable {
    case identity, gzip
  }

  let raw: [UInt8]
  let encoding: Encoding
  /// How long it may be when it is unpacked.
  let limit: Int

  /// Whether it is parsed in no time.
  var isSmall: Bool { raw.count <= Self.smallSize && encoding == .identity }

  private static let smallSize = 16 << 10

  /// The one message of a stream's request, out of its envelope.
  func message() throws -> [UInt8] {
    guard let (envelope, length) = Envelope.read(raw), length == raw.count else {
      throw Refusal(
        .invalidArgument,
        "the body is not one message with its length before it (5 bytes: 0, and 32 bits, big end first)")
    }
    if envelope.flags.isEmpty { return envelope.message }
    guard envelope.flags == .compressed, encoding == .gzip else {
      throw Refusal(
        .invalidArgument,
        "the message is compressed, which Connect-Content-Encoding does not say, or ends a stream; send it as it is")
    }
    return try RequestBody(raw: envelope.message, encoding: encoding, limit: limit).bytes()
  }

  /// The body as it was meant.
  func bytes() throws(Refusal) -> [UInt8] {
    switch encoding {
    case .identity: return raw
    case .gzip: return try unpacked()
    }
  }

  /// zlib's `inflate` over one gzip member, which must fill the body.
  private func unpacked() throws(Refusal) -> [UInt8] {
    var stream = z_stream()
    guard berth_inflate_init_gzip(&stream) == Z_OK else {
      throw Refusal(.resourceExhausted, "there is no memory for gzip")
    }
    defer { inflateEnd(&stream) }
    var input = raw
    var output: [UInt8] = []
    var status = Z_OK
    let isWhole = input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = uInt(input.count)
      while status == Z_OK, output.count <= limit { status = Self.step(&stream, &output) }
      return stream.avail_in == 0
    }
    guard output.count <= limit else { throw .tooLarge(limit, "unpacked") }
    guard status == Z_STREAM_END, isWhole else {
      let reason =
        stream.msg.map { String(cString: $0) } ?? (status == Z_STREAM_END ? "something follows it" : "it breaks off")
      throw Refusal(.invalidArgument, "the body is not one gzip stream: \(reason)")
    }
    return output
  }

  private static func step(_ stream: inout z_stream, _ output: inout [UInt8]) -> CInt {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 << 10) { buffer in
      stream.next_out = buffer.baseAddress
      stream.avail_out = uInt(buffer.count)
      let status = inflate(&stream, Z_NO_FLUSH)
      output += buffer.prefix(buffer.count - Int(stream.avail_out))
      return status
    }
  }
}

extension Refusal {
  /// A body that nobody reads to its end.
  static func tooLarge(_ limit: Int, _ state: String? = nil) -> Refusal {
    Refusal(
      .resourceExhausted,
      "the request's body is larger than \(limit) bytes\(state.map { " when \($0)" } ?? ""), as many as maxRequestBodyBytes allows"
    )
  }
}
