public import ArgumentParser
public import JSON
public import PodSandbox

/// `auto`, `never`, or types of plugins: in the file as an array, as a flag with commas between them.
extension NativePluginSetting: JSONScalar, ExpressibleByArgument {
  /// The default.
  public static var absent: NativePluginSetting { .auto }

  /// What is expected, for an error message.
  public static var expectation: String { "\"auto\", \"never\" or an array of plugins' types" }

  /// Reads one of the two words, or an array of strings.
  public init?(json value: JSON, _ dialect: DocumentDecoder.Dialect) {
    if let elements = value.array {
      let types = elements.compactMap(\.string)
      guard types.count == elements.count else { return nil }
      self = .only(types)
    } else {
      switch value.string {
      case "auto": self = .auto
      case "never": self = .never
      default: return nil
      }
    }
  }

  /// Reads a flag's value.
  public init?(argument: String) {
    switch argument {
    case "auto": self = .auto
    case "never": self = .never
    default: self = .only(argument.split(separator: ",").map(String.init))
    }
  }

  /// Never called: a scalar is read by `init(json:_:)`.
  public init(from decoder: any Decoder) throws {
    throw DecodingError.typeMismatch(
      NativePluginSetting.self, .init(codingPath: decoder.codingPath, debugDescription: Self.expectation))
  }
}
