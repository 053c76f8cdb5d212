import JSON
import LinuxKernel

extension ResultCache {
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
