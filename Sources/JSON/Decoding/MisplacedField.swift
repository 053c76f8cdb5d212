/// An object whose fields are looked for when one is written above the object that it belongs to.
package protocol NestingObject {
  /// The fields of the objects in it, as paths from here.
  static var nestedFields: [[String]] { get }
}

/// Finds the place of a field that stands in the wrong message.
package enum MisplacedField {
  /// The path of the nested field that `key` names, the nearest to the top if there are several: all words of the field's
  /// own name, and of those above it any, in their order. So `resources` is `linux.resources`, and `dns_options` is
  /// `dnsConfig.options`.
  package static func place(of key: String, among fields: [[String]]) -> [String]? {
    let wanted = words(key)
    return fields.filter { field in
      guard let name = field.last.map(words), wanted.count >= name.count, wanted.suffix(name.count) == name[...] else {
        return false
      }
      var above = field.dropLast().flatMap(words)[...]
      return wanted.dropLast(name.count).allSatisfy { word in
        guard let index = above.firstIndex(of: word) else { return false }
        above = above[(index + 1)...]
        return true
      }
    }.min { ($0.count, $0.joined()) < ($1.count, $1.joined()) }
  }

  /// Every field of a message, and of those in it, as a path.
  package static func paths(_ message: Any, below path: [String] = []) -> [[String]] {
    Mirror(reflecting: message).children.flatMap { child -> [[String]] in
      guard let label = child.label else { return [] }
      let own = path + [label]
      let nested = unwrapped(child.value).flatMap { Mirror(reflecting: $0).displayStyle == .struct ? $0 : nil }
      // Text and numbers are structures too, but have no fields of the API.
      guard let nested, !(nested is any JSONScalar) else { return [own] }
      return [own] + paths(nested, below: own)
    }
  }

  private static func unwrapped(_ value: Any) -> Any? {
    let mirror = Mirror(reflecting: value)
    return mirror.displayStyle == .optional ? mirror.children.first?.value : value
  }

  private static func words(_ name: String) -> [String] {
    name.beginning(64).snakeCased.split(separator: "_").map { $0.lowercased() }
  }
}
