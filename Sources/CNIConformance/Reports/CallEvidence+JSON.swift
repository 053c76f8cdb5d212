public import JSON

extension CallEvidence {
  /// As a report of JSON lines has it. Standard input that is no UTF-8 is there in hexadecimal digits too.
  public var json: JSON {
    var object: JSONObject = [
      "plugin": .string(plugin), "executable": .string(executable),
      "environment": .object(JSONObject(environment.map { ($0.name, .string($0.value)) })),
      "stdin": .string(standardInput), "stdout": .string(standardOutput), "stderr": .string(standardError),
      "outcome": .string(outcome), "milliseconds": .number(decimal(milliseconds)),
      "netns": .bool(hasNetworkNamespace), "again": .string(shellLine),
    ]
    if Array(standardInput.utf8) != standardInputBytes {
      object["stdinHex"] = .string(standardInputBytes.map(Self.hexadecimal).joined())
    }
    return .object(object)
  }

  /// Reads it back; nil where it is none.
  public init?(_ json: JSON) {
    guard let plugin = json["plugin"]?.string, let executable = json["executable"]?.string,
      let environment = json["environment"]?.object, let input = json["stdin"]?.string,
      let output = json["stdout"]?.string, let error = json["stderr"]?.string,
      let outcome = json["outcome"]?.string, case .number(let milliseconds)? = json["milliseconds"],
      let milliseconds = Double(milliseconds)
    else { return nil }
    self.init(
      plugin: plugin, executable: executable,
      environment: environment.map { Variable(name: $0.key, value: $0.value.string ?? "") },
      standardInput: json["stdinHex"]?.string.flatMap(Self.bytes) ?? Array(input.utf8), standardOutput: output,
      standardError: error, outcome: outcome, milliseconds: milliseconds,
      hasNetworkNamespace: json["netns"]?.bool ?? false)
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  private static func bytes(_ digits: String) -> [UInt8]? {
    let digits = digits.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for place in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[place], let low = digits[place + 1] else { return nil }
      bytes.append(UInt8(high << 4 | low))
    }
    return bytes
  }
}
