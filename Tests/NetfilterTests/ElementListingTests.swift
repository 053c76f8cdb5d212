import LinuxKernel
import SystemPackage
import Testing

@testable import Netfilter

/// Listings of elements while others change the ruleset.
@Suite struct ElementListingTests {
  private static let t = Table(.inet, "t")
  private static let set = t.set("s", .mark)

  /// One element with a mark, of a generation, in the answer to a sequence number.
  private func part(_ sequence: UInt8, generation: UInt8, mark: UInt8) -> [UInt8] {
    let header: [UInt8] = [40, 0, 0, 0, 0x0c, 0x0a, 2, 0, sequence, 0, 0, 0, 0xa8, 0x2d, 0, 0, 1, 0, 0, generation]
    return header + [20, 0, 3, 0x80, 16, 0, 1, 0x80, 12, 0, 1, 0x80, 8, 0, 1, 0, mark, 0, 0, 0]
  }

  private func done(_ sequence: UInt8) -> [UInt8] {
    [20, 0, 0, 0, 3, 0, 2, 0, sequence, 0, 0, 0, 0xa8, 0x2d, 0, 0, 0, 0, 0, 0]
  }

  @Test func asksAgainWhenPartsAreOfTwoGenerations() throws {
    let transport = RecordedTransport([
      .datagram(part(1, generation: 7, mark: 1)), .datagram(part(1, generation: 8, mark: 3)), .datagram(done(1)),
      .datagram(part(2, generation: 8, mark: 1)), .datagram(part(2, generation: 8, mark: 2) + done(2)),
    ])
    let socket = NetfilterSocket(over: transport)
    #expect(try socket.elements(of: Self.set) == [Self.set.element(.mark(1)), Self.set.element(.mark(2))])
    #expect(transport.sent.count == 2)
    #expect(transport.isUsedUp)
  }

  @Test func asksAgainWhenAnElementComesTwice() throws {
    let transport = RecordedTransport([
      .datagram(part(1, generation: 7, mark: 1)), .datagram(part(1, generation: 7, mark: 1)), .datagram(done(1)),
      .datagram(part(2, generation: 7, mark: 1)), .datagram(part(2, generation: 7, mark: 2) + done(2)),
    ])
    let socket = NetfilterSocket(over: transport)
    #expect(try socket.elements(of: Self.set) == [Self.set.element(.mark(1)), Self.set.element(.mark(2))])
    #expect(transport.isUsedUp)
  }

  @Test func givesUpOnAListingThatKeepsChanging() {
    let events = (1...20).flatMap { sequence -> [RecordedTransport.Event] in
      let sequence = UInt8(sequence)
      return [
        .datagram(part(sequence, generation: 1, mark: 1) + part(sequence, generation: 2, mark: 2)),
        .datagram(done(sequence)),
      ]
    }
    let transport = RecordedTransport(events)
    let error = failure { _ = try NetfilterSocket(over: transport).elements(of: Self.set) }
    #expect(error?.code == .interrupted)
    #expect(error?.description.hasPrefix("list set inet t s: Interrupted system call (errno 4)") == true)
    #expect(transport.sent.count == 16)
  }

  @Test func takesAnEmptyListing() throws {
    let transport = RecordedTransport([.datagram(done(1))])
    #expect(try NetfilterSocket(over: transport).elements(of: Self.set).isEmpty)
  }

  @Test(.enabled(if: isRoot, "needs root")) func listsWhatWasThereThroughout() async throws {
    try await inPrivateNetworkNamespace {
      let (reader, writer) = (try NetfilterSocket(), try NetfilterSocket())
      let lasting = (0..<3000).map { Self.set.element(.mark($0)) }
      try reader.perform(
        transaction {
          $0.create(Self.t)
          $0.create(Self.set)
          for element in lasting { $0.create(element) }
        })
      let (end, hasEnded) = (try EventDescriptor(), try EventDescriptor())
      try DedicatedThread.start(name: "berth-test-nft") {
        let passing = (10_000..<10_100).map { Self.set.element(.mark($0)) }
        // Often enough to come between a listing's parts, seldom enough to let one through.
        while !Poll.isReadable(end.raw, until: .now + .milliseconds(10)) {
          try? writer.perform(transaction { for element in passing { $0.create(element) } })
          try? writer.perform(transaction { for element in passing { $0.delete(element) } })
        }
        hasEnded.signal()
      }
      for _ in 0..<20 {
        do throws(NetfilterError) {
          let found = try reader.elements(of: Self.set).filter { $0.key < [.mark(10_000)] }
          #expect(found.count == lasting.count && Swift.Set(found) == Swift.Set(lasting))
        } catch {
          #expect(error.code == .interrupted)
        }
      }
      end.signal()
      #expect(Poll.isReadable(hasEnded.raw, until: .now + .seconds(20)))
    }
  }
}

extension [DataType.Value] {
  fileprivate static func < (left: Self, right: Self) -> Bool {
    guard case .mark(let left) = left.first, case .mark(let right) = right.first else { return false }
    return left < right
  }
}
