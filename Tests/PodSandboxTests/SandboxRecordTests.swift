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

  @Test("a record comes back as it was, the raw conflist to the byte")
  func roundTrip() throws {
    var record = Self.record(result: #"{"cniVersion":"1.0.0"}"#)
    record.stage = .ready
    record.outcome = .init(
      pause: ProcessIdentity(pid: 7, startTime: .max), ip: "10.0.0.2", additionalIPs: ["fd00::2"], networkNamespace: nil
    )
    #expect(try SandboxStore.decode(SandboxStore.encode(record)) == record)
  }

  @Test("a record cut off anywhere is refused and never taken for whole")
  func truncated() {
    let bytes = SandboxStore.encode(Self.record())
    for length in 0..<bytes.count - 1 {
      #expect(throws: RecordFault.self) { try SandboxStore.decode(Array(bytes[..<length])) }
    }
  }

  @Test("a field of a newer version is refused, for the next write would lose it")
  func newerField() throws {
    let text = String(decoding: SandboxStore.encode(Self.record()), as: UTF8.self)
    let newer = text.replacing("\"hostname\":", with: "\"flavour\":1,\"hostname\":")
    let fault = try #require(throws: RecordFault.self) { try SandboxStore.decode(Array(newer.utf8)) }
    #expect(fault.description.contains("configuration.flavour"))
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
    #expect(try Self.record(result: result).podAddresses() == expected)
  }
}
