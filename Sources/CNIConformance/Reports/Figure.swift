/// One thing that a case has measured.
public struct Figure: Sendable, Hashable {
  /// What it is, with its unit: `ADD p50 ms`.
  public let name: String
  /// How much.
  public let value: Double

  /// A figure.
  public init(name: String, value: Double) {
    self.name = name
    self.value = value
  }
}
