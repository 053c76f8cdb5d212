@testable import CNI
import JSON

extension ParserProperties {
  /// A cache entry that is read is written as it was, and whatever a file holds, DEL gets a result, none, or words.
  func checkCache(_ bytes: [UInt8]) throws -> Bool {
    guard let entry = try entry(in: bytes) else {
      try checkReading(
        bytes, network: "net", CNI.Attachment(containerID: "c", networkNamespace: "", interfaceName: "eth0"))
      return false
    }
    try checkReading(bytes, network: entry.network, entry.attachment)
    let cached = CachedAttachment(
      network: entry.network, attachment: entry.attachment, configuration: entry.configuration)
    if let list = cached.configurationList {
      try require(list.name == entry.network, "another network's configuration")
    }
    return true
  }

  private func entry(in bytes: [UInt8]) throws -> CacheEntry? {
    // What is no JSON is the JSON parser's matter.
    guard let object = (try? JSON(parsing: bytes))?.object, let entry = CacheEntry(object) else { return nil }
    let written = entry.json.serialized()
    let again = try demand("an entry that was written is no JSON") { try JSON(parsing: written) }
    guard let object = again.object, let second = CacheEntry(object) else {
      throw Violation("an entry that was written is none")
    }
    try require(second == entry, "an entry that was written is read as another one")
    return entry
  }

  private func checkReading(_ bytes: [UInt8], network: String, _ attachment: CNI.Attachment) throws {
    let reading = ResultCache.Reading(bytes, network: network, attachment)
    for version in chosen(SpecificationVersion.supported) {
      let result = try attempt { () throws(CNIError) in try reading.result(network: network, version: version) }
      if let result = result ?? nil { try require(result.cniVersion == version, "a cached result in another version") }
    }
    let recorded = try attempt { () throws(CNIError) in try reading.attachment(network: network) }
    if let recorded = recorded ?? nil { try require(recorded.network == network, "another network's attachment") }
  }
}
