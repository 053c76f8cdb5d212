/// Where in a message a value is; written only when there is something to say about it.
indirect enum FieldPath: CustomStringConvertible {
  case root(String)
  case field(FieldPath, String)
  case key(FieldPath, String)
  case index(FieldPath, Int)

  var description: String {
    switch self {
    case .root(let name): name
    case .field(let parent, let name): parent.isEmpty ? name : "\(parent).\(name)"
    case .key(let parent, let key): "\(parent)[\"\(key.abbreviated)\"]"
    case .index(let parent, let index): "\(parent)[\(index)]"
    }
  }

  private var isEmpty: Bool {
    if case .root("") = self { return true }
    return false
  }
}
