import CNI
import JSON

/// One change of a document: `["set", POINTER, VALUE]` or `["remove", POINTER]`, the place given as a JSON pointer.
struct Edit {
  private let place: [String]
  /// nil removes.
  private let value: JSON?

  /// The changes of a script's list, their texts filled in from the call's variables.
  static func list(_ scripted: JSON?, _ call: Call) throws(PluginError) -> [Edit] {
    var edits: [Edit] = []
    for item in scripted?.array ?? [] { edits.append(try Edit(item, call)) }
    return edits
  }

  private init(_ scripted: JSON, _ call: Call) throws(PluginError) {
    guard let pointer = scripted[1]?.string else { throw Self.unknown(scripted) }
    switch (scripted[0]?.string, scripted[2]) {
    case ("set", let value?): self.value = call.filled(value)
    case ("remove", nil): value = nil
    default: throw Self.unknown(scripted)
    }
    place = Self.steps(pointer)
  }

  private static func unknown(_ scripted: JSON) -> PluginError {
    PluginError(100, "noop: no edit: \(scripted)", details: "one is [\"set\", POINTER, VALUE] or [\"remove\", POINTER]")
  }

  /// The document with the change; nil stands for none.
  func applied(to document: JSON?) -> JSON? {
    if place.isEmpty { return value }
    return document.map { changed($0, place[...]) }
  }

  /// The value at a pointer.
  static func value(in document: JSON?, at pointer: String) -> JSON? {
    steps(pointer).reduce(document) { value, step in
      if case .array = value { Int(step).flatMap { value?[$0] } } else { value?[step] }
    }
  }

  private static func steps(_ pointer: String) -> [String] {
    pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { step in
      let parts = step.split(separator: "~1", omittingEmptySubsequences: false).map { part in
        part.split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
      }
      return parts.joined(separator: "/")
    }
  }

  private func changed(_ document: JSON, _ rest: ArraySlice<String>) -> JSON {
    guard let step = rest.first else { return document }
    let isLast = rest.count == 1
    switch document {
    case .object(var members):
      if isLast {
        members[step] = value
      } else if let inner = members[step] {
        members[step] = changed(inner, rest.dropFirst())
      } else if value != nil {
        members[step] = changed([:], rest.dropFirst())
      }
      return .object(members)
    case .array(var items):
      if isLast, step == "-", let value { return .array(items + [value]) }
      guard let index = Int(step), items.indices.contains(index) else { return document }
      if !isLast {
        items[index] = changed(items[index], rest.dropFirst())
      } else if let value {
        items[index] = value
      } else {
        items.remove(at: index)
      }
      return .array(items)
    default: return document
    }
  }
}

extension Call {
  /// A text with the call's variables in the place of `${NAME}`; one that is not set leaves nothing.
  func filled(_ text: String) -> String {
    var rest = text[...]
    var filled = ""
    while let start = rest.firstIndex(of: "$") {
      filled += rest[..<start]
      rest = rest[start...].dropFirst()
      guard rest.first == "{", let end = rest.firstIndex(of: "}") else {
        filled += "$"
        continue
      }
      filled += self[String(rest[..<end].dropFirst())] ?? ""
      rest = rest[end...].dropFirst()
    }
    return filled + rest
  }

  /// The same for the texts of a document.
  func filled(_ document: JSON) -> JSON {
    switch document {
    case .string(let text): .string(filled(text))
    case .array(let items): .array(items.map(filled))
    case .object(let members): .object(JSONObject(members.map { ($0.key, filled($0.value)) }))
    default: document
    }
  }
}
