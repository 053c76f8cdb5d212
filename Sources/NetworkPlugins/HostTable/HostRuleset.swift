import CNI
import CNIPlugin
import JSON
import LinuxKernel
import Netfilter

/// The host's table in a ruleset: what attachments have in it, made and taken away.
struct HostRuleset {
  /// Others change the table at the same time; whoever is overtaken looks again.
  private static let attempts = 16
  let ruleset: any Ruleset
  /// Whether somebody sees to it that the table stays whole; else it is looked at before it is relied on.
  let isKept: Bool

  /// The one of the thread's network namespace; in a process that keeps the table, the one that it keeps.
  init() throws(NetfilterError) {
    if let kept = HostTableKeeper.socket {
      self.init(kept, isKept: true)
    } else {
      self.init(try NetfilterSocket(), isKept: false)
    }
  }

  init(_ ruleset: any Ruleset, isKept: Bool) { (self.ruleset, self.isKept) = (ruleset, isKept) }

  /// Makes all of a claim, or nothing; what the owner had there before makes way. What another interface of the same container has
  /// stays that one's, as the first of two rules would win.
  ///
  /// - Throws: ``TableConflict`` where another owner has something of it.
  func make(_ claim: TableClaim) throws {
    if !isKept, try defect() != nil { try mend(claim.subnets) }
    var (claim, stale) = (claim, [Table.Element]())
    for _ in 0..<Self.attempts {
      let transaction = try making(claim, insteadOf: stale)
      do throws(NetfilterError) {
        return try ruleset.perform(transaction)
      } catch {
        switch error.code {
        case .alreadyExists: (claim.elements, stale) = try apart(claim)
        // Somebody has flushed or deleted something.
        case .notFound: try mend(claim.subnets)
        case .changedMeanwhile: break
        default: throw error
        }
      }
    }
    throw Self.restless
  }

  private func making(_ claim: TableClaim, insteadOf stale: [Table.Element]) throws -> Transaction {
    var transaction = Transaction()
    let present = try ruleset.sets(of: HostTable.table)
    if present.isEmpty { try mend([]) }
    for subnet in claim.subnets where !present.contains(where: { $0.name.hasSameBytes(as: subnet.name) }) {
      transaction.create(subnet.set)
      if let (chain, _) = subnet.chain { transaction.create(chain) }
      for rule in subnet.chain?.rules ?? [] { transaction.add(rule) }
      // What is in a subnet, a masqueraded pod's chain lets pass as it is: clients of host ports come first.
      for entry in subnet.entries { subnet.kind == .near ? transaction.insert(entry) : transaction.add(entry) }
    }
    for element in stale { transaction.delete(element) }
    for element in claim.shared { transaction.add(element) }
    for element in claim.elements { transaction.create(element) }
    return transaction
  }

  /// What of a claim is to be made, and which of its keys the owner has from before.
  private func apart(_ claim: TableClaim) throws -> (elements: [Table.Element], stale: [Table.Element]) {
    var (elements, stale) = ([Table.Element](), [Table.Element]())
    for element in claim.elements {
      let there = try ruleset.find(element)
      if let there, !claim.owner.isNamed(by: there.comment) {
        guard claim.owner.isOfSameContainer(as: there.comment) else { throw TableConflict(there) }
        continue
      }
      elements.append(element)
      if let there { stale.append(there) }
    }
    return (elements, stale)
  }

  private static let restless = PluginError(
    "the table \(HostTable.name) is changed by others all the time", code: CNIError.Code.tryAgainLater,
    details: "given up after \(attempts) attempts")
}

extension HostRuleset {
  /// Which elements of a claim are not there.
  func missing(_ claim: TableClaim) throws -> [Table.Element] {
    let owned = try claim.elements.filter { try !claim.owner.isOfSameContainer(as: ruleset.find($0)?.comment) }
    return try owned + claim.shared.filter { try ruleset.find($0) == nil }
  }

  /// Takes those of the elements away that are the owner's by now.
  func take(_ elements: [Table.Element], of owner: LinkOwner) throws { try delete { try own(elements, owner) } }

  /// Those of the elements that are there, and the owner's.
  func own(_ elements: [Table.Element], _ owner: LinkOwner) throws -> [Table.Element] {
    try elements.compactMap { try ruleset.find($0) }.filter { owner.isNamed(by: $0.comment) }
  }

  /// Takes all elements away that are wanted, of the sets and maps of these names.
  func take(
    in isSearched: (_ name: String) -> Bool = { _ in true }, where isWanted: (Table.Element) -> Bool
  ) throws {
    try delete { try elements(in: isSearched).filter(isWanted) }
  }

  func elements(in isSearched: (_ name: String) -> Bool) throws -> [Table.Element] {
    try ruleset.sets(of: HostTable.table).filter { isSearched($0.name) }.flatMap { try ruleset.elements(of: $0) }
      + ruleset.maps(of: HostTable.table).filter { isSearched($0.name) }.flatMap { try ruleset.elements(of: $0) }
  }

  /// Those that name an address of the host.
  func specificPorts(_ family: IPAddress.Family) throws -> [Table.Element] {
    do throws(NetfilterError) {
      return try ruleset.elements(of: HostTable.portsOn(family))
    } catch {
      guard error.code == .notFound else { throw error }
      return []
    }
  }

  /// Deletes what a search finds, and searches again where another was faster.
  func delete(_ search: () throws -> [Table.Element]) throws {
    for _ in 0..<Self.attempts {
      do {
        var transaction = Transaction()
        for element in try search() { transaction.delete(element) }
        return try ruleset.perform(transaction)
      } catch let error as NetfilterError {
        guard error.code == .notFound else { throw error }
      }
    }
    throw Self.restless
  }
}
