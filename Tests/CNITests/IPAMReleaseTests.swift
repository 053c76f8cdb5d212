import CNI
import Testing

@Suite("The address of an interface that is gone", .timeLimit(.minutes(1)))
struct IPAMReleaseTests {
  private func net(more: String = "") throws -> NetworkConfigurationList {
    try list(
      #"""
      {"cniVersion":"1.0.0","name":"net","plugins":[
      {"type":"vlan","master":"gone0","ipam":{"type":"host-local","subnet":"10.3.0.0/24"}}\#(more)]}
      """#)
  }

  private func del(
    _ bench: Bench, _ net: NetworkConfigurationList, _ detaching: Detaching
  ) async -> (excused: [ExcusedFailure], owed: CNIError?) {
    do throws(CNIError) {
      return (try await bench.runtime.del(net, attachment(), detaching), nil)
    } catch {
      return ([], error)
    }
  }

  @Test(
    "Its IPAM plugin is asked by itself: same environment, same standard input; the failure stays one",
    arguments: [true, false])
  func released(completed: Bool) async throws {
    let bench = try Bench { request in
      request.verb == .del && request.plugin == "vlan" ? .error(999, "Link not found") : .result
    }
    if completed { _ = try await bench.runtime.add(try net(), attachment()) }
    let (_, owed) = await del(bench, try net(), Detaching(interfaceIsGone: true))
    #expect(bench.invoker.calls.suffix(2) == ["DEL vlan", "DEL host-local"])
    #expect(owed?.plugin == "vlan" && owed?.text == "Link not found")
    let pair = bench.invoker.requests.suffix(2)
    #expect(pair.first?.environment == pair.last?.environment)
    #expect(pair.first?.configuration == pair.last?.configuration)
    #expect(pair.last?.executable == "/scripted/host-local")
    #expect(bench.records.all.map(\.plugin).suffix(2) == ["vlan", "host-local"])
  }

  @Test("Nobody asks while the interface is there, without an IPAM plugin, after success or after code 3")
  func notAsked() async throws {
    let failing = try Bench { _ in .error(999, "no") }
    _ = await del(failing, try net(), Detaching(interfaceIsGone: false))
    _ = await del(failing, try chain("vlan"), Detaching(interfaceIsGone: true))
    #expect(failing.invoker.calls == ["DEL vlan", "DEL vlan"])
    for response in [PluginResponse.result, .error(3, "unknown")] {
      let bench = try Bench { _ in response }
      let (_, owed) = await del(bench, try net(), Detaching(interfaceIsGone: true))
      #expect(bench.invoker.calls == ["DEL vlan"] && owed == nil)
    }
  }

  @Test("Without the caller's word the namespace is looked into: one that is not there has no interface")
  func looksItself() async throws {
    let bench = try Bench { $0.plugin == "vlan" ? .error(999, "no") : .result }
    _ = await del(bench, try net(), Detaching())
    #expect(bench.invoker.calls == ["DEL vlan", "DEL host-local"])
    let own = try Bench { $0.plugin == "vlan" ? .error(999, "no") : .result }
    let network = try net()
    var here = attachment(interface: "lo", netns: "/proc/self/ns/net")
    _ = await failure { () async throws(CNIError) in try await own.runtime.del(network, here) }
    #expect(own.invoker.calls == (isRoot ? ["DEL vlan"] : own.invoker.calls))
    here.networkNamespace = ""
    let empty = try Bench { $0.plugin == "vlan" ? .error(999, "no") : .result }
    _ = await failure { () async throws(CNIError) in try await empty.runtime.del(network, here) }
    #expect(empty.invoker.calls == ["DEL vlan", "DEL host-local"])
  }

  @Test("A completed attachment still halts: the plugins further down are not called")
  func halts() async throws {
    let chained = try net(more: #",{"type":"first","ipam":{"type":"dhcp"}}"#)
    let bench = try Bench { $0.verb == .del && $0.plugin == "first" ? .error(1, "no") : .result }
    _ = try await bench.runtime.add(chained, attachment())
    _ = await del(bench, chained, Detaching(interfaceIsGone: true))
    #expect(bench.invoker.calls.suffix(2) == ["DEL first", "DEL dhcp"])
  }

  @Test("Its own failure is told as well, and keeps the cache entry")
  func itsFailure() async throws {
    let bench = try Bench { $0.verb == .del ? .error(5, "no \($0.plugin)") : .result }
    _ = try await bench.runtime.add(try net(), attachment())
    let (_, owed) = await del(bench, try net(), Detaching(interfaceIsGone: true))
    #expect(owed?.underlying.map(\.plugin) == ["vlan", "host-local"] && bench.cacheFiles == ["net-c1-eth0"])
  }

  @Test("Where the interface plugin refused its configuration, what its IPAM plugin says is no debt either")
  func refused() async throws {
    let bench = try Bench(missing: ["dhcp"]) { request in
      request.plugin == "vlan" ? .error(999, "bad mtu") : .error(7, "no ranges")
    }
    for ipam in ["host-local", "dhcp"] {
      let net = try list(
        #"{"cniVersion":"1.0.0","name":"net","plugins":[{"type":"vlan","mtu":"1","ipam":{"type":"\#(ipam)"}}]}"#)
      let failed = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
      let (excused, owed) = await del(bench, net, Detaching(failedAdd: failed, interfaceIsGone: true))
      #expect(owed == nil && excused.map(\.error.plugin) == ["vlan", ipam])
      #expect(excused.last?.excuse == "vlan, which would have called it, refused its configuration at ADD")
    }
  }

  @Test("One that was never called has no address: its IPAM plugin is left alone")
  func neverCalled() async throws {
    let chained = try list(
      #"{"cniVersion":"1.0.0","name":"net","plugins":[{"type":"a"},{"type":"b","ipam":{"type":"dhcp"}}]}"#)
    let bench = try Bench { $0.plugin == "a" && $0.verb == .del ? .result : .error(11, "later") }
    let failed = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(chained, attachment()) }
    let (excused, owed) = await del(bench, chained, Detaching(failedAdd: failed, interfaceIsGone: true))
    #expect(bench.invoker.calls == ["ADD a", "DEL b", "DEL a"] && owed == nil && excused.count == 1)
  }
}
