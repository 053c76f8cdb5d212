import LinuxKernel
import Netfilter
import Testing

/// What one transaction leaves in the kernel, compared with what nft makes of the same words.
@Suite(.enabled(if: isRoot, "needs root")) struct ListingTests {
  private func listing(_ arguments: [String] = [], after body: () throws -> Void) throws -> String {
    try enterFreshNetworkNamespace()
    try body()
    return try run("/usr/sbin/nft", arguments + ["list", "ruleset"], input: "")
  }

  @Test(arguments: [Layout.transaction, Assortment.transaction])
  func makesWhatNftMakesOfTheSameWords(transaction: Transaction) async throws {
    try await inPrivateNetworkNamespace {
      let ours = try listing { try NetfilterSocket().perform(transaction) }
      let theirs = try listing { _ = try nft(script: transaction.description) }
      #expect(ours.split(separator: "\n").count > 70)
      #expect(ours == theirs)
    }
  }

  @Test(arguments: [Layout.transaction, Assortment.transaction])
  func compilesRulesAsNftDoes(transaction: Transaction) async throws {
    try await inPrivateNetworkNamespace {
      let ours = try listing(["--debug=netlink"]) { try NetfilterSocket().perform(transaction) }
      let theirs = try listing(["--debug=netlink"]) { _ = try nft(script: transaction.description) }
      #expect(ours.contains(" dreg 1 0x0 ]") && ours.contains("[ immediate reg 0 accept ]"))
      #expect(ours == theirs)
    }
  }

  @Test(arguments: [Layout.transaction, Assortment.transaction])
  func dumpsOfTheFakeAreScriptsForTheSame(transaction: Transaction) async throws {
    try await inPrivateNetworkNamespace {
      let fake = FakeTable()
      try fake.perform(transaction)
      let ours = try listing { try NetfilterSocket().perform(transaction) }
      #expect(try ours == listing { _ = try nft(script: fake.dump()) })
    }
  }
}
