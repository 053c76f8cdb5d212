import JSON
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("No value of a record is believed because it parses", .timeLimit(.minutes(1)))
struct RecordFieldTests {
  /// A record whose every optional part is there, so that each level of it can be looked at.
  private static var full: [RecordLine] {
    let intent = Samples.intent(networks: 2, warnings: ["w"]) {
      $0.dnsConfig = PodSandboxConfiguration.DNSConfiguration()
      $0.portMappings = [Samples.mapping(80), Samples.mapping(81)]
      $0.linux.resources = LinuxResources()
      $0.linux.overhead = LinuxResources()
      var namespace = LinuxConfiguration.UserNamespace()
      namespace.uids = [.init()]
      $0.linux.securityContext.namespaceOptions.userNamespace = namespace
      $0.linux.securityContext.selinuxOptions = .init()
    }
    return [
      RecordLine(.intent, at: 1, intent: intent),
      RecordLine(.outcome, at: 2, outcome: Samples.outcome(results: ["", ""])), RecordLine(.stopping, at: 3),
    ]
  }

  /// Every version of the value with one member more in one of its objects, and the path of that member's object.
  private static func grown(_ value: JSON) -> [JSON] {
    switch value {
    case .object(let object):
      var more = object
      more["zzNewer"] = .integer(1)
      return [.object(more)]
        + object.keys.flatMap { key in
          grown(object[key] ?? .null).map { child in
            var copy = object
            copy[key] = child
            return .object(copy)
          }
        }
    case .array(let elements):
      return elements.indices.flatMap { index in
        grown(elements[index]).map { child in
          var copy = elements
          copy[index] = child
          return .array(copy)
        }
      }
    default: return []
    }
  }

  @Test("a field of a newer version is told, at whatever depth it is: the next write would lose it")
  func unknownField() throws {
    let lines = try Self.full.map { try $0.bytes() }
    var count = 0
    for (index, line) in lines.enumerated() {
      let document = try JSON(parsing: Array(line.dropLast()))
      for newer in Self.grown(document) {
        // What a map of strings may hold is no field of ours.
        let text = newer.description
        let isInMap = ["annotations", "labels", "sysctls", "unified", "hugepageLimits"]
          .contains { text.contains("\"\($0)\":{\"zzNewer\"") }
        guard !isInMap else { continue }
        var changed = lines
        changed[index] = Array("\(text)\n".utf8)
        let bytes = RecordFormat.header + changed.flatMap { $0 }
        let fault = #expect(throws: RecordFault.self, "\(text)") { try RecordReader.read(bytes, id: Samples.id()) }
        #expect(fault?.description.contains("zzNewer, which this version does not know") == true, "\(text)")
        count += 1
      }
    }
    #expect(count >= 20, "every level of intent and outcome was tried")
    let path = try Self.fault { $0.replacing(#""hostname":"#, with: #""flavour":1,"hostname":"#) }
    #expect(path?.description.contains("intent.configuration.flavour") == true)
    let inList = try Self.fault { $0.replacing(#""interfaceName":"eth1""#, with: #""interfaceName":"eth1","mtu":1"#) }
    #expect(inList?.description.contains("intent.networks.[1].mtu") == true)
  }

  /// What is said of the intent after the change.
  private static func fault(_ change: (String) -> String) throws -> RecordFault? {
    let text = String(decoding: try full[0].bytes(), as: UTF8.self)
    let changed = change(text)
    #expect(changed != text, "the test changes something")
    return #expect(throws: RecordFault.self) {
      try RecordReader.read(RecordFormat.header + Array(changed.utf8), id: Samples.id())
    }
  }

  private static func refusal(of intent: SandboxRecord.Intent, in id: String? = nil) throws -> String? {
    let bytes = try RecordFormat.header + RecordLine(.intent, intent: intent).bytes()
    do throws(RecordFault) {
      _ = try RecordReader.read(bytes, id: id ?? intent.id)
      return nil
    } catch {
      return error.description
    }
  }

  private static func intent(
    id: String = Samples.id(), networks: [SandboxRecord.Network] = [Samples.network()], bootID: String = "b",
    runtimeHandler: String = "", _ change: (inout PodSandboxConfiguration) -> Void = { _ in }
  ) -> SandboxRecord.Intent {
    SandboxRecord.Intent(
      id: id, configuration: Samples.configuration("web", change), runtimeHandler: runtimeHandler, networks: networks,
      bootID: bootID, createdAt: 1, warnings: [])
  }

  static let noIDs = [
    "", "x", String(repeating: "a", count: 63), String(repeating: "a", count: 65), String(repeating: "A", count: 64),
    String(repeating: "g", count: 64), "../" + String(repeating: "a", count: 61), String(repeating: "é", count: 32),
  ]

  @Test("an id that is none is refused, though the file has that very name", arguments: noIDs)
  func id(_ id: String) throws {
    #expect(try Self.refusal(of: Self.intent(id: id))?.contains("its id is none") == true)
    #expect(throws: RecordFault.self) { try RecordReader.validate(Self.intent(id: id)) }
  }

  @Test(
    "an outcome with a result that DEL could not be given, or an address that is none, is refused",
    arguments: [("xxx", ""), ("[]", ""), (#"{"cniVersion":"1.0.0","ips":7}"#, ""), ("", "10.1.2"), ("", "..")])
  func outcome(_ result: String, _ address: String) throws {
    let lines = [
      RecordLine(.intent, intent: Self.intent()),
      RecordLine(.outcome, outcome: Samples.outcome(ip: address, results: [result])),
    ]
    let bytes = try RecordFormat.header + lines.flatMap { try $0.bytes() }
    let fault = #expect(throws: RecordFault.self) { try RecordReader.read(bytes, id: Samples.id()) }
    #expect(fault?.description.contains(result.isEmpty ? "its address is none" : "the result of network 0") == true)
  }

  @Test(
    "a cgroup's parent that leaves its place is refused",
    arguments: ["..", "/a/../b", "/a//b", "/a b", "a/.", "a-.slice"])
  func cgroupParent(_ parent: String) throws {
    let refusal = try Self.refusal(of: Self.intent { $0.linux.cgroupParent = parent })
    #expect(refusal?.contains("config.linux.cgroupParent") == true)
  }

  @Test("what a cgroup's parent may be is taken", arguments: ["", "/a/b", "a", "a-b.slice", "-.slice"])
  func goodCgroupParent(_ parent: String) throws {
    #expect(try Self.refusal(of: Self.intent { $0.linux.cgroupParent = parent }) == nil)
  }

  @Test("names that enter paths and CNI_ARGS are held to a request's rules")
  func names() throws {
    #expect(try Self.refusal(of: Self.intent { $0.metadata.name = "" })?.contains("metadata.name") == true)
    #expect(try Self.refusal(of: Self.intent { $0.metadata.name = "a/b" })?.contains("metadata.name") == true)
    #expect(
      try Self.refusal(of: Self.intent { $0.metadata.namespace = "a;K=V" })?.contains("metadata.namespace") == true)
    #expect(try Self.refusal(of: Self.intent { $0.metadata.uid = "-" })?.contains("metadata.uid") == true)
    #expect(try Self.refusal(of: Self.intent { $0.hostname = "a b" })?.contains("hostname") == true)
    #expect(
      try Self.refusal(of: Self.intent { $0.annotations["capability.berth/mac"] = "{" })?.contains("annotations")
        == true)
  }

  @Test("boot and runtime handler are names, however long the line may be")
  func longNames() throws {
    #expect(try Self.refusal(of: Self.intent(bootID: String(repeating: "b", count: 64))) == nil)
    #expect(try Self.refusal(of: Self.intent(bootID: String(repeating: "b", count: 65)))?.contains("boot") == true)
    #expect(try Self.refusal(of: Self.intent(runtimeHandler: String(repeating: "h", count: 1024))) == nil)
    #expect(
      try Self.refusal(of: Self.intent(runtimeHandler: String(repeating: "h", count: 1025)))?.contains("handler")
        == true)
  }

  @Test("64 networks are the most, each under its own interface and with a list that is one")
  func networks() throws {
    #expect(try Self.refusal(of: Self.intent(networks: [])) == nil)
    #expect(try Self.refusal(of: Self.intent(networks: (0..<64).map(Samples.network))) == nil)
    #expect(try Self.refusal(of: Self.intent(networks: (0..<65).map(Samples.network)))?.contains("65 networks") == true)
    for name in ["eth1", "", "../eth0", "lo"] {
      let network = SandboxRecord.Network(interfaceName: name, configuration: Samples.list)
      #expect(try Self.refusal(of: Self.intent(networks: [network]))?.contains("not eth0") == true)
    }
    let twice = [Samples.network(), Samples.network()]
    #expect(try Self.refusal(of: Self.intent(networks: twice))?.contains("interface 1") == true)
    for list in ["", "{}", #"{"cniVersion":"1.0.0","name":"n","plugins":[]}"#, #"{"name":"n","type":"t"}"#] {
      let network = SandboxRecord.Network(interfaceName: "eth0", configuration: list)
      #expect(try Self.refusal(of: Self.intent(networks: [network]))?.contains("network 0") == true, "\(list)")
    }
  }

  @Test("a living pod's record is not refused for a rule that came later")
  func olderThanTheRules() throws {
    #expect(try Self.refusal(of: Self.intent { $0.portMappings = [Samples.mapping(80), Samples.mapping(80)] }) == nil)
    #expect(try Self.refusal(of: Self.intent { $0.portMappings = [Samples.mapping(80, "localhost")] }) == nil)
    #expect(try Self.refusal(of: Self.intent { $0.logDirectory = "relative" }) == nil)
    #expect(try Self.refusal(of: Self.intent { $0.linux.sysctls = ["kernel.hostname": "x"] }) == nil)
  }
}
