import JSON
import RuntimeAPI
import Testing

@Suite("proto3 JSON out")
struct ProtoJSONEncoderTests {
  private let status = CRI.PodSandboxStatusResponse(
    status: .init(
      id: "ab", metadata: .init(name: "n", namespace: "d"), createdAt: 1_700_000_000_000_000_000,
      network: .init(ip: "10.0.0.1", additionalIps: [.init(ip: "fd00::1")]), labels: ["b": "2", "a": "1"]))

  @Test("on the wire empty fields are left out, enums are said, 64-bit numbers are strings, map keys are sorted")
  func wire() {
    #expect(
      ProtoJSONEncoder().json(status).text()
        == #"{"status":{"id":"ab","metadata":{"name":"n","namespace":"d"},"state":"SANDBOX_READY","#
        + #""createdAt":"1700000000000000000","network":{"ip":"10.0.0.1","additionalIps":[{"ip":"fd00::1"}]},"#
        + #""labels":{"a":"1","b":"2"}}}"#)
  }

  @Test("booleans are always said")
  func booleans() {
    #expect(
      ProtoJSONEncoder().json(CRI.RuntimeCondition(type: "NetworkReady")).text()
        == #"{"type":"NetworkReady","status":false}"#)
  }

  @Test("an empty message that is set is said, one that is not is left out")
  func emptyMessages() {
    #expect(ProtoJSONEncoder().json(CRI.PodSandboxConfig(dnsConfig: .init())).text() == #"{"dnsConfig":{}}"#)
    #expect(ProtoJSONEncoder().json(CRI.StopPodSandboxResponse()).text() == "{}")
  }

  @Test("with defaults everything but unset messages is said")
  func emitted() {
    #expect(
      ProtoJSONEncoder(defaults: .emitted).json(CRI.PodSandbox(metadata: .init())).text()
        == #"{"id":"","metadata":{"name":"","uid":"","namespace":"","attempt":0},"state":"SANDBOX_READY","#
        + #""createdAt":"0","labels":{},"annotations":{},"runtimeHandler":""}"#)
  }

  @Test("doubles are written as JSON has them")
  func doubles() {
    let step = { UndoReport.Step(step: "s", outcome: "ok", milliseconds: $0) }
    #expect(ProtoJSONEncoder().json(step(3.25))["milliseconds"] == .number("3.25"))
    #expect(ProtoJSONEncoder().json(step(3))["milliseconds"] == .number("3"))
    #expect(ProtoJSONEncoder().json(step(.nan))["milliseconds"] == .string("NaN"))
  }
}
