/// What a case can be tried on.
public struct SubjectKinds: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt8

  /// The kinds of these bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The first plugin of a list, which makes the interface.
  public static let interface = SubjectKinds(rawValue: 1)
  /// A plugin behind others, which gets their result.
  public static let chained = SubjectKinds(rawValue: 2)
  /// A list of several plugins as a whole.
  public static let chain = SubjectKinds(rawValue: 4)

  /// Each plugin of a list by itself (one behind others after these).
  public static let plugins: SubjectKinds = [.interface, .chained]
  /// A list as a whole, be it of one plugin.
  public static let networks: SubjectKinds = [.interface, .chain]
  /// Whatever can be called.
  public static let all: SubjectKinds = [.interface, .chained, .chain]
}
