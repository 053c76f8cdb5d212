import LinuxKernel
import Netfilter
import SystemPackage
import Testing

/// Transactions one after the other, each of which the fake must take, refuse and show as the kernel does.
@Suite(.enabled(if: isRoot, "needs root")) struct ParityTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let transactions: [Transaction]
    /// What the last transaction fails with, and at which command.
    var errno: Errno?
    var index: Int?

    init(
      _ description: String, _ transactions: [(inout Transaction) -> Void], errno: Errno? = nil, at index: Int? = nil
    ) {
      testDescription = description
      self.transactions = transactions.map { transaction($0) }
      self.errno = errno
      self.index = index
    }
  }

  @Test(arguments: cases) func fakeAndKernelAgree(on example: Case) async throws {
    try await inPrivateNetworkNamespace {
      let (kernel, fake) = (try NetfilterSocket(), FakeTable())
      for (number, transaction) in example.transactions.enumerated() {
        let isLast = number == example.transactions.count - 1
        for ruleset in [kernel, fake] as [any Ruleset] {
          let before = try [nft("list", "ruleset"), fake.dump()]
          let foreseen = failure { try ruleset.check(transaction) }
          #expect(try [nft("list", "ruleset"), fake.dump()] == before, "the trial changed something")
          let error = failure { try ruleset.perform(transaction) }
          #expect(
            error?.errno == (isLast ? example.errno : nil), "\(type(of: ruleset)): \(error?.description ?? "success")")
          #expect(error?.index == (isLast ? example.index : nil), "\(type(of: ruleset))")
          #expect(error == foreseen, "\(type(of: ruleset)): the trial said \(foreseen?.description ?? "success")")
        }
        try expectTheSame(kernel, fake)
      }
    }
  }

  /// The dump, taken for a script in another namespace, gives the listing that the kernel's ruleset has.
  private func expectTheSame(_ kernel: NetfilterSocket, _ fake: FakeTable) throws {
    let listing = try nft("list", "ruleset")
    for table in try kernel.tables() {
      #expect(try kernel.chains(of: table) == fake.chains(of: table))
      #expect(try kernel.sets(of: table) == fake.sets(of: table))
      #expect(try kernel.maps(of: table) == fake.maps(of: table))
      for set in fake.sets(of: table) {
        #expect(try Swift.Set(kernel.elements(of: set)) == Swift.Set(fake.elements(of: set)))
      }
      for map in fake.maps(of: table) {
        #expect(try Swift.Set(kernel.elements(of: map)) == Swift.Set(fake.elements(of: map)))
      }
      for chain in fake.chains(of: table) {
        #expect(try kernel.rules(of: chain).map(\.comment) == fake.rules(of: chain).map(\.comment))
      }
    }
    #expect(try kernel.tables() == fake.tables())
    let reloaded = try reload(fake.dump())
    #expect(reloaded == listing)
  }

  private func reload(_ dump: String) throws -> String {
    try run(
      "/usr/bin/unshare", ["-n", "/bin/sh", "-c", "/usr/sbin/nft -f - && /usr/sbin/nft list ruleset"], input: dump)
  }
}
