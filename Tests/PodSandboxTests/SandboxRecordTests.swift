import JSON
import CNI
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite struct SandboxRecordTests {
  static func record(result: String? = nil) -> SandboxRecord {
    var configuration = PodSandboxConfiguration()
    configuration.metadata.name = "web"
    configuration.annotations = ["a/b": "<&>"]
    let list = #"{"cniVersion":"1.0.0","name":"n","plugins":[{"type":"bridge","big":12345678901234567890,"e":1e3}]}"#
    let attachment = Attachment(
      containerID: "c", networkNamespace: "/n", interfaceName: "eth0", arguments: [.init("K", "V")],
      capabilityArguments: ["mac": "c2:11:22:33:44:55", "n": .number("1e3")])
    return SandboxRecord(
      id: SandboxIDs(root: "/r").next(), configuration: configuration, runtimeHandler: "",
      networks: [.init(attachment: attachment, configuration: list, result: result)], bootID: "b", createdAt: 1,
      stage: .creating)
  }

  static let commitment = SandboxRecord.Commitment(
    results: [#"{"cniVersion":"1.0.0"}"#],
    outcome: .init(
      pause: ProcessIdentity(pid: 7, startTime: .max), ip: "10.0.0.2", additionalIPs: ["fd00::2"], networkNamespace: nil
    ), trace: nil)

  @Test("a record comes back as it was, the raw conflist to the byte")
  func roundTrip() throws {
    var record = Self.record()
    let intent = SandboxStore.line(record)
    #expect(try SandboxStore.decode(intent) == record)
    let isTheirs = record.commit(Self.commitment)
    #expect(isTheirs)
    #expect(record.stage == .ready && record.networks[0].result == Self.commitment.results[0])
    #expect(try SandboxStore.decode(intent + SandboxStore.line(Self.commitment)) == record)
  }

  @Test("an intent cut off anywhere is refused and never taken for whole")
  func truncated() {
    let bytes = SandboxStore.line(Self.record())
    for length in 0..<bytes.count - 1 {
      #expect(throws: RecordFault.self) { try SandboxStore.decode(Array(bytes[..<length])) }
    }
  }

  @Test("an outcome cut off anywhere is none: nobody was told that the sandbox is ready")
  func uncommitted() throws {
    let record = Self.record()
    let (intent, outcome) = (SandboxStore.line(record), SandboxStore.line(Self.commitment))
    for length in 0..<outcome.count {
      #expect(try SandboxStore.decode(intent + outcome[..<length]) == record)
    }
  }

  @Test("an outcome that is none, a second one, or another intent's is refused")
  func foreignOutcome() {
    let intent = SandboxStore.line(Self.record())
    let outcome = SandboxStore.line(Self.commitment)
    let others = SandboxStore.line(
      SandboxRecord.Commitment(results: [], outcome: Self.commitment.outcome, trace: nil))
    for rest in [outcome + outcome, others, Array("{}\n".utf8), Array("\n".utf8), intent] {
      #expect(throws: RecordFault.self) { try SandboxStore.decode(intent + rest) }
    }
  }

  @Test("a field of a newer version is refused, for the next write would lose it")
  func newerField() throws {
    let text = String(decoding: SandboxStore.line(Self.record()), as: UTF8.self)
    let newer = text.replacing("\"hostname\":", with: "\"flavour\":1,\"hostname\":")
    let fault = try #require(throws: RecordFault.self) { try SandboxStore.decode(Array(newer.utf8)) }
    #expect(fault.description.contains("configuration.flavour"))
    let outcome = String(decoding: SandboxStore.line(Self.commitment), as: UTF8.self)
    let newerOutcome = try #require(throws: RecordFault.self) {
      try SandboxStore.decode(Array((text + outcome.replacing("\"ip\":", with: "\"flavour\":1,\"ip\":")).utf8))
    }
    #expect(newerOutcome.description.contains("outcome.flavour"))
    let version = text.replacing("\"version\":1", with: "\"version\":2")
    #expect(throws: RecordFault.self) { try SandboxStore.decode(Array(version.utf8)) }
  }

  static let results: [(String, [String])] = [
    (
      #"{"cniVersion":"1.0.0","interfaces":[{"name":"br"},{"name":"eth0"},{"name":"eth0","sandbox":"/n"}],"ips":[{"address":"fd00::2/64","interface":2},{"address":"10.0.0.2/24","interface":2},{"address":"10.0.0.3/24","interface":2}]}"#,
      ["10.0.0.2", "fd00::2", "10.0.0.3"]
    ),
    (
      #"{"cniVersion":"1.0.0","interfaces":[{"name":"eth0"},{"name":"eth0","sandbox":"/n"}],"ips":[{"address":"10.0.0.9/24","interface":0},{"address":"10.0.0.2/24","interface":1}]}"#,
      ["10.0.0.2"]
    ),
    (#"{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.2/24"}]}"#, ["10.0.0.2"]),
    (#"{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.2/24","interface":9}]}"#, ["10.0.0.2"]),
    (#"{"cniVersion":"0.2.0","ip4":{"ip":"10.0.0.2/24"}}"#, ["10.0.0.2"]),
    (#"{"cniVersion":"1.0.0"}"#, []),
  ]

  @Test("the pod's addresses are those of eth0 in the pod, the first IPv4 address first", arguments: results.indices)
  func addresses(index: Int) throws {
    let (result, expected) = Self.results[index]
    let parsed = try #require(try Self.record(result: result).networks[0].parsedResult())
    #expect(parsed.addresses(of: "eth0").map(\.address.address) == expected)
  }
}
