import CNI
import CNIPlugin
import JSON
import Netfilter

extension HostRuleset {
  /// Makes the table, or what is missing of it, in one step that no packet sees the middle of; what it has of pods stays.
  ///
  /// - Parameter subnets: Those that shall be there, too.
  func mend(_ subnets: Set<SubnetRules>) throws {
    // A subnet that another makes at the same time would lose its entry: then this one begins anew.
    let generation = try ruleset.generation()
    if let other = try ruleset.tables().first(where: { HostTable.isOfAnotherLayout($0) }) {
      throw PluginError(
        "the table \(HostTable.name) is of another version of Berth: \(other.comment ?? "without a comment")",
        code: CNIError.Code.notAvailable, details: "remove the pods of that version, then delete the table")
    }
    let subnets = subnets.union(try ruleset.sets(of: HostTable.table).compactMap(SubnetRules.init))
    var transaction = Transaction()
    transaction.generation = generation
    transaction.add(HostTable.table)
    for set in HostTable.sets + subnets.map(\.set) { transaction.add(set) }
    for map in HostTable.maps { transaction.add(map) }
    let chains = HostTable.chains + subnets.compactMap { $0.chain?.0 }
    for chain in chains { transaction.add(chain) }
    for chain in chains { transaction.flush(chain) }
    let ordered = subnets.filter { $0.kind == .near } + subnets.filter { $0.kind == .masqueraded }
    for rule in HostTable.rules + ordered.flatMap(\.rules) { transaction.add(rule) }
    do throws(NetfilterError) {
      try ruleset.perform(transaction)
    } catch {
      guard error.code == .changedMeanwhile else { throw error }
    }
  }

  /// What is missing of the table, in words; nil when all is there.
  func defect() throws -> String? {
    guard try ruleset.tables().contains(where: { HostTable.isOurs($0) }) else {
      return "there is no table \(HostTable.name)"
    }
    let sets = try ruleset.sets(of: HostTable.table)
    let names = Set(try sets.map(\.name) + ruleset.maps(of: HostTable.table).map(\.name))
    if let lost = (HostTable.sets.map(\.name) + HostTable.maps.map(\.name)).first(where: { !names.contains($0) }) {
      return "\(HostTable.name) has lost \(lost)"
    }
    let subnets = sets.compactMap(SubnetRules.init)
    let chains = Dictionary(try ruleset.chains(of: HostTable.table).map { ($0.name, $0) }) { $1 }
    let rules = HostTable.rules + subnets.flatMap(\.rules)
    for chain in HostTable.chains + subnets.compactMap({ $0.chain?.0 }) {
      guard chains[chain.name]?.hook == chain.hook else { return "\(HostTable.name) has lost the chain \(chain.name)" }
      let wanted = rules.count { $0.chain == chain }
      guard try ruleset.rules(of: chain).count == wanted else {
        return "the chain \(chain.name) of \(HostTable.name) has lost or got rules"
      }
    }
    return nil
  }

  /// Deletes what subnets have where they have no pods any more, whosever they were. What is used by then stays for the next
  /// time, and so does all where another is at it: a set that was listed may be gone before it is read.
  func tidy() throws {
    do {
      try ruleset.perform(tidying())
    } catch let error as NetfilterError {
      guard [.changedMeanwhile, .notFound, .busy].contains(error.code) else { throw error }
    }
  }

  private func tidying() throws -> Transaction {
    var transaction = Transaction()
    // Somebody may be about to put a pod in: the set must be as empty as it was.
    transaction.generation = try ruleset.generation()
    let empty = try ruleset.sets(of: HostTable.table).compactMap(SubnetRules.init).filter { subnet in
      try ruleset.elements(of: subnet.set).isEmpty
    }
    let entries = empty.isEmpty ? [] : try ruleset.rules(of: HostTable.postrouting)
    for subnet in empty {
      for entry in entries where entry.comment?.hasSameBytes(as: subnet.name) == true { transaction.delete(entry) }
      if let (chain, _) = subnet.chain { transaction.delete(chain) }
      transaction.delete(subnet.set)
    }
    return transaction
  }
}

extension HostRuleset {
  /// Throws what is not as ``make(_:)`` left it.
  func check(_ claim: TableClaim) throws {
    if let defect = try defect() { throw PluginError(defect) }
    if let lost = try missing(claim).first { throw PluginError("\(lost) is gone") }
  }

  /// Takes away what bears a network and belongs to none of its valid attachments, as far as it is the caller's.
  func collect<Configuration>(
    _ call: PluginCall<Configuration>, in isSearched: (_ name: String) -> Bool
  ) throws {
    try take(in: isSearched) { element in
      guard let identity = element.comment.flatMap({ LinkOwner.identity(in: $0, of: call.network) }) else {
        return false
      }
      return !call.isValid(identity) && call.caller.owns?(identity.containerID) ?? true
    }
  }
}
