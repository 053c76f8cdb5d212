import CNI

extension CNISession {
  /// An attachment and the network it is on.
  struct Subject: Sendable {
    let list: NetworkConfigurationList
    let attachment: Attachment
  }

  /// What DEL and CHECK are about: configuration and arguments are those of the ADD, where it is recorded and nothing else is said.
  ///
  /// A configuration named as a file is taken as it is now. Without a usable record the configuration directory's is taken.
  func subject(_ target: CNITarget) async throws(CNIError) -> Subject {
    let asked = try target.attachment(surroundings.environment)
    guard !isPath(target.network) else {
      let list = try network(target.network)
      let recorded = try await recorded(list.name, asked)
      return Subject(
        list: list, attachment: try target.attachment(surroundings.environment, recorded: recorded?.attachment))
    }
    guard let recorded = try await recorded(target.network, asked) else {
      return Subject(list: try network(target.network), attachment: asked)
    }
    let attachment = try target.attachment(surroundings.environment, recorded: recorded.attachment)
    guard let list = recorded.configurationList else {
      return Subject(list: try network(target.network), attachment: attachment)
    }
    speak(list)
    return Subject(list: list, attachment: attachment)
  }

  /// The record of the ADD; nil, with a word about it, when it cannot be read.
  private func recorded(_ network: String, _ attachment: Attachment) async throws(CNIError) -> CachedAttachment? {
    do {
      return try await runtime.cachedAttachment(network: network, attachment)
    } catch {
      guard error.kind == .cache || error.kind == .execution else { throw error }
      note("the record of the ADD is not used: \(error)")
      return nil
    }
  }

  /// Whether the cache has something under this attachment's name, usable or not.
  func isRecorded(_ network: String, _ attachment: Attachment) async throws(CNIError) -> Bool {
    do {
      return try await runtime.cachedAttachment(network: network, attachment) != nil
    } catch {
      guard error.kind == .cache else { throw error }
      return true
    }
  }
}
