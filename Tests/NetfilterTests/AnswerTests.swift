import SystemPackage
import Testing

@testable import Netfilter

/// How the kernel's answers become errors; sequence number 1 is the batch's beginning, 2 the first command.
@Suite struct AnswerTests {
  private static let berth = Table(.inet, "berth")
  private static let threeCommands = transaction {
    $0.add(berth)
    $0.create(berth.chain("a"))
    $0.delete(berth.chain("b"))
  }

  private func outcome(_ events: RecordedTransport.Event...) -> (error: NetfilterError?, transport: RecordedTransport) {
    let transport = RecordedTransport(events)
    let socket = NetfilterSocket(over: transport)
    return (failure { try socket.perform(Self.threeCommands) }, transport)
  }

  @Test func succeedsWithTheLastCommandsAcknowledgement() {
    let (error, transport) = outcome(.answer(4))
    #expect(error == nil)
    #expect(transport.isUsedUp)
    #expect(transport.discards == 0)
  }

  @Test func namesTheFirstCommandThatFailed() {
    let (error, transport) = outcome(.answer(3, .fileExists), .answer(4, .noSuchFileOrDirectory))
    #expect(error?.code == .alreadyExists)
    #expect(error?.index == 1)
    #expect(error?.description == "create chain inet berth a: File exists (errno 17)")
    #expect(transport.isUsedUp)
  }

  @Test func doesNotTakeTheLastAcknowledgementForSuccess() {
    let (error, _) = outcome(.answer(2, .noSuchFileOrDirectory), .answer(4))
    #expect(error?.index == 0)
    #expect(error?.code == .notFound)
  }

  @Test func namesTheTransactionWhenItFailedAsAWhole() {
    let (error, transport) = outcome(.answer(1, .notPermitted))
    #expect(error?.code == .permissionDenied)
    #expect(error?.index == nil)
    #expect(error?.description.hasPrefix("add table inet berth, and 2 more: Operation not permitted (errno 1)") == true)
    #expect(error?.description.contains("CAP_NET_ADMIN") == true)
    #expect(transport.isUsedUp)
  }

  /// A commit that fails is told first, then come the acknowledgements.
  @Test func throwsAwayWhatFollowsAFailureAsAWhole() {
    let transport = RecordedTransport([.answer(1, .tooManyLinks), .answer(9)])
    let socket = NetfilterSocket(over: transport)
    #expect(failure { try socket.perform(Self.threeCommands) }?.errno == .tooManyLinks)
    #expect(transport.discards == 0)
    // Sequence numbers go on: the next batch begins with 6, and its last command is 9.
    #expect(failure { try socket.perform(Self.threeCommands) } == nil)
    #expect(transport.discards == 1)
  }

  @Test func findsTheFirstFailureBehindAnOverrun() {
    let (error, transport) = outcome(.failure(.noBufferSpace), .answer(3, .fileExists))
    #expect(error?.index == 1)
    #expect(transport.isUsedUp)
    #expect(outcome(.answer(3, .fileExists), .failure(.noBufferSpace)).error?.index == 1)
  }

  @Test func tellsThatTheAnswerWasLost() {
    #expect(outcome(.failure(.timedOut)).error?.errno == .timedOut)
    #expect(outcome(.failure(.noBufferSpace), .failure(.noBufferSpace)).error?.errno == .noBufferSpace)
    #expect(outcome(.failure(.noBufferSpace)).error?.errno == .timedOut)
  }

  @Test(
    arguments: [
      (.answer(0), "sequence number 0"), (.answer(6), "sequence number 6"),
      (.answer(4, nil, portID: [1, 0, 0, 0]), "port id 1, expected 11688"),
      (.datagram([0x15, 0, 0, 0] + [UInt8](repeating: 0, count: 16)), "truncated"), (.datagram([]), "truncated"),
      (.datagram([20, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xa8, 0x2d, 0, 0, 0, 0, 0, 0]), "acknowledges nothing"),
      (.datagram([20, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 0xa8, 0x2d, 0, 0, 1, 0, 0, 0]), "acknowledges nothing"),
    ] as [(RecordedTransport.Event, String)])
  func refusesAnAnswerThatIsNotTheBatchs(event: RecordedTransport.Event, reason: String) {
    let (error, _) = outcome(event)
    #expect(error?.code == .malformedReply)
    #expect(error?.errno == .protocolError)
    #expect(error?.detail?.contains(reason) == true, "\(error?.detail ?? "nothing")")
  }

  @Test func asksNothingForAnEmptyTransaction() throws {
    let transport = RecordedTransport([])
    try NetfilterSocket(over: transport).perform(Transaction())
    #expect(transport.sent.isEmpty)
  }
}
