import Glibc
import LinuxKernel
import Testing

@testable import CNI

/// The plugins of Debian's package, where they are installed; in a network namespace of the test's own.
@Suite(
  "Real plugins", .enabled(if: access("/usr/lib/cni/loopback", X_OK) == 0, "needs containernetworking-plugins"),
  .timeLimit(.minutes(1)))
struct RealPluginTests {
  private func runtime(_ directory: TemporaryDirectory, _ records: Records = Records()) -> CNIRuntime {
    CNIRuntime(
      pluginDirectories: ["/usr/lib/cni"], cacheDirectory: "\(directory.path)/cache",
      invoker: ExecutablePluginInvoker(timeout: .seconds(20)), observer: { records.append($0) })
  }

  @Test("CNI-A30 real plugins speak VERSION, and are validated")
  func version() async throws {
    let runtime = runtime(try TemporaryDirectory())
    #expect(try await runtime.version(of: "loopback").contains("0.4.0"))
    let net = try list(
      #"{"name":"n","cniVersion":"1.0.0","plugins":[{"type":"bridge"},{"type":"portmap","capabilities":{"portMappings":true}}]}"#
    )
    #expect(try await runtime.validate(net) == ["portMappings"])
    let new = try chain("bridge", version: "1.1.0")
    let error = await failure { () async throws(CNIError) in _ = try await runtime.validate(new) }
    let speaksIt = try await runtime.version(of: "bridge").contains("1.1.0")
    #expect(speaksIt ? error == nil : error?.message == "plugin bridge does not support config version \"1.1.0\"")
  }

  @Test(
    "ADD, CHECK and DEL of a real plugin in every version it speaks", .enabled(if: isRoot, "needs root"),
    arguments: ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0"])
  func loopback(version: String) async throws {
    let directory = try TemporaryDirectory()
    let records = Records()
    let runtime = runtime(directory, records)
    let netns = "\(directory.path)/netns"
    try await DedicatedThread.run { () throws(KernelError) in try NetworkNamespace.pinNew(at: netns) }
    let net = try chain("loopback", version: version)
    let attachment = attachment(interface: "lo", netns: netns)
    do throws(CNIError) {
      let result = try await runtime.add(net, attachment)
      #expect(result.addresses(of: "lo").contains { $0.address.description == "127.0.0.1/8" })
      if version >= "0.4" { try await runtime.check(net, attachment) }
      try await runtime.del(net, attachment)
      try await runtime.del(net, attachment)
    } catch {
      Issue.record(error)
    }
    try await DedicatedThread.run { () throws(KernelError) in try NetworkNamespace.unpin(netns) }
    #expect(directory.names("cache/results").isEmpty)
    #expect(records.all.allSatisfy { $0.outcome == .ok && $0.duration > .zero })
  }

  @Test("An error of a real plugin: code, message and who said it", .enabled(if: isRoot, "needs root"))
  func error() async throws {
    let directory = try TemporaryDirectory()
    let net = try chain("loopback")
    let error = await failure { () async throws(CNIError) in
      _ = try await runtime(directory).add(net, attachment(interface: "lo", netns: "/nonexistent"))
    }
    #expect(error?.kind == .plugin && error?.plugin == "loopback" && error?.exit == .exited(1))
    #expect(error?.description.hasPrefix("plugin type=\"loopback\" name=\"net\" failed (add): ") == true)
    #expect(error?.description.contains("/nonexistent") == true)
  }
}
