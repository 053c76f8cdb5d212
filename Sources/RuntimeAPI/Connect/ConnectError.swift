public import JSON

/// An error of the Connect protocol: what a failed call answers with, and what the client throws.
public struct ConnectError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of error it is.
  public var code: ConnectCode
  /// What was tried, on what, why it failed and what to do, for people.
  public var message: String
  /// More for machines, such as an undo report.
  public var details: [ConnectErrorDetail]

  /// Makes an error.
  public init(code: ConnectCode, message: String, details: [ConnectErrorDetail] = []) {
    self.code = code
    self.message = message
    self.details = details
  }

  /// The message.
  public var description: String { message }

  /// The failed operation's undo report, if a detail carries one.
  public var undoReport: UndoReport? {
    details.lazy.compactMap { UndoReport(detail: $0) }.first
  }
}

/// One detail of a Connect error: a protobuf message, and the same once more for people.
public struct ConnectErrorDetail: Sendable, Hashable {
  /// The message's full name, such as `google.protobuf.StringValue`.
  public var type: String
  /// The message in protobuf's binary form.
  public var value: [UInt8]
  /// The message for people; optional by the protocol.
  public var debug: JSON?

  /// Makes a detail.
  public init(type: String, value: [UInt8], debug: JSON? = nil) {
    self.type = type
    self.value = value
    self.debug = debug
  }
}
