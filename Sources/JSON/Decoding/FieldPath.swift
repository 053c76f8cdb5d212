/// Where in a document a value is; written only when there is something to say about it.
public indirect enum FieldPath: Sendable, Hashable, CustomStringConvertible {
  /// The document, by the name its paths begin with; mostly empty.
  case root(String)
  /// A field of an object.
  case field(FieldPath, String)
  /// An entry of a map.
  case key(FieldPath, String)
  /// An element of an array.
  case index(FieldPath, Int)

  /// The path as people write it, such as `config.portMappings[0].hostPort` or `config.labels["a.b"]`.
  public var description: String {
    switch self {
    case .root(let name): name
    case .field(let parent, let name): parent.isEmpty ? name.abbreviated : "\(parent).\(name.abbreviated)"
    case .key(let parent, let key): "\(parent)[\"\(key.abbreviated)\"]"
    case .index(let parent, let index): "\(parent)[\(index)]"
    }
  }

  private var isEmpty: Bool {
    if case .root("") = self { return true }
    return false
  }
}

extension String {
  /// The text, cut if it is long, for a message.
  var abbreviated: String { beginning(64) }
}
