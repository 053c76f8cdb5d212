@testable import Netlink
import Testing

/// Whatever arrives, decoding ends, and reads nothing outside the datagram (the buffer is exactly as long as it;
/// sanitizers watch).
@Suite struct MalformedReplyTests {
  private func decodeAll(_ datagram: [UInt8]) {
    let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: datagram.count, alignment: 16)
    defer { exact.deallocate() }
    exact.copyBytes(from: datagram)
    for message in MessageSequence(UnsafeRawBufferPointer(exact)) {
      // Refusals are as good as values here.
      _ = try? Link(message)
      _ = try? InterfaceAddress(message)
      _ = try? Route(message)
      _ = Acknowledgement(message)
    }
  }

  private func retyped(_ type: UInt8, _ length: Int) -> [UInt8] {
    var message = DecodingTests.veth
    message[4] = type
    message[0] = UInt8(truncatingIfNeeded: length)
    return Array(message.prefix(max(length, 16)))
  }

  @Test(arguments: [UInt8(16), 20, 24, 2, 3])
  func survivesEveryTruncation(type: UInt8) {
    for length in 0...DecodingTests.veth.count {
      decodeAll(Array(DecodingTests.veth.prefix(length)))
      decodeAll(retyped(type, length))
    }
  }

  @Test(arguments: [UInt8(16), 20, 24, 2, 3])
  func survivesEveryByteAtItsLimits(type: UInt8) {
    let original = retyped(type, DecodingTests.veth.count)
    for offset in original.indices {
      for value: UInt8 in [0, 1, 3, 4, 5, 0x7f, 0x80, 0xff] {
        var message = original
        message[offset] = value
        decodeAll(message)
      }
    }
  }

  @Test func survivesAttributesOfEveryTypeAndNoLength() {
    for type: UInt8 in 0...80 {
      for header in ["20000000 1000", "18000000 1400", "1c000000 1800"] {
        let message = bytes(header + "0200 07000000 a82d0000 02000000 00000000 00000000 00000000")
        let attribute: [UInt8] = [4, 0, type, 0]
        var whole = message.prefix(Int(message[0])) + attribute
        whole[0] += 4
        decodeAll(Array(whole))
      }
    }
  }
}
