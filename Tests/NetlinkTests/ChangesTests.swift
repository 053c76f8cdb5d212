import CMnl
import SystemPackage
import Testing

@testable import Netlink

/// Several changes in one datagram, with recorded acknowledgements.
@Suite struct ChangesTests {
  /// An NLMSG_ERROR of the recorded transport's port.
  private func acknowledgement(_ sequence: UInt8, errno: Int32 = 0, port: String = "a82d0000") -> [UInt8] {
    let number = withUnsafeBytes(of: -errno) { $0.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
    let digits = (sequence < 16 ? "0" : "") + String(sequence, radix: 16)
    return bytes("24000000 0200 0001 \(digits)000000 \(port) \(number) 20000000130005000100000000000000")
  }

  @Test func sendsThemInOneDatagramUnderNumbersOfTheirOwn() throws {
    let transport = RecordedTransport((1...3).map { .datagram(acknowledgement($0)) })
    try RouteSocket(over: transport).perform(.setUp(7), .setDown(8), .setMTU(1400, ofLink: 9))
    #expect(transport.sent.count == 1 && transport.isUsedUp)
    let sent = transport.sent.flatMap(\.self)
    withMessages(sent) { messages in
      let headers = messages.map(\.header)
      #expect(headers.map(\.nlmsg_seq) == [1, 2, 3])
      #expect(headers.map(\.nlmsg_len).reduce(0, +) == UInt32(sent.count))
    }
  }

  @Test func tellsWhichOnesFailedWhateverTheOrderOfTheAnswers() throws {
    let transport = RecordedTransport([
      .datagram(acknowledgement(3) + acknowledgement(1, errno: 17)), .datagram(acknowledgement(2, errno: 19)),
    ])
    let failures = try RouteSocket(over: transport).failures(of: [.setUp(7), .setDown(8), .setUp(9)])
    #expect(failures.map { $0?.code } == [.alreadyExists, .linkNotFound, nil])
    #expect(failures[1]?.operation == "set link down" && failures[1]?.subject == "link 8")
  }

  @Test func throwsTheFirstFailure() {
    let answers = [acknowledgement(1), acknowledgement(2, errno: 1), acknowledgement(3, errno: 17)]
    let transport = RecordedTransport(answers.map { .datagram($0) })
    let error = failure { try RouteSocket(over: transport).perform(.setUp(1), .setUp(2), .setUp(3)) }
    #expect(error?.code == .permissionDenied && error?.subject == "link 2")
    #expect(transport.isUsedUp)
  }

  @Test func nothingIsSentForNoChange() throws {
    let transport = RecordedTransport([])
    try RouteSocket(over: transport).perform([])
    #expect(transport.sent.isEmpty)
  }

  @Test func splitsManyOverDatagrams() throws {
    let count = Conversation.changesInDatagram + 2
    let transport = RecordedTransport((1...count).map { .datagram(acknowledgement(UInt8($0))) })
    try RouteSocket(over: transport).perform((1...count).map { .setUp(Int32($0)) })
    #expect(transport.sent.count == 2)
    #expect(transport.sent.last?.count == 2 * 32)
  }

  @Test(arguments: [
    ("another number", "24000000 0200 0001 09000000 a82d0000 00000000 20000000130005000100000000000000"),
    ("another port", "24000000 0200 0001 02000000 01000000 00000000 20000000130005000100000000000000"),
    ("twice the same", "24000000 0200 0001 01000000 a82d0000 00000000 20000000130005000100000000000000"),
    ("no acknowledgement", "14000000 0300 0200 02000000 a82d0000 00000000"),
    ("a part", "24000000 0200 0001 02000000 a82d0000 0000"), ("nothing", ""),
  ])
  func refusesAnAnswerThatAcknowledgesNothing(name: String, answer: String) {
    let transport = RecordedTransport([
      .datagram(acknowledgement(1)), .datagram(bytes(answer)), .datagram(acknowledgement(3)),
    ])
    let socket = RouteSocket(over: transport)
    let error = failure { try socket.perform(.setUp(7), .setUp(8)) }
    #expect(error?.code == .malformedReply && error?.errno == .protocolError, "\(name)")
    #expect(error?.subject == "link 8", "the first one without an answer is named: \(name)")
    // What may still come must not be taken for the next answer.
    _ = failure { try socket.perform(.setUp(9)) }
    #expect(transport.discards == 1)
  }

  @Test func aLostAnswerIsNoSuccessAndIsNotRepeated() {
    let transport = RecordedTransport([.datagram(acknowledgement(1)), .failure(.noBufferSpace)])
    let error = failure { try RouteSocket(over: transport).perform(.setUp(7), .setUp(8)) }
    #expect(error?.errno == .noBufferSpace && error?.subject == "link 8")
    #expect(transport.sent.count == 1)
  }

  @Test func refusesAnAliasThatTheKernelWouldCut() {
    #expect(
      failure { _ = try Change.setAlias(String(repeating: "x", count: 256), ofLink: 1) }?.code == .invalidArgument)
    #expect(failure { _ = try Change.setAlias("a\0b", ofLink: 1) }?.code == .invalidArgument)
    #expect(failure { _ = try Change.setAlias(String(repeating: "x", count: 255), ofLink: 1) } == nil)
  }
}
