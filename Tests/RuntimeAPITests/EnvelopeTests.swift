import RuntimeAPI
import Testing

@Suite("envelopes of Connect streams")
struct EnvelopeTests {
  @Test("flags, length with its big end first, message")
  func bytes() {
    #expect(Envelope(message: [7, 8]).bytes == [0, 0, 0, 0, 2, 7, 8])
    #expect(Envelope(message: [UInt8](repeating: 1, count: 258)).bytes.prefix(6) == [0, 0, 0, 1, 2, 1])
    #expect(Envelope(endingWith: nil).bytes == [2, 0, 0, 0, 2] + Array("{}".utf8))
    let error = Envelope(endingWith: ConnectError(code: .unavailable, message: "no"))
    #expect(error.flags == .endOfStream)
    #expect(String(decoding: error.message, as: UTF8.self) == #"{"error":{"code":"unavailable","message":"no"}}"#)
  }

  @Test("an envelope is read once it is whole, whatever follows it")
  func reading() throws {
    let bytes: [UInt8] = [2, 0, 0, 0, 3, 1, 2, 3, 9]
    for count in 0..<8 { #expect(Envelope.read(bytes.prefix(count)) == nil) }
    let (envelope, length) = try #require(Envelope.read(bytes[...]))
    #expect(envelope == Envelope(flags: .endOfStream, message: [1, 2, 3]))
    #expect(length == 8)
  }
}
