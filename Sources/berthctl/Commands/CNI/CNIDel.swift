import ArgumentParser
import CNI

/// `berthctl cni del NAME NETNS`
struct CNIDel: CNICommand {
  static let configuration = CommandConfiguration(
    commandName: "del", abstract: "Detach a network namespace from a network. Repeatable; the namespace may be gone.",
    discussion: """
      Configuration and arguments are those of the ADD, where it is on record. Flags and environment win over recorded \
      arguments, a configuration given as a file over the recorded one.
      """)

  @ParentCommand var root: Berthctl
  @OptionGroup var target: CNITarget
  @OptionGroup var places: CNIPlaces
  @OptionGroup var calls: CNICallOptions
  @OptionGroup var requests: CNIDryRunOutput

  func run(_ session: CNISession) async throws {
    let subject = try await session.subject(target)
    if calls.dryRun {
      return try await session.dryRun(subject.list, as: requests.output) { (runtime) throws(CNIError) in
        try runtime.del(subject.list, subject.attachment)
      }
    }
    session.note(try await session.runtime.del(subject.list, subject.attachment))
  }
}
