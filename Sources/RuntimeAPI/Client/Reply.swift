/// An answer: its message, and what the runtime says beside it.
public struct Reply<Response: Message>: Sendable, Hashable {
  /// The answer's message.
  public let message: Response
  /// What was asked for and is not done, a sentence each (`Berth-Warning`).
  public let warnings: [String]

  /// Makes a reply.
  public init(message: Response, warnings: [String] = []) {
    self.message = message
    self.warnings = warnings
  }
}
