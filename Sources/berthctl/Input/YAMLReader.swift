import RuntimeAPI
import Yams

/// Reads a YAML document into a JSON value.
struct YAMLReader {
  private let name: String
  /// How many more values there may be: aliases of aliases grow without bound.
  private var budget = 100_000

  static func document(_ bytes: [UInt8], name: String) throws(CommandFailure.Reason) -> JSONValue {
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .init("\(name) is not valid UTF-8") }
    var reader = YAMLReader(name: name)
    let root: Node?
    do {
      root = try Yams.compose(yaml: text, .basic)
    } catch {
      throw .init("\(name): not valid YAML: \(error)")
    }
    return try root.map { (node) throws(CommandFailure.Reason) in try reader.value(node) } ?? .null
  }

  private mutating func value(_ node: Node) throws(CommandFailure.Reason) -> JSONValue {
    budget -= 1
    guard budget > 0 else { throw .init("\(name): too many values; do aliases multiply?") }
    switch node {
    case .scalar(let scalar): return value(scalar)
    case .sequence(let sequence):
      var elements: [JSONValue] = []
      for element in sequence { elements.append(try value(element)) }
      return .array(elements)
    case .mapping(let mapping): return .object(try members(mapping))
    case .alias: throw .init("\(name): an alias without an anchor")
    }
  }

  private func value(_ scalar: Node.Scalar) -> JSONValue {
    let isPlain = scalar.style == .plain || scalar.style == .any
    let isString = Node.scalar(scalar).tag == Tag(.str) && !isPlain
    return isPlain && !isString ? YAMLScalar.value(ofPlain: scalar.string) : .string(scalar.string)
  }

  private mutating func members(_ mapping: Node.Mapping) throws(CommandFailure.Reason) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    var merged: [JSONValue.Member] = []
    for (keyNode, valueNode) in mapping {
      guard case .scalar(let key) = keyNode else { throw .init("\(name): a key that is not a scalar") }
      let value = try value(valueNode)
      if key.string == "<<" && key.style == .plain {
        merged += try self.merged(value)
      } else {
        members.append(.init(key.string, value))
      }
    }
    var taken = Set(members.map(\.key))
    for member in merged where taken.insert(member.key).inserted { members.append(member) }
    return members
  }

  /// The members that a merge key brings in.
  private func merged(_ value: JSONValue) throws(CommandFailure.Reason) -> [JSONValue.Member] {
    switch value {
    case .object(let members): return members
    case .array(let elements):
      var members: [JSONValue.Member] = []
      for element in elements { members += try merged(element) }
      return members
    default: throw .init("\(name): << merges mappings only")
    }
  }

  private init(name: String) { self.name = name }
}
