import JSON
import RuntimeAPI
import Testing

/// Texts that are dear to compare, at every place of every message that a client can send.
@Suite("Hostile text", .timeLimit(.minutes(1))) struct HostileTextTests {
  /// Combining marks in the wrong order: the time to put them in order grows with the square of their number.
  static let marks = String(repeating: "\u{301}\u{316}", count: 64 << 10)

  static let requests: [any (Decodable & Sendable).Type] = [
    CRI.VersionRequest.self, CRI.StatusRequest.self, CRI.RuntimeConfigRequest.self, CRI.RunPodSandboxRequest.self,
    CRI.StopPodSandboxRequest.self, CRI.RemovePodSandboxRequest.self, CRI.PodSandboxStatusRequest.self,
    CRI.ListPodSandboxRequest.self, CRI.GetEventsRequest.self, Berth.GetPodSandboxTraceRequest.self,
    Berth.CollectGarbageRequest.self, Berth.ListLeftoversRequest.self, Berth.ForceRemovePodSandboxRequest.self,
  ]

  @Test("the walk finds the texts, keys, map keys and map values of a message")
  func walk() throws {
    let documents = try HostileDocument.all(of: CRI.RunPodSandboxRequest.self, text: "!").map(\.description)
    for part in [
      #""name":"!""#, #""!":"1""#, #""hostname":"!""#, #""labels":{"!":"text"}"#, #""sysctls":{"key":"!"}"#,
      #""searches":["!"]"#, #""protocol":"!""#, #"{"!":{"#,
    ] {
      #expect(documents.contains { $0.contains(part) }, "\(part)")
    }
  }

  @Test("a mile of marks is refused wherever it stands, in no time", arguments: requests.indices)
  func everywhere(_ index: Int) throws {
    try refuse(Self.requests[index])
  }

  private func refuse<T: Decodable>(_ type: T.Type) throws {
    for document in try HostileDocument.all(of: type, text: Self.marks) {
      let error = #expect(throws: ProtoJSONError.self) {
        try ProtoJSONDecoder().decode(T.self, from: document.serialized())
      }
      // Not even the complaint repeats it.
      #expect((error?.description.utf8.count ?? .max) < 400)
    }
  }

  @Test("as many marks as Unicode allows are taken, one more is refused with its place")
  func streamSafe() throws {
    let most = "e" + String(repeating: "\u{301}", count: 30)
    let json = #"{"config":{"annotations":{"a":"\#(most + most)"}}}"#
    let request = try ProtoJSONDecoder().decode(CRI.RunPodSandboxRequest.self, from: Array(json.utf8))
    #expect(request.config?.annotations["a"].map { Array($0.utf8) } == Array((most + most).utf8))
    let more = #"{"config":{"annotations":{"a":"\#(most)\u0316"}}}"#
    #expect {
      try ProtoJSONDecoder().decode(CRI.RunPodSandboxRequest.self, from: Array(more.utf8))
    } throws: { error in
      "\(error)" == "invalid JSON at line 1, column 33: more than 30 combining marks in a row in a string"
    }
  }

  @Test("two spellings of one map key are told, not merged")
  func spellings() {
    let json = #"{"config":{"labels":{"\u00e9":"1","e\u0301":"2"}}}"#
    #expect {
      try ProtoJSONDecoder().decode(CRI.RunPodSandboxRequest.self, from: Array(json.utf8))
    } throws: { error in
      "\(error)".hasSuffix(": the same key in another spelling of Unicode is there already")
    }
  }

  @Test("what only looks like a field or a word is neither")
  func lookalikes() {
    // KELVIN SIGN, which Swift takes for K.
    for json in [
      #"{"confi\u212a":{}}"#,
      #"{"config":{"linux":{"securityContext":{"seccomp":{"profileType":"Unconfined\u212a"}}}}}"#,
    ] {
      #expect(throws: ProtoJSONError.self) {
        try ProtoJSONDecoder().decode(CRI.RunPodSandboxRequest.self, from: Array(json.utf8))
      }
    }
  }
}

/// A message's documents that have a text at one place each.
enum HostileDocument {
  static func all<T: Decodable>(of type: T.Type, text: String) throws -> [JSON] {
    variants(of: try ExampleDecoder.example(type).json, text)
  }

  private static func variants(of json: JSON, _ text: String) -> [JSON] {
    switch json {
    case .null: [.string(text)]
    case .bool, .number, .string: [.string(text)]
    case .array(let elements): elements.flatMap { variants(of: $0, text) }.map { [$0] } + [.string(text)]
    case .object(let object):
      object.keys.flatMap { key -> [JSON] in
        guard let value = object[key] else { return [] }
        let inner = variants(of: value, text).map { variant -> JSON in
          var changed = object
          changed[key] = variant
          return .object(changed)
        }
        let renamed = JSONObject(object.map { ($0.key == key ? text : $0.key, $0.value) })
        return inner + [.object(renamed)]
      } + [.object([text: "1"])]
    }
  }
}

/// Makes an example of any message, with something in every field, and the document it is decoded from.
final class ExampleDecoder: Decoder {
  fileprivate var json: JSON = .object([:])
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  static func example<T: Decodable>(_ type: T.Type) throws -> (value: T, json: JSON) {
    let value: Any
    let json: JSON
    switch type {
    case is String.Type: (value, json) = ("text", "text")
    case is [String: String].Type: (value, json) = (["key": "text"], ["key": "text"])
    case let name as any JSONName.Type: (value, json) = (name.absent, "word")
    case let scalar as any JSONScalar.Type: (value, json) = (scalar.absent, 1)
    default:
      let decoder = ExampleDecoder()
      value = try T(from: decoder)
      json = decoder.json
    }
    return (try #require(value as? T), json)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Keyed(decoder: self))
  }
  func unkeyedContainer() -> any UnkeyedDecodingContainer { Unkeyed(decoder: self) }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Unsupported() }

  private struct Unsupported: Error {}

  private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ExampleDecoder
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) -> Bool { false }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
      let (value, json) = try ExampleDecoder.example(type)
      var object = decoder.json.object ?? [:]
      object[key.stringValue] = json
      decoder.json = .object(object)
      return value
    }
    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw Unsupported() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Unsupported() }
    func superDecoder() throws -> any Decoder { throw Unsupported() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Unsupported() }
  }

  private struct Unkeyed: UnkeyedDecodingContainer {
    let decoder: ExampleDecoder
    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    var isAtEnd: Bool { currentIndex == 1 }
    private(set) var currentIndex = 0

    init(decoder: ExampleDecoder) { self.decoder = decoder }

    func decodeNil() -> Bool { false }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
      let (value, json) = try ExampleDecoder.example(type)
      decoder.json = [json]
      currentIndex = 1
      return value
    }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
      throw Unsupported()
    }
    func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unsupported() }
    func superDecoder() throws -> any Decoder { throw Unsupported() }
  }
}
