import CNI
import FoundationEssentials
import Glibc
import LinuxKernel

/// The durable records: one file a sandbox, `<root>/sandboxes/<id>`, a journal of one JSON line an event.
///
/// The last complete line counts. A line is added in one write and never changed; the end of the outcome's newline is the
/// commit point of a run.
struct SandboxStore: Sendable {
  let directory: String

  init(root: String) { directory = root + "/sandboxes" }

  func path(of id: String) -> String { directory + "/" + id }

  /// Writes the intent, with room behind it for the line of a debt. Not synced: see `Syncer`.
  ///
  /// - Throws: `RecordFault` when it would be too long for a reader; what the disk says.
  func create(_ intent: SandboxRecord.Intent) throws {
    let line = try RecordLine(.intent, at: intent.createdAt, intent: intent.recorded).bytes()
    try LineFile.create(path(of: intent.id), with: RecordFormat.header + line, room: RecordFormat.debtRoom)
  }

  /// Adds what a run's end tells; with `durable` it is on the disk when this returns.
  func commit(_ id: String, _ outcome: SandboxRecord.Outcome, durable: Bool) throws {
    try LineFile.append(
      RecordLine(.outcome, outcome: outcome).bytes(), to: path(of: id), room: RecordFormat.debtRoom, durable: durable)
  }

  /// Says that a stop has begun or has ended. Never synced: only a reboot could lose it, and after one nothing is ready.
  func note(_ id: String, _ event: RecordLine.Event) throws {
    try LineFile.append(RecordLine(event).bytes(), to: path(of: id), room: RecordFormat.debtRoom, durable: false)
  }

  /// Writes a debt down, into the room that was kept for it.
  func owe(_ id: String, since: Int64) throws {
    try LineFile.append(RecordLine(.owed, at: since).bytes(), to: path(of: id), room: 0, durable: true)
  }

  /// Deletes the record; an absent one is success. Not synced: after a loss of power it may be back, and recovery releases
  /// by its owner what it names.
  ///
  /// - Returns: What keeps its blocks from being freed, which a disk takes its time for: to be let go of when nobody waits.
  func remove(_ id: String) throws(KernelError) -> SharedDescriptor? {
    try DurableFile.removeFreeingLater(path(of: id))
  }
}
