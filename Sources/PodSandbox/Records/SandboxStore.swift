import CNI
import FoundationEssentials
import Glibc
import JSON
import LinuxKernel

/// The durable records: one file a sandbox, named by its id, of one or two lines of JSON.
///
/// The first line is the intent. A run's end adds the second, which counts from its newline on: nothing else has to reach the
/// disk for it, no new file, no name. A part of one is none; nobody was told that such a sandbox is ready.
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

  /// Renames the intent into place; ``sync(_:)`` puts it on the disk.
  func write(_ intent: SandboxRecord) throws(KernelError) {
    try DurableFile.replace(path(of: intent.id), with: Self.line(intent), mode: 0o600, durable: false)
  }

  /// Adds what a run's end tells; it is on the disk when this returns.
  func commit(_ id: String, _ commitment: SandboxRecord.Commitment) throws(KernelError) {
    try DurableFile.append(Self.line(commitment), to: path(of: id))
  }

  /// Says what has become of a record that is on the disk, last as `record` tells; saying it again is success.
  func mark(_ record: SandboxRecord, _ stage: SandboxRecord.Stage, durable: Bool) throws(KernelError) {
    let new = path(of: record.id, stage)
    let likely = path(of: record.id, record.stage)
    let old = [likely] + Self.names(of: record.id).map { directory + "/" + $0 }
    guard let old = old.first(where: { access($0, F_OK) == 0 }), old != new else { return }
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

  /// Deletes the record, whatever its file says; an absent one is success.
  func remove(_ id: String) throws(KernelError) {
    for name in Self.names(of: id) { try DurableFile.removeFreeingLater(directory + "/" + name) }
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

  static func line(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(value)) + [newline]
    } catch {
      // Every property is a plain value; encoding one fails only when the program is wrong.
      preconditionFailure("sandbox record cannot be encoded: \(error)")
    }
  }

  /// Refuses what a newer version wrote.
  static func decode(_ bytes: [UInt8]) throws -> SandboxRecord {
    guard !bytes.isEmpty else { throw RecordFault("it is empty") }
    let lines = bytes.split(separator: newline, omittingEmptySubsequences: false)
    let intent: SandboxRecord = try decode(lines[0])
    guard intent.version == SandboxRecord.currentVersion else {
      throw RecordFault("it has version \(intent.version), this daemon knows \(SandboxRecord.currentVersion)")
    }
    try refuseUnknownFields(lines[0], intent)
    var record = intent
    // What follows the last newline was not written to its end.
    for line in lines.dropFirst().dropLast() {
      let commitment: SandboxRecord.Commitment = try decode(line)
      try refuseUnknownFields(line, commitment)
      guard record.stage == .creating, record.commit(commitment) else {
        throw RecordFault("its outcome is not that of its intent")
      }
    }
    return record
  }

  private static func decode<Value: Decodable>(_ line: ArraySlice<UInt8>) throws -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(line))
    } catch {
      throw RecordFault("it is not a sandbox record: \(error)")
    }
  }

  /// What is not understood would be lost, and it may be what undo needs.
  private static func refuseUnknownFields(_ line: ArraySlice<UInt8>, _ value: some Encodable) throws {
    if let path = try JSON(parsing: Array(line)).firstField(absentFrom: JSON(parsing: Self.line(value))) {
      throw RecordFault("it has the field \(path), which this version does not know")
    }
  }

  private static let newline = UInt8(ascii: "\n")
}

/// What is wrong with a record's contents.
struct RecordFault: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
