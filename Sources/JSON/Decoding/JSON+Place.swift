extension JSON {
  /// The line and the column, in bytes and both from 1, at which the value at a path begins, or its key if it has one.
  ///
  /// Documents bear no places while they are decoded: only who has found something wrong looks for its place. Nil when the
  /// document has no such value.
  public static func place(of path: FieldPath, in bytes: [UInt8]) -> (line: Int, column: Int)? {
    var parser = JSONParser(bytes, rules: .own, maximumDepth: maximumDepth)
    parser.skipWhiteSpace()
    var place = parser.position
    for step in path.steps {
      do {
        guard let found = try parser.descend(to: step) else { return nil }
        place = found
      } catch {
        return nil  // what is no JSON has no places
      }
    }
    let before = bytes[..<place]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    return (line, place - (before.lastIndex(of: UInt8(ascii: "\n")) ?? -1))
  }
}

extension FieldPath {
  fileprivate enum Step {
    case key(String)
    case index(Int)
  }

  /// The steps that lead from the document to the value.
  fileprivate var steps: [Step] {
    switch self {
    case .root: []
    case .field(let parent, let name), .key(let parent, let name): parent.steps + [.key(name)]
    case .index(let parent, let index): parent.steps + [.index(index)]
    }
  }
}

extension JSONParser {
  /// Goes to a part of the value that begins here, and returns where the part begins; nil when there is none.
  fileprivate mutating func descend(to step: FieldPath.Step) throws(JSONError) -> Int? {
    let isObject = current == UInt8(ascii: "{")
    guard isObject || current == UInt8(ascii: "[") else { return nil }
    position += 1
    var index = 0
    repeat {
      skipWhiteSpace()
      let start = position
      let key = isObject ? try string() : ""
      if isObject {
        skipWhiteSpace()
        guard skip(UInt8(ascii: ":")) else { return nil }
        skipWhiteSpace()
      }
      switch step {
      case .key(let wanted) where isObject && wanted.hasSameBytes(as: key): return start
      case .index(index) where !isObject: return start
      default: _ = try value(depth: 0)
      }
      skipWhiteSpace()
      index += 1
    } while skip(UInt8(ascii: ","))
    return nil
  }
}
