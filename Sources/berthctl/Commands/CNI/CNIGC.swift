import ArgumentParser
import CNI

/// `berthctl cni gc NAME`
struct CNIGC: CNICommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Release every attachment of a network that is not said to be valid.",
    discussion: """
      DEL for each recorded attachment that is not valid, then GC of the plugins (from 1.1.0 on) with those that are. \
      The record may be shared with other runtimes: attachments whose ids do not begin with cnitool- are theirs, stay \
      and count as valid, unless --all is given. A runtime that keeps its record elsewhere is not known here: name its \
      attachments with --valid.
      """)

  @ParentCommand var root: Berthctl

  @Argument(help: "The network's name, or a configuration file.")
  var network: String

  @Option(
    help: "An attachment that stays, CONTAINER-ID:IFNAME. May be repeated.", transform: CNIGC.identity)
  var valid: [AttachmentIdentity] = []

  @Flag(help: "Release other runtimes' attachments too.")
  var all = false

  @OptionGroup var places: CNIPlaces
  @OptionGroup var calls: CNICallOptions
  @OptionGroup var requests: CNIDryRunOutput

  func run(_ session: CNISession) async throws {
    let list = try session.network(network)
    let valid = Set(valid)
    let isOurs = { @Sendable [all] (cached: CachedAttachment) in
      all || cached.attachment.containerID.hasPrefix("cnitool-")
    }
    if list.disableGC { session.note("network \(list.name) has disableGC: nothing is released") }
    if calls.dryRun {
      return try await session.dryRun(list, as: requests.output) { (runtime) throws(CNIError) in
        try runtime.gc(list, valid: valid, isOurs: isOurs)
      }
    }
    let before = try await attachments(list, session)
    var failure: CNIError?
    do throws(CNIError) {
      try await session.runtime.gc(list, valid: valid, isOurs: isOurs)
    } catch {
      failure = error
    }
    let after = Set(try await attachments(list, session))
    for gone in before where !after.contains(gone) {
      session.note("released \(gone.containerID) \(gone.interfaceName)")
    }
    if let failure { throw failure }
  }

  private func attachments(
    _ list: NetworkConfigurationList, _ session: CNISession
  ) async throws(CNIError) -> [AttachmentIdentity] {
    try await session.runtime.cachedAttachments().filter { $0.network == list.name }.map(\.identity)
  }

  @Sendable private static func identity(_ text: String) throws -> AttachmentIdentity {
    // Neither half can hold a colon.
    let halves = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else {
      throw ValidationError("write CONTAINER-ID:IFNAME")
    }
    return AttachmentIdentity(containerID: halves[0], interfaceName: halves[1])
  }
}
