import ArgumentParser
import CNI
import RuntimeAPI

/// `berthctl cni add NAME NETNS`
struct CNIAdd: CNICommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Attach a network namespace to a network; prints the result.",
    discussion: """
      When a plugin fails, DEL over the whole list undoes what was done, unless the attachment was there before or \
      --keep-failed is given.
      """)

  @ParentCommand var root: Berthctl
  @OptionGroup var target: CNITarget
  @OptionGroup var places: CNIPlaces
  @OptionGroup var calls: CNICallOptions

  @Flag(name: .customLong("keep-failed"), help: "Leave what a failed ADD has done, as cnitool does.")
  var keepsFailed = false

  @Option(name: .shortAndLong, help: "json or yaml; of a dry run also table. Default: json, of a dry run table.")
  var output: OutputFormat?

  func validate() throws {
    if calls.dryRun {
      try output?.expect([.table, .json, .yaml], of: "--dry-run")
    } else {
      try output?.expect([.json, .yaml], of: "cni add")
    }
  }

  func run(_ session: CNISession) async throws {
    let attachment = try target.attachment(session.surroundings.environment)
    let list = try session.network(target.network)
    if calls.dryRun {
      try await session.dryRun(list, as: output ?? .table) { (runtime) throws(CNIError) in
        _ = try runtime.add(list, attachment)
      }
      return
    }
    let wasRecorded = try await session.isRecorded(list.name, attachment)
    let result: CNIResult
    do throws(CNIError) {
      result = try await session.runtime.add(list, attachment)
    } catch {
      await undo(error, list, attachment, wasRecorded, session)
      throw error
    }
    try session.console.write(result.raw, as: output ?? .json)
  }

  /// The runtime's part after a failed ADD (the specification leaves none of it to plugins): DEL over the whole list, in time of its own.
  private func undo(
    _ error: CNIError, _ list: NetworkConfigurationList, _ attachment: Attachment, _ wasRecorded: Bool,
    _ session: CNISession
  ) async {
    guard !keepsFailed, error.kind != .invalidArgument else { return }
    guard !wasRecorded else {
      return session.note("an earlier ADD of this attachment is on record; it is left as it is, and goes with cni del")
    }
    // A task of its own: the cancellation that ended the ADD must not end this.
    let undoing = Task { () async throws(CNIError) -> [ExcusedFailure] in
      do throws(CNIError) {
        return try await session.runtime.del(list, attachment, Detaching(failedAdd: error))
      } catch {
        guard error.isPluginsOwn else { throw error }
      }
      return try await session.runtime.del(list, attachment, Detaching(failedAdd: error))
    }
    switch await undoing.result {
    case .success(let excused):
      session.note(excused)
      session.note("what was done is undone")
    case .failure(let failure): session.note("what was done could not be undone: \(failure)")
    }
  }
}
