import RuntimeAPI
import Yams

/// Writes a JSON value as YAML.
enum YAMLWriter {
  static func text(_ document: JSONValue) throws(CommandFailure.Reason) -> String {
    do {
      return try Yams.serialize(node: node(document), indent: 2, width: -1, allowUnicode: true)
    } catch {
      throw .init("cannot write YAML: \(error)")
    }
  }

  private static func node(_ value: JSONValue) -> Node {
    switch value {
    case .null: Node("null")
    case .bool(let flag): Node(flag ? "true" : "false")
    case .number(let token): Node(token)
    case .string(let string): node(string)
    case .array(let elements): Node(elements.map(node), .implicit, elements.isEmpty ? .flow : .block)
    case .object(let members):
      Node(members.map { (node($0.key), node($0.value)) }, .implicit, members.isEmpty ? .flow : .block)
    }
  }

  private static func node(_ string: String) -> Node {
    let style: Node.Scalar.Style =
      YAMLScalar.needsQuotes(string) ? .doubleQuoted : string.contains("\n") ? .literal : .any
    return Node(string, Tag(.str), style)
  }
}
