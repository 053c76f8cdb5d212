import LinuxKernel
import JSON
import CNI
import Testing

@Suite("What plugins print, and what becomes of it", .timeLimit(.minutes(1)))
struct ErrorTests {
  private func add(_ response: PluginResponse, version: String = "1.0.0") async throws -> (CNIResult?, CNIError?) {
    let bench = try Bench { _ in response }
    let net = try chain("a", version: version)
    do throws(CNIError) {
      return (try await bench.runtime.add(net, attachment()), nil)
    } catch {
      return (nil, error)
    }
  }

  @Test("CNI-A20 a result without cniVersion has the configuration's; other verbs ignore standard output")
  func output() async throws {
    let (result, _) = try await add(.exited(0, stdout: #"{"ips":[{"address":"10.0.0.2/8"}],"x":1}"#), version: "0.4.0")
    #expect(result?.cniVersion == "0.4.0" && result?.raw["cniVersion"] == "0.4.0" && result?.raw["x"] == 1)
    let (null, _) = try await add(.exited(0, stdout: "null"))
    #expect(null?.raw == ["cniVersion": "1.0.0"])
    let bench = try Bench { _ in .exited(0, stdout: "garbage") }
    try await bench.runtime.del(try chain("a"), attachment())
    try await bench.runtime.check(try chain("a"), attachment())
  }

  @Test(
    "CNI-A21 what a failed plugin said",
    arguments: [
      (PluginResponse.exited(1), 0, "netplugin failed with no error message: exit status 1"),
      (.exited(2, stderr: "no \"way\"\n"), 0, "netplugin failed: \"no \\\"way\\\"\\n\": exit status 2"),
      (PluginResponse(.ended(.signalled(9))), 0, "netplugin failed with no error message: signal: killed"),
      (.error(7, "bad conf", details: "line 3"), 7, "bad conf; line 3"),
      (.error(123, "own"), 123, "own"),
      (.exited(1, stdout: #"{"Code":11,"MSG":"later"}"#), 11, "later"),
      (.exited(1, stdout: #"{"code":5}"#), 5, "netplugin failed with no error message: exit status 1"),
    ])
  func words(response: PluginResponse, code: Int, text: String) async throws {
    let (_, error) = try await add(response)
    #expect(error?.text == text && error?.code == code && error?.kind == .plugin)
    #expect(error?.stderr == response.stderr)
  }

  @Test(
    "CNI-A21 an error that is no error document",
    arguments: ["oops", "{", "[]", #"{"code":"x","msg":"m"}"#, #"{"code":1,"msg":2}"#, "{}{}"])
  func undecodable(stdout: String) async throws {
    let (_, error) = try await add(.exited(1, stdout: stdout, stderr: "why"))
    #expect(error?.message.hasPrefix("netplugin failed but error parsing its diagnostic message ") == true)
    #expect(error?.stderr == "why" && error?.exit == .exited(1))
  }

  @Test("CNI-A22 the words around it name plugin, network and verb")
  func wrapped() async throws {
    let (_, error) = try await add(.error(7, "bad", details: "worse"))
    #expect(error?.description == "plugin type=\"a\" name=\"net\" failed (add): bad; worse")
    #expect(error?.plugin == "a" && error?.network == "net" && error?.verb == .add)
    let bench = try Bench { _ in .error(7, "bad") }
    let del = await failure { () async throws(CNIError) in
      try await bench.runtime.del(NetworkConfigurationList(parsing: sample), attachment())
    }
    #expect(del?.description == "plugin type=\"a\" name=\"n\" failed (delete): bad")
    let check = await failure { () async throws(CNIError) in
      try await bench.runtime.check(NetworkConfigurationList(parsing: sample), attachment())
    }
    #expect(check?.description == "plugin type=\"a\" name=\"n\" failed (check): bad")
  }

  private var sample: [UInt8] { Array(#"{"name":"n","cniVersion":"1.0.0","plugins":[{"type":"a"}]}"#.utf8) }

  @Test("CNI-A23 the specification's codes")
  func codes() {
    typealias Code = CNIError.Code
    let codes = [
      Code.incompatibleVersion, Code.unsupportedField, Code.unknownContainer, Code.invalidEnvironment, Code.ioFailure,
      Code.decodingFailure, Code.invalidConfiguration, Code.invalidNetworkNamespace, Code.tryAgainLater,
      Code.notAvailable, Code.limitedConnectivity, Code.internal,
    ]
    #expect(codes == [1, 2, 3, 4, 5, 6, 7, 8, 11, 50, 51, 999])
  }

  @Test(
    "Bad results are errors that name plugin, network, verb and what came",
    arguments: [
      ("", "unexpected end"), ("{", "unexpected end"), ("[]", "found array"), ("\"x\"", "found string"),
      (#"{"cniVersion":"9.9.9"}"#, "unsupported CNI result version \"9.9.9\""),
      (#"{"ips":{}}"#, "'ips' is a object"), (#"{"ips":[1]}"#, "'ips' holds a number"),
      (#"{"ips":[{"address":"10.0.0.300/8"}]}"#, "invalid CIDR address: 10.0.0.300/8"),
      (#"{"ips":[{}]}"#, "invalid CIDR address"), (#"{"ips":[{"address":"10.0.0.1/33"}]}"#, "invalid CIDR"),
      (#"{"ips":[{"address":"10.0.0.1/8","gateway":"x"}]}"#, "invalid IP address: x"),
      (#"{"ips":[{"address":"10.0.0.1/8","interface":0.5}]}"#, "not a whole number"),
      (#"{"interfaces":[{"name":1}]}"#, "not a string"), (#"{"routes":[{"dst":"default"}]}"#, "invalid CIDR"),
      (String(repeating: "[", count: 10000), "nested more than"),
      (#"{"a":"# + String(repeating: "[", count: 10000), "nested more than"),
    ])
  func badResults(stdout: String, said: String) async throws {
    let (_, error) = try await add(.exited(0, stdout: stdout))
    #expect(error?.description.contains(said) == true, "\(error?.description ?? "no error")")
    #expect(error?.kind == .invalidResult && error?.plugin == "a" && error?.network == "net" && error?.verb == .add)
  }

  @Test("Invalid UTF-8 in a result is an error")
  func invalidUTF8() async throws {
    let bytes = Array(#"{"interfaces":[{"name":""#.utf8) + [0xff, 0xfe] + Array(#""}]}"#.utf8)
    let (_, error) = try await add(PluginResponse(.ended(.exited(0)), stdout: bytes))
    #expect(error?.description.contains("invalid UTF-8") == true)
  }

  @Test("An error document is an error although the exit status is 0")
  func errorWithSuccess() async throws {
    let (_, error) = try await add(.exited(0, stdout: #"{"cniVersion":"1.0.0","code":7,"msg":"no"}"#))
    #expect(error?.code == 7 && error?.message == "no" && error?.details.contains("status 0") == true)
    #expect(error?.kind == .plugin)
  }

  @Test("Timeout, cancellation and failure to execute have kinds of their own, and leftovers are told")
  func kinds() async throws {
    let (_, late) = try await add(
      PluginResponse(.timedOut(.seconds(3)), stderr: "still at it", leftover: "pid 7 is left"))
    #expect(late?.kind == .timeout && late?.stderr == "still at it" && late?.details == "pid 7 is left")
    let (_, cancelled) = try await add(PluginResponse(.cancelled))
    #expect(cancelled?.kind == .cancelled)
    let (_, failed) = try await add(PluginResponse(.failed("the plugin printed more than 5 bytes")))
    #expect(failed?.kind == .execution && failed?.message == "the plugin printed more than 5 bytes")
  }
}
