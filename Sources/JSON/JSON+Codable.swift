extension JSON: Codable {
  /// Reads a value that `encode(to:)` wrote: a string that holds JSON text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do {
      self = try JSON(parsing: Array(text.utf8), rules: .own)
    } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
    }
  }

  /// Writes a string that holds the JSON text, because no encoder at hand keeps number tokens.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
