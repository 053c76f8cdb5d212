import LinuxKernel
import SystemPackage
import Testing

@testable import Netfilter

/// What a transaction is on the wire.
@Suite struct BatchTests {
  private static let berth = Table(.inet, "berth")

  private func sent(_ transaction: Transaction, isTrial: Bool = false) throws -> [UInt8] {
    try Batch(transaction: transaction, isTrial: isTrial, firstSequence: 1).encoded()
  }

  private static let begin = """
    14000000 1000 0100 01000000 00000000  # nlmsghdr: 20 bytes, NFNL_MSG_BATCH_BEGIN, REQUEST
    00 00 000a                            # nfgenmsg: of nf_tables

    """
  private static let end = """
    14000000 1100 0100 03000000 00000000  # NFNL_MSG_BATCH_END
    00 00 000a

    """
  private static let element = """
    74000000 0c0a 0506 02000000 00000000  # 116 bytes, NEWSETELEM, REQUEST|ACK|EXCL|CREATE
    01 00 0000                            # of family inet
    0700 0200 6d3600 00                   # set "m6"
    0a00 0100 626572746800 0000           # table "berth"
    4c00 0380                             # elements
      4800 0180
        2000 0180 1c00 0100               # key
          fd00000000000000 0000000000000001 06000000 00500000
        1c00 0280 1800 0100               # value
          fd00000000000000 0000000000000002 00500000
        0800 0600 0002 7800               # comment "x"

    """

  private static var creation: Transaction {
    transaction {
      let map = berth.map("m6", [.ipv6Addr, .inetProto, .inetService], to: [.ipv6Addr, .inetService])
      $0.create(
        map.element(
          [.address(.literal("fd00::1")), .proto(.tcp), .service(80)],
          to: [.address(.literal("fd00::2")), .service(80)], comment: "x"))
    }
  }

  @Test func isCommandsBetweenBeginAndEnd() throws {
    #expect(try sent(Self.creation) == bytes(Self.begin + Self.element + Self.end))
  }

  @Test func hasNoEndWhenItIsATrial() throws {
    #expect(try sent(Self.creation, isTrial: true) == bytes(Self.begin + Self.element))
  }

  @Test func bearsAGenerationOnlyWhenAskedTo() throws {
    var transaction = Self.creation
    transaction.generation = 0x0102_0304
    let begin = """
      1c000000 1000 0100 01000000 00000000  # 28 bytes
      00 00 000a
      0800 0100 01020304                    # NFNL_BATCH_GENID, in the network's order

      """
    #expect(try sent(transaction) == bytes(begin + Self.element + Self.end))
  }

  @Test func asksForTheLastAcknowledgementAlone() throws {
    let datagram = try sent(
      transaction {
        $0.add(Self.berth)
        $0.add(Self.berth.chain("a"))
        $0.delete(Self.berth)
      })
    var flags: [UInt16] = []
    datagram.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        flags.append(buffer.loadUnaligned(fromByteOffset: offset + 6, as: UInt16.self))
        offset += Int(buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      }
    }
    #expect(flags == [1, 0x401, 0x401, 5, 1])
  }

  @Test func leavesNoMemoryBehind() throws {
    func growth() throws -> Int {
      let before = try allocatedBytes()
      for _ in 0..<1000 { _ = try sent(Layout.transaction) }
      return try allocatedBytes() - before
    }
    _ = try growth()
    // One lost object a transaction would show in every round; what other tests do meanwhile does not.
    var smallest = Int.max
    for _ in 0..<5 where smallest > 32 << 10 { smallest = try min(smallest, growth()) }
    #expect(smallest <= 32 << 10)
  }
}
