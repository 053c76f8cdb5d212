import FoundationEssentials
import JSON

/// One entry of the cache, in libcni's format `cniCacheV1`.
struct CacheEntry: Sendable, Hashable {
  static let kind = "cniCacheV1"

  let network: String
  let attachment: Attachment
  let configuration: [UInt8]
  let result: JSON?

  init(network: String, attachment: Attachment, configuration: [UInt8], result: JSON?) {
    self.network = network
    self.attachment = attachment
    self.configuration = configuration
    self.result = result
  }

  /// Reads an entry; nil when a field is missing that everything hangs on, or has the wrong type.
  init?(_ object: JSONObject) {
    guard object["kind"]?.string == CacheEntry.kind, let containerID = object["containerId"]?.string,
      let interfaceName = object["ifName"]?.string, let network = object["networkName"]?.string
    else { return nil }
    var arguments: [Attachment.Argument] = []
    for pair in object["cniArgs"]?.array ?? [] {
      guard let key = pair[0]?.string, let value = pair[1]?.string else { return nil }
      arguments.append(.init(key, value))
    }
    let capabilities = (object["capabilityArgs"]?.object ?? [:]).map { ($0.key, $0.value) }
    self.network = network
    attachment = Attachment(
      containerID: containerID, networkNamespace: object["netns"]?.string ?? "", interfaceName: interfaceName,
      arguments: arguments, capabilityArguments: Dictionary(capabilities) { _, last in last })
    configuration = object["config"]?.string.flatMap(CacheEntry.decoded) ?? []
    result = object["result"].flatMap { $0.isNull ? nil : $0 }
  }

  /// The entry as libcni writes it: the same keys, the optional ones left out when empty.
  var json: JSON {
    var object: JSONObject = [
      "kind": .string(CacheEntry.kind), "containerId": .string(attachment.containerID),
      "config": .string(Data(configuration).base64EncodedString()), "ifName": .string(attachment.interfaceName),
      "networkName": .string(network),
    ]
    if !attachment.networkNamespace.isEmpty { object["netns"] = .string(attachment.networkNamespace) }
    if !attachment.arguments.isEmpty {
      object["cniArgs"] = .array(attachment.arguments.map { [.string($0.key), .string($0.value)] })
    }
    if !attachment.capabilityArguments.isEmpty {
      let sorted = attachment.capabilityArguments.sorted { $0.key < $1.key }
      object["capabilityArgs"] = .object(JSONObject(sorted.map { ($0.key, $0.value) }))
    }
    object["result"] = result
    return .object(object)
  }

  /// The bytes that Go's encoder wrote as base64 (RFC 4648, section 4); nil when the text is none. Line ends are skipped, as Go
  /// does.
  static func decoded(_ text: String) -> [UInt8]? {
    let letters = text.utf8.filter { $0 != 0x0a && $0 != 0x0d }
    // Foundation passes over padding that stands anywhere.
    let padding = UInt8(ascii: "=")
    let count = letters.suffix(2).reversed().prefix { $0 == padding }.count
    guard !letters.dropLast(count).contains(padding) else { return nil }
    return Data(base64Encoded: Data(letters)).map(Array.init)
  }
}
