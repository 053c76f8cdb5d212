import CNI
import FoundationEssentials
import LinuxKernel

/// The durable records: one JSON file a sandbox, named by its id.
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

  /// Puts on the disk what `write` renamed into place.
  func sync(_ id: String) throws(KernelError) { try DurableFile.sync(path(of: id)) }

  /// Deletes the record; an absent one is success.
  func remove(_ id: String) throws(KernelError) { try DurableFile.remove(path(of: id), durable: false) }

  /// All records, and those that cannot be used.
  func load() throws -> (records: [SandboxRecord], unreadable: [Unreadable]) {
    var records: [SandboxRecord] = []
    var unreadable: [Unreadable] = []
    try DurableFile.removeTemporaryFiles(in: directory)
    for name in try FileManager.default.contentsOfDirectory(atPath: directory) where name.hasSuffix(".json") {
      let id = String(name.dropLast(5))
      do {
        let record = try Self.decode(DurableFile.read(path(of: id), limit: Self.sizeLimit))
        guard record.id == id else { throw RecordFault("it holds the record of \(record.id)") }
        records.append(record)
      } catch {
        unreadable.append(Unreadable(id: id, path: path(of: id), reason: "\(error)"))
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
