import JSON

extension PodSandboxConfiguration {
  /// Whether both are one request, byte for byte: Swift's own comparison takes é in its two spellings for one.
  ///
  /// Where one of them has no request's bytes, as in a record of before there were any, what was understood of it is compared.
  func isSameRequest(as other: PodSandboxConfiguration) -> Bool {
    if let request, let theirs = other.request { return request.hasSameBytes(as: theirs) }
    return understood == other.understood
  }

  private var understood: [UInt8] {
    var configuration = self
    configuration.request = nil
    return RecordLine.line(configuration)
  }

  /// What a record keeps of it: the largest fields once, in the request.
  var recorded: PodSandboxConfiguration {
    guard request != nil else { return self }
    var configuration = self
    (configuration.labels, configuration.annotations) = ([:], [:])
    return configuration
  }

  /// The whole configuration of what a record has kept.
  ///
  /// - Throws: What is wrong with the request that it holds.
  func completed() throws -> PodSandboxConfiguration {
    guard let request else { return self }
    let document = try JSON(parsing: request, rules: .own)
    var configuration = self
    configuration.labels = try Self.texts("labels", document)
    configuration.annotations = try Self.texts("annotations", document)
    return configuration
  }

  private static func texts(_ field: String, _ document: JSON) throws -> [String: String] {
    guard let members = document[field] else { return [:] }
    guard let object = members.object else { throw RecordFault("its request's \(field) are no object") }
    var texts: [String: String] = [:]
    for member in object {
      guard let text = member.value.string else { throw RecordFault("its request's \(field) hold what is no text") }
      texts[member.key] = text
    }
    return texts
  }
}
