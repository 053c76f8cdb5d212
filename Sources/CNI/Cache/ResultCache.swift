import JSON

/// The cache of results that libcni defines and other runtimes share: `<directory>/results/<network>-<container>-<interface>`.
struct ResultCache: Sendable {
  let directory: String

  private var results: String { "\(directory)/results" }

  func path(network: String, _ attachment: Attachment) -> String {
    "\(results)/\(network)-\(attachment.containerID)-\(attachment.interfaceName)"
  }

  /// What a cache file holds.
  enum Reading: Sendable {
    case absent
    case entry(CacheEntry)
    /// A bare result, as libcni wrote before `cniCacheV1`.
    case legacy(JSON)
    case corrupt(String)
    /// Another attachment's entry: `a-b`+`c` and `a`+`b-c` make one file name.
    case foreign
  }

  func read(network: String, _ attachment: Attachment) -> Reading {
    let bytes: [UInt8]
    do {
      guard let found = try HostFile.read(path(network: network, attachment)) else { return .absent }
      bytes = found
    } catch {
      return .corrupt(error.text)
    }
    return Reading(bytes, network: network, attachment)
  }

  /// Puts an entry in place by a temporary file and a rename. Not durable: the caller keeps all that DEL needs elsewhere.
  func write(_ entry: CacheEntry) throws(CNIError) {
    try HostFile.makeDirectory(results)
    // Beside `results`, not in it: other runtimes take whatever lies there for an entry.
    try HostFile.replace(
      path(network: entry.network, entry.attachment), with: entry.json.serialized(), temporaryDirectory: directory)
  }

  /// Removes an attachment's entry; that there is none is success. Not to be called for what reads as `foreign`.
  func remove(network: String, _ attachment: Attachment) throws(CNIError) {
    try HostFile.remove(path(network: network, attachment))
  }

  func attachments(containerID: String?) throws(CNIError) -> [CachedAttachment] {
    var attachments: [CachedAttachment] = []
    for name in try HostFile.names(in: results) {
      if let containerID, !ResultCache.mayBelong(name, to: containerID) { continue }
      guard let entry = entry(in: "\(results)/\(name)"), !entry.network.isEmpty, !entry.attachment.interfaceName.isEmpty
      else { continue }
      if let containerID, entry.attachment.containerID != containerID { continue }
      attachments.append(
        CachedAttachment(network: entry.network, attachment: entry.attachment, configuration: entry.configuration))
    }
    return attachments
  }

  private func entry(in path: String) -> CacheEntry? {
    do {
      guard let bytes = try HostFile.read(path) else { return nil }
      return try JSON(parsing: bytes).object.flatMap(CacheEntry.init)
    } catch {
      // A file that is no entry is none of ours; listing goes on past it as libcni's does.
      return nil
    }
  }

  /// Whether `-<id>-` stands in the name with something before and after it; spares reading every file.
  private static func mayBelong(_ name: String, to containerID: String) -> Bool {
    let name = Array(name.utf8)
    let part = Array("-\(containerID)-".utf8)
    guard name.count > part.count + 1 else { return false }
    return (1..<(name.count - part.count)).contains { name[$0..<($0 + part.count)].elementsEqual(part) }
  }
}

extension ResultCache.Reading {
  /// Makes something of a file's bytes, whatever they are; the attachment is the one whose file it is.
  init(_ bytes: [UInt8], network: String, _ attachment: Attachment) {
    guard !bytes.isEmpty else {
      self = .corrupt("the cache file is empty")
      return
    }
    let json: JSON
    do {
      json = try JSON(parsing: bytes)
    } catch {
      self = .corrupt("\(error)")
      return
    }
    guard let object = json.object else {
      self = .corrupt("the cache file holds a \(json.kind)")
      return
    }
    guard object["kind"]?.string == CacheEntry.kind else {
      self = .legacy(json)
      return
    }
    guard let entry = CacheEntry(object) else {
      self = .corrupt("the cache entry lacks a field")
      return
    }
    let isAsked =
      entry.network == network && entry.attachment.containerID == attachment.containerID
      && entry.attachment.interfaceName == attachment.interfaceName
    self = isAsked ? .entry(entry) : .foreign
  }

  var isAbsent: Bool {
    switch self {
    case .absent, .foreign: true
    case .entry, .legacy, .corrupt: false
    }
  }

  func result(network: String, version: String) throws(CNIError) -> CNIResult? {
    let json: JSON
    switch self {
    case .absent, .foreign: return nil
    case .entry(let entry): json = entry.result ?? [:]
    case .legacy(let result): json = result
    case .corrupt(let reason): throw CNIError(.cache, code: CNIError.Code.decodingFailure, reason, network: network)
    }
    let result: CNIResult
    do {
      result = try CNIResult(json, defaultVersion: "0.1.0")
    } catch {
      throw CNIError(.cache, code: CNIError.Code.decodingFailure, error.message, network: network)
    }
    do {
      return try result.converted(to: version)
    } catch {
      throw CNIError(
        .cache, code: CNIError.Code.decodingFailure,
        "failed to convert cached result to config version \(version.quoted): \(error.message)", network: network)
    }
  }

  func attachment(network: String) throws(CNIError) -> CachedAttachment? {
    switch self {
    case .absent, .foreign: return nil
    case .entry(let entry):
      return CachedAttachment(
        network: entry.network, attachment: entry.attachment, configuration: entry.configuration)
    case .legacy:
      throw CNIError(.cache, "read cached network \(network.quoted) config has wrong kind", network: network)
    case .corrupt(let reason):
      throw CNIError(
        .cache, code: CNIError.Code.decodingFailure,
        "failed to unmarshal cached network \(network.quoted) config: \(reason)", network: network)
    }
  }
}
