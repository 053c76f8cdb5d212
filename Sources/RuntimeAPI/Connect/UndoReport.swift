import JSON

/// What a failed operation cleaned up and what it had to leave; travels as a detail of the error.
///
/// The detail is a `google.protobuf.StringValue` whose string is this report as a JSON document; `debug` holds the string too.
public struct UndoReport: Message {
  /// How the undo of one step went.
  public struct Step: Message {
    /// The step's name.
    public var step: String
    /// `ok`, `failed`, `skipped` or `forgiven`.
    public var outcome: String
    /// Why it failed, or what it waited for.
    public var error: String
    /// How long it took, in milliseconds.
    public var milliseconds: Double

    /// Makes a step's report.
    public init(step: String, outcome: String, error: String = "", milliseconds: Double = 0) {
      self.step = step
      self.outcome = outcome
      self.error = error
      self.milliseconds = milliseconds
    }
  }

  /// The sandbox's id; its trace is kept under it.
  public var podSandboxId: String
  /// The undone steps, in the order in which they were undone.
  public var undo: [Step]

  /// Makes a report.
  public init(podSandboxId: String, undo: [Step] = []) {
    self.podSandboxId = podSandboxId
    self.undo = undo
  }

  /// The detail type that carries a report.
  private static let detailType = "google.protobuf.StringValue"

  /// The report as a detail of an error.
  public var detail: ConnectErrorDetail {
    let document = ProtoJSONEncoder().json(self).text()
    return ConnectErrorDetail(type: Self.detailType, value: StringValue.encode(document), debug: .string(document))
  }

  /// Reads the report out of a detail; nil if the detail is something else.
  public init?(detail: ConnectErrorDetail) {
    guard detail.type == Self.detailType, let document = StringValue.decode(detail.value) else { return nil }
    do {
      self = try ProtoJSONDecoder(rules: .own).decodeLeniently(UndoReport.self, from: Array(document.utf8)).message
    } catch {
      return nil
    }
  }
}

/// The binary form of `google.protobuf.StringValue`: field 1, length-delimited.
enum StringValue {
  private static let tag: UInt8 = 1 << 3 | 2

  static func encode(_ string: String) -> [UInt8] {
    var length = string.utf8.count
    guard length > 0 else { return [] }
    var bytes = [tag]
    while length >= 0x80 {
      bytes.append(UInt8(length & 0x7F) | 0x80)
      length >>= 7
    }
    return bytes + [UInt8(length)] + string.utf8
  }

  static func decode(_ bytes: [UInt8]) -> String? {
    guard let first = bytes.first else { return "" }
    guard first == tag else { return nil }
    var length = 0
    var offset = 1
    for shift in stride(from: 0, through: 28, by: 7) {
      guard offset < bytes.count else { return nil }
      let byte = bytes[offset]
      offset += 1
      length |= Int(byte & 0x7F) << shift
      guard byte & 0x80 != 0 else { return offset + length == bytes.count ? text(bytes[offset...]) : nil }
    }
    return nil
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String? { String(validating: bytes, as: UTF8.self) }
}
