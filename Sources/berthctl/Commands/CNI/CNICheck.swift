import ArgumentParser
import CNI

/// `berthctl cni check NAME NETNS`
struct CNICheck: CNICommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Ask the plugins whether an attachment is as ADD left it.",
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
    if subject.list.disableCheck {
      session.note("network \(subject.list.name) has disableCheck: no plugin is asked")
    }
    if calls.dryRun {
      return try await session.dryRun(subject.list, as: requests.output) { (runtime) throws(CNIError) in
        try runtime.check(subject.list, subject.attachment)
      }
    }
    try await session.runtime.check(subject.list, subject.attachment)
  }
}
