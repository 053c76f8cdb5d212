/// What is wrong with what a run was asked for: nothing was run.
public struct UsageFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, and what would be right.
  public let description: String

  /// A fault in one line.
  public init(_ description: String) { self.description = description }
}
