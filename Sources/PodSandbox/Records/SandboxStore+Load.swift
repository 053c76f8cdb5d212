import FoundationEssentials
import Glibc
import LinuxKernel

extension SandboxStore {
  /// A record that cannot be used, and why; its file stays where it is.
  struct Unreadable: Sendable, Hashable {
    /// The sandbox, or the file's name where that is no id.
    let id: String
    let path: String
    let reason: String
    /// The name that stays reserved, as far as it can be made out.
    let name: SandboxName?
  }

  /// What the directory holds.
  struct Contents: Sendable {
    var records: [SandboxRecord] = []
    var unreadable: [Unreadable] = []
    /// The files that said nothing yet, or that had a part of a line: what was done about them, a sentence each.
    var mended: [String] = []
  }

  /// Reads all records. A file without a complete intent is deleted, a part of a line cut off, a record of version 1 written
  /// anew: to be called once, before anything else uses the directory.
  ///
  /// - Throws: When the directory cannot be listed.
  func load() throws(KernelError) -> Contents {
    var contents = Contents()
    try DurableFile.removeTemporaryFiles(in: directory)
    let names = try Directories.names(in: directory).sorted()
    for name in names where !name.hasPrefix(".") {
      do {
        try load(name, beside: names, into: &contents)
      } catch {
        contents.unreadable.append(unreadable(name, "\(error)"))
      }
    }
    return contents
  }

  private func load(_ name: String, beside names: [String], into contents: inout Contents) throws {
    let path = directory + "/" + name
    let bytes = try DurableFile.read(path, limit: RecordFormat.maximumSize)
    if let (id, mark) = LegacyRecord.parts(ofName: name) {
      // Written anew before, and not yet deleted: the journal counts.
      if names.contains(id), try isJournal(id) { return try DurableFile.remove(path, durable: false) }
      if bytes.isEmpty { return try dropEmpty(path, &contents) }
      return contents.records.append(try migrate(bytes, id, mark, path))
    }
    switch try RecordReader.read(bytes, id: name) {
    case .nothingBegun: try dropEmpty(path, &contents)
    case .record(let record, let length):
      if length < bytes.count {
        try LineFile.cut(path, to: length, room: RecordFormat.debtRoom)
        contents.mended.append("\(path) ended in a part of a line, which is cut off")
      }
      contents.records.append(record)
    }
  }

  private func dropEmpty(_ path: String, _ contents: inout Contents) throws {
    try DurableFile.remove(path, durable: false)
    contents.mended.append("\(path) held no complete intent: nothing had begun, it is deleted")
  }

  /// Whether the journal that an old file was written anew as is there and whole: then that counts. One that says nothing yet
  /// was deleted a moment ago.
  private func isJournal(_ id: String) throws -> Bool {
    guard access(path(of: id), F_OK) == 0 else { return false }
    if case .record = try RecordReader.read(DurableFile.read(path(of: id), limit: RecordFormat.maximumSize), id: id) {
      return true
    }
    return false
  }

  /// Writes the journal, durably, then deletes the old file.
  private func migrate(
    _ bytes: [UInt8], _ id: String, _ mark: SandboxRecord.Stage?, _ old: String
  ) throws -> SandboxRecord {
    let record = try LegacyRecord.read(bytes, id: id, mark: mark, markedAt: changedAt(old))
    let lines = try record.lines.map { (line) throws(RecordFault) in try line.bytes() }
    try DurableFile.replace(
      path(of: id), with: RecordFormat.header + lines.flatMap { $0 }, mode: 0o600, durable: true)
    try LineFile.cut(
      path(of: id), to: RecordFormat.header.count + lines.reduce(0) { $0 + $1.count }, room: RecordFormat.debtRoom)
    try DurableFile.remove(old, durable: false)
    return record
  }

  private func unreadable(_ name: String, _ reason: String) -> Unreadable {
    let path = directory + "/" + name
    // A file that cannot even be read tells no name.
    let bytes = (try? DurableFile.read(path, limit: RecordFormat.maximumSize)) ?? []
    let id = String(name.prefix { $0 != "." })
    return Unreadable(
      id: SandboxIDs.isWellFormed(id) ? id : name, path: path, reason: reason,
      name: RecordReader.name(inUnreadable: bytes))
  }

  /// When the file was marked: a rename sets the change time. Now, when the file system does not tell.
  private func changedAt(_ path: String) -> Int64 {
    var status = stat()
    guard stat(path, &status) == 0 else { return .nowSinceEpoch }
    return Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
  }
}
