import CNI
import FoundationEssentials
import Glibc
import LinuxKernel

/// The durable records: one JSON file a sandbox, named by its id.
///
/// The file's name also tells what has become of a committed sandbox: `<id>.json` is as its content says,
/// `<id>.stopping.json` is half stopped, and so on. A rename says that without a new file for the disk to take in.
struct SandboxStore: Sendable {
  /// A record that cannot be used, and why; its file stays where it is.
  struct Unreadable: Sendable, Hashable {
    let id: String
    let path: String
    let reason: String
  }

  /// The largest record that is read: a thousand times what one takes.
  private static let sizeLimit = 4 << 20

  let directory: String

  init(root: String) { directory = root + "/sandboxes" }

  func path(of id: String) -> String { directory + "/" + id + ".json" }

  /// Renames the record into place. With `durable` it is on the disk when this returns.
  func write(_ record: SandboxRecord, durable: Bool) throws(KernelError) {
    try DurableFile.replace(path(of: record.id), with: Self.encode(record), mode: 0o600, durable: durable)
  }

  /// Says what has become of a record that is on the disk; saying it again is success.
  func mark(_ record: SandboxRecord, _ stage: SandboxRecord.Stage, durable: Bool) throws(KernelError) {
    let new = path(of: record.id, stage)
    guard let old = Self.names(of: record.id).map({ directory + "/" + $0 }).first(where: { access($0, F_OK) == 0 }),
      old != new
    else { return }
    try DurableFile.move(old, to: new, durable: durable)
  }

  /// When the record was marked, in nanoseconds since the epoch: a rename sets the file's change time. Now, when the file
  /// system does not tell.
  func markedAt(_ record: SandboxRecord) -> Int64 {
    var status = stat()
    guard stat(path(of: record.id, record.stage), &status) == 0 else { return .nowSinceEpoch }
    return Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
  }

  private func path(of id: String, _ stage: SandboxRecord.Stage) -> String {
    switch stage {
    case .creating, .ready: path(of: id)
    case .stopping, .stopped, .owed: "\(directory)/\(id).\(stage.rawValue).json"
    }
  }

  /// The names that a sandbox's record may have.
  private static func names(of id: String) -> [String] {
    ["\(id).json"] + [SandboxRecord.Stage.stopping, .stopped, .owed].map { "\(id).\($0.rawValue).json" }
  }

  /// Puts on the disk what `write` renamed into place.
  func sync(_ id: String) throws(KernelError) { try DurableFile.sync(path(of: id)) }

  /// Deletes the record; an absent one is success.
  func remove(_ id: String) throws(KernelError) {
    for name in Self.names(of: id) { try DurableFile.remove(directory + "/" + name, durable: false) }
  }

  /// All records, and those that cannot be used.
  func load() throws -> (records: [SandboxRecord], unreadable: [Unreadable]) {
    var records: [SandboxRecord] = []
    var unreadable: [Unreadable] = []
    try DurableFile.removeTemporaryFiles(in: directory)
    for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasSuffix(".json") {
      let parts = name.dropLast(5).split(separator: ".", maxSplits: 1)
      let id = parts.first.map(String.init) ?? ""
      let path = directory + "/" + name
      do {
        var record = try Self.decode(DurableFile.read(path, limit: Self.sizeLimit))
        guard record.id == id else { throw RecordFault("it holds the record of \(record.id)") }
        if parts.count == 2 {
          guard let mark = SandboxRecord.Stage(rawValue: String(parts[1])) else {
            throw RecordFault("its name has \(parts[1]), which this version does not know")
          }
          record.stage = mark
        }
        records.append(record)
      } catch {
        unreadable.append(Unreadable(id: id, path: path, reason: "\(error)"))
      }
    }
    return (records, unreadable)
  }

  static func encode(_ record: SandboxRecord) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(record)) + [0x0a]
    } catch {
      // Every property is a plain value; encoding one fails only when the program is wrong.
      preconditionFailure("sandbox record cannot be encoded: \(error)")
    }
  }

  /// Refuses what a newer version wrote: a field that would be lost at the next write.
  static func decode(_ bytes: [UInt8]) throws -> SandboxRecord {
    let record: SandboxRecord
    do {
      record = try JSONDecoder().decode(SandboxRecord.self, from: Data(bytes))
    } catch {
      throw RecordFault(bytes.isEmpty ? "it is empty" : "it is not a sandbox record: \(error)")
    }
    guard record.version == SandboxRecord.currentVersion else {
      throw RecordFault("it has version \(record.version), this daemon knows \(SandboxRecord.currentVersion)")
    }
    if let path = try JSON(parsing: bytes).firstField(absentFrom: JSON(parsing: encode(record))) {
      throw RecordFault("it has the field \(path), which this version does not know")
    }
    return record
  }
}

/// What is wrong with a record's contents.
struct RecordFault: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
