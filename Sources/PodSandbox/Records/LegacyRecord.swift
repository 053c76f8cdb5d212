import FoundationEssentials
import JSON
import LinuxKernel

/// A record of version 1: a line with the intent and, once the run had ended, a second one; the file's name told the rest
/// (`<id>.json`, `<id>.stopping.json`, `<id>.stopped.json`, `<id>.owed.json`).
///
/// It is read once and written anew as a journal.
struct LegacyRecord: Codable {
  struct Attachment: Codable { let interfaceName: String }

  struct Network: Codable {
    let attachment: Attachment
    let configuration: String
    let result: String?
  }

  struct Outcome: Codable {
    let pause: ProcessIdentity
    let ip: String
    let additionalIPs: [String]
    let networkNamespace: FileIdentity?
  }

  struct Commitment: Codable {
    let results: [String?]
    let outcome: Outcome
  }

  let version: Int
  let id: String
  let configuration: PodSandboxConfiguration
  let runtimeHandler: String
  let networks: [Network]
  let bootID: String
  let createdAt: Int64
  let stage: SandboxRecord.Stage
  let outcome: Outcome?

  /// The id and the stage that a file's name tells; `nil` for any other name. Without a mark the content tells the stage.
  static func parts(ofName name: String) -> (id: String, mark: SandboxRecord.Stage?)? {
    guard name.hasSuffix(".json") else { return nil }
    let parts = name.dropLast(5).split(separator: ".", maxSplits: 1)
    guard let id = parts.first.map(String.init) else { return nil }
    guard parts.count == 2 else { return (id, nil) }
    guard let mark = SandboxRecord.Stage(rawValue: String(parts[1])) else { return nil }
    return (id, mark)
  }

  /// The record that a file of version 1 holds.
  static func read(
    _ bytes: [UInt8], id: String, mark: SandboxRecord.Stage?, markedAt: Int64
  ) throws(RecordFault) -> SandboxRecord {
    guard !bytes.isEmpty else { throw RecordFault("it is empty") }
    let lines = bytes.split(separator: RecordFormat.newline, omittingEmptySubsequences: false)
    let old: LegacyRecord = try decode(lines[0])
    try refuseUnknownFields(lines[0], old)
    guard old.version == 1 else {
      throw RecordFault("it has version \(old.version), this daemon knows 1 and \(RecordFormat.version)")
    }
    guard old.id == id else { throw RecordFault("it holds the record of \(old.id.beginning(80))") }
    // What follows the last newline was not written to its end.
    let commitments: [Commitment] = try lines.dropFirst().dropLast().map { (line) throws(RecordFault) in
      try decode(line)
    }
    guard commitments.count <= 1 else { throw RecordFault("it has more than one outcome") }
    let record = try old.record(commitments.first, mark, markedAt)
    try RecordReader.validate(record.intent)
    try RecordReader.validateOutcome(of: record)
    return record
  }

  private func record(
    _ commitment: Commitment?, _ mark: SandboxRecord.Stage?, _ markedAt: Int64
  ) throws(RecordFault) -> SandboxRecord {
    // Slices' names meant no place in systemd's tree then.
    var literal = configuration
    literal.linux.takeCgroupParentLiterally()
    var record = SandboxRecord(
      SandboxRecord.Intent(
        id: id, configuration: literal, runtimeHandler: runtimeHandler,
        networks: networks.map { .init(interfaceName: $0.attachment.interfaceName, configuration: $0.configuration) },
        bootID: bootID, createdAt: createdAt, warnings: []))
    if let outcome = commitment?.outcome ?? outcome {
      let results = commitment?.results ?? networks.map(\.result)
      guard results.count == networks.count else {
        throw RecordFault("it has \(results.count) results of \(networks.count) networks")
      }
      record.outcome = SandboxRecord.Outcome(
        pause: outcome.pause, ip: outcome.ip, additionalIPs: outcome.additionalIPs,
        networkNamespace: outcome.networkNamespace, results: results.map { $0 ?? "" }, warnings: [])
      record.stage = .ready
    }
    if let mark { record.stage = mark }
    if record.stage == .owed { record.owedSince = markedAt }
    return record
  }

  private static let knownFields: [(path: [String], names: Set<String>)] = [
    (
      [],
      [
        "version", "id", "configuration", "runtimeHandler", "networks", "bootID", "createdAt", "stage", "outcome",
        "trace",
      ]
    ),
    (["outcome"], ["pause", "ip", "additionalIPs", "networkNamespace"]),
  ]
  private static let networkFields: Set = ["attachment", "configuration", "result"]
  private static let attachmentFields: Set = [
    "containerID", "networkNamespace", "interfaceName", "arguments", "capabilityArguments",
  ]

  /// What is not understood would be lost, and it may be what undo needs.
  private static func refuseUnknownFields(_ line: ArraySlice<UInt8>, _ old: LegacyRecord) throws(RecordFault) {
    let document: JSON
    let known: JSON
    do {
      document = try JSON(parsing: Array(line), rules: .own)
      known = try JSON(parsing: RecordLine.line(old.configuration), rules: .own)
    } catch {
      throw RecordFault("it is not a sandbox record: \(error)")
    }
    func check(_ value: JSON?, _ names: Set<String>) throws(RecordFault) {
      guard let field = value?.object?.keys.first(where: { !names.contains($0) }) else { return }
      throw RecordFault("it has the field \(field), which this version does not know")
    }
    for (path, names) in knownFields { try check(path.reduce(document) { $0?[$1] }, names) }
    for network in document["networks"]?.array ?? [] {
      try check(network, networkFields)
      try check(network["attachment"], attachmentFields)
    }
    if let field = document["configuration"]?.firstField(absentFrom: known) {
      throw RecordFault("it has the field configuration.\(field), which this version does not know")
    }
  }

  private static func decode<Value: Decodable>(_ line: ArraySlice<UInt8>) throws(RecordFault) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(line))
    } catch {
      throw RecordFault("it is not a sandbox record: \(error)")
    }
  }
}

extension SandboxRecord {
  /// The events that say the same: what a record of version 1 becomes.
  var lines: [RecordLine] {
    var lines = [RecordLine(.intent, at: intent.createdAt, intent: intent)]
    if let outcome { lines.append(RecordLine(.outcome, outcome: outcome)) }
    switch stage {
    case .creating, .ready: break
    case .stopping: lines.append(RecordLine(.stopping))
    case .stopped: lines += [RecordLine(.stopping), RecordLine(.stopped)]
    case .owed: lines.append(RecordLine(.owed, at: owedSince ?? .nowSinceEpoch))
    }
    return lines
  }
}
