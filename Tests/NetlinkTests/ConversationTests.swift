@testable import Netlink
import SystemPackage
import Testing

@Suite struct ConversationTests {
  private static let done = bytes("14000000 0300 0200 01000000 a82d0000 00000000")  // NLMSG_DONE of sequence 1
  private static let acknowledged = bytes(
    "24000000 0200 0001 01000000 a82d0000 00000000 20000000130005000100000000000000")

  /// The recorded link as the answer to another sequence number.
  private static func link(sequence: UInt8, flags: UInt8 = 2) -> [UInt8] {
    var message = DecodingTests.veth
    message[8] = sequence
    message[6] = flags
    return message
  }

  private static func done(sequence: UInt8) -> [UInt8] {
    var message = done
    message[8] = sequence
    return message
  }

  @Test func joinsTheDatagramsOfAListing() throws {
    let transport = RecordedTransport([
      .datagram(Self.link(sequence: 1) + Self.link(sequence: 1)), .datagram(Self.link(sequence: 1)),
      .datagram(Self.done),
    ])
    #expect(try RouteSocket(over: transport).links().count == 3)
    #expect(transport.isUsedUp)
  }

  @Test func numbersRequestsOneAfterTheOther() throws {
    let transport = RecordedTransport([.datagram(Self.done), .datagram(Self.done(sequence: 2))])
    let socket = RouteSocket(over: transport)
    _ = try socket.links()
    _ = try socket.links()
    #expect(transport.sent.map { $0[8] } == [1, 2])
  }

  @Test func acceptsAnAcknowledgement() throws {
    let transport = RecordedTransport([.datagram(Self.acknowledged)])
    try RouteSocket(over: transport).perform(.setUp(7))
    #expect(transport.discards == 0)
  }

  @Test func givesTheKernelsErrnoAndWords() {
    let transport = RecordedTransport([
      .datagram(
        bytes(
          """
          3c000000 0200 0003 01000000 a82d0000  # nlmsghdr: 60 bytes, NLMSG_ERROR, CAPPED|ACK_TLVS
          efffffff                              # error: -EEXIST
          20000000 1000 0506 01000000 00000000  # the request's header
          1800 0100                             # NLMSGERR_ATTR_MSG
            4c696e6b20616c72656164792065786973747300  # "Link already exists"
          """))
    ])
    let error = failure { try RouteSocket(over: transport).perform(.createBridge(NewLink("b0"))) }
    #expect(error?.code == .alreadyExists)
    #expect(error?.errno == .fileExists)
    #expect(error?.operation == "create bridge")
    #expect(error?.subject == "b0")
    #expect(error?.detail == "Link already exists")
  }

  @Test func readsTheKernelsWordsBehindAnEchoedRequest() {
    let transport = RecordedTransport([
      .datagram(
        bytes(
          """
          40000000 0200 0002 01000000 a82d0000  # nlmsghdr: 64 bytes, NLMSG_ERROR, ACK_TLVS, not capped
          edffffff                              # error: -ENODEV
          20000000 1300 0500 01000000 00000000  # the request's header: 32 bytes
          00000000 07000000 01000000 01000000   # and its body
          0b00 0100 6e6f206c696e6b              # NLMSGERR_ATTR_MSG "no link", without a zero
          00
          """))
    ])
    let error = failure { try RouteSocket(over: transport).perform(.setUp(7)) }
    #expect(error?.code == .linkNotFound)
    #expect(error?.detail == "no link")
  }

  @Test func asksAgainWhenTheListingChangedMeanwhile() throws {
    let transport = RecordedTransport([
      .datagram(Self.link(sequence: 1, flags: 0x12)), .datagram(Self.done),  // NLM_F_DUMP_INTR
      .datagram(Self.link(sequence: 2)), .datagram(Self.done(sequence: 2)),
    ])
    #expect(try RouteSocket(over: transport).links().count == 1)
    #expect(transport.sent.count == 2)
  }

  @Test func asksAgainAfterAnOverrun() throws {
    let transport = RecordedTransport([
      .failure(.noBufferSpace), .datagram(Self.link(sequence: 2)), .datagram(Self.done(sequence: 2)),
    ])
    #expect(try RouteSocket(over: transport).links().count == 1)
    #expect(transport.discards == 1)
  }

  @Test func givesUpOnAListingThatKeepsChanging() {
    let transport = RecordedTransport(Array(repeating: .failure(.noBufferSpace), count: 100))
    let error = failure { _ = try RouteSocket(over: transport).links() }
    #expect(error?.code == .interrupted)
    #expect(transport.sent.count == Conversation.attempts)
  }

  @Test func doesNotRepeatAChangeWhoseAcknowledgementWasLost() {
    let transport = RecordedTransport([.failure(.noBufferSpace), .datagram(Self.acknowledged)])
    let error = failure { try RouteSocket(over: transport).perform(.setUp(7)) }
    #expect(error?.errno == .noBufferSpace)
    #expect(transport.sent.count == 1)
  }

  @Test(arguments: [
    (8, UInt8(2), "sequence number 2, expected 1"), (12, UInt8(1), "port id 11521, expected 11688"),
    (16, UInt8(1), "acknowledgement without an errno"), (0, UInt8(0x15), "truncated message in 20 bytes"),
  ])
  func refusesAnAnswerThatIsNotTheRequests(offset: Int, value: UInt8, reason: String) {
    var answer = Self.done
    answer[offset] = value
    let transport = RecordedTransport([.datagram(answer), .datagram(Self.done(sequence: 2))])
    let socket = RouteSocket(over: transport)
    let error = failure { _ = try socket.links() }
    #expect(error?.code == .malformedReply)
    #expect(error?.detail == reason)
    // What was left of the bad answer is not taken for the next one.
    #expect(failure { _ = try socket.links() } == nil)
    #expect(transport.discards == 1)
  }
}
