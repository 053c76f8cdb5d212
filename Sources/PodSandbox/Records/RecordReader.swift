import CNI
import FoundationEssentials
import JSON
import LinuxKernel

/// Reads a record from its file's bytes; no value is believed because it parses.
enum RecordReader {
  /// What a file says.
  enum Reading: Sendable, Equatable {
    /// The record, and how many bytes of the file are whole lines: what follows was not written to its end.
    case record(SandboxRecord, length: Int)
    /// There is not one complete intent: nothing had begun.
    case nothingBegun
  }

  /// - Throws: What is not understood; the file is to be set aside.
  static func read(_ bytes: [UInt8], id: String) throws(RecordFault) -> Reading {
    guard let end = bytes.lastIndex(of: RecordFormat.newline) else { return .nothingBegun }
    let lines = bytes[..<end].split(separator: RecordFormat.newline, omittingEmptySubsequences: false)
    try checkHeader(lines[0])
    guard lines.count > 1 else { return .nothingBegun }
    let first = try decode(lines[1])
    guard first.event == .intent, let recorded = first.intent else { throw RecordFault("its first event is no intent") }
    guard recorded.id == id else { throw RecordFault("it holds the record of \(recorded.id.beginning(80))") }
    let intent: SandboxRecord.Intent
    do { intent = try recorded.completed() } catch { throw RecordFault("its request: \(error)") }
    try validate(intent)
    var record = SandboxRecord(intent)
    for line in lines[2...] {
      let event = try decode(line)
      guard record.apply(event) else {
        throw RecordFault("\"\(event.event.rawValue)\" cannot follow what it says of a sandbox that is \(record.stage)")
      }
    }
    try validateOutcome(of: record)
    return .record(record, length: end + 1)
  }

  /// The same rules as for a request: an intent decides what is undone, and where.
  static func validate(_ intent: SandboxRecord.Intent) throws(RecordFault) {
    guard SandboxIDs.isWellFormed(intent.id) else { throw RecordFault("its id is none: 64 hex digits are") }
    do throws(SandboxError) { try intent.configuration.validateRecorded() } catch { throw RecordFault(error.message) }
    guard intent.bootID.utf8.count <= 64, intent.runtimeHandler.utf8.count <= 1024 else {
      throw RecordFault("its boot or runtime handler is no name")
    }
    guard intent.networks.count <= RecordFormat.maximumNetworks else {
      throw RecordFault("it has \(intent.networks.count) networks, \(RecordFormat.maximumNetworks) at most")
    }
    for (index, network) in intent.networks.enumerated() {
      guard network.interfaceName == "eth\(index)" else {
        throw RecordFault("its interface \(index) is named \"\(network.interfaceName.beginning(80))\", not eth\(index)")
      }
      do { _ = try network.list() } catch { throw RecordFault("network \(index): \(error)") }
    }
  }

  /// DEL is given what ADD said, and Status tells the addresses.
  static func validateOutcome(of record: SandboxRecord) throws(RecordFault) {
    guard let outcome = record.outcome else { return }
    for (index, text) in outcome.results.enumerated() where !text.isEmpty {
      do { _ = try record.result(text, of: index) } catch {
        throw RecordFault("the result of network \(index): \(error)")
      }
    }
    for address in [outcome.ip] + outcome.additionalIPs where !address.isEmpty && IPAddress(address) == nil {
      throw RecordFault("its address is none: \(address.prefix(80))")
    }
  }

  private static func checkHeader(_ line: ArraySlice<UInt8>) throws(RecordFault) {
    guard !line.elementsEqual(RecordFormat.header.dropLast()) else { return }
    let version: Int?
    do { version = try JSON(parsing: Array(line))["version"]?.integer } catch { version = nil }
    guard let version else { throw RecordFault("it does not begin as a sandbox record") }
    guard version != RecordFormat.version else { throw RecordFault("its first line has more than this version knows") }
    throw RecordFault("it has version \(version), this daemon knows \(RecordFormat.version)")
  }

  private static func decode(_ line: ArraySlice<UInt8>) throws(RecordFault) -> RecordLine {
    guard line.count < RecordFormat.maximumLine else { throw RecordFault("it has a line of \(line.count) bytes") }
    do {
      let value = try JSONDecoder().decode(RecordLine.self, from: Data(line))
      // What is not understood would be lost, and it may be what undo needs.
      if let path = try JSON(parsing: Array(line), rules: .own)
        .firstField(absentFrom: JSON(parsing: RecordLine.line(value), rules: .own))
      {
        throw RecordFault("it has the field \(path), which this version does not know")
      }
      return value
    } catch let fault as RecordFault {
      throw fault
    } catch {
      throw RecordFault("it has a line that this version does not know: \(error)")
    }
  }

  /// The name in a record that cannot be used otherwise, so that it stays reserved; `nil` when it cannot be made out.
  static func name(inUnreadable bytes: [UInt8]) -> SandboxName? {
    for line in bytes.split(separator: RecordFormat.newline).prefix(2) {
      // Whatever fails here, the id is still reserved by the file itself.
      guard let document = try? JSON(parsing: Array(line)),
        let metadata = (document["intent"] ?? document)["configuration"]?["metadata"],
        let name = metadata["name"]?.string
      else { continue }
      var found = PodSandboxConfiguration.Metadata()
      found.name = name
      found.namespace = metadata["namespace"]?.string ?? ""
      found.uid = metadata["uid"]?.string ?? ""
      found.attempt = metadata["attempt"]?.integer.flatMap(UInt32.init(exactly:)) ?? 0
      return SandboxName(found)
    }
    return nil
  }
}
