import CNI
import Glibc
import JSON
import LinuxKernel
import Testing

@Suite("GC, locking and recorded configurations", .timeLimit(.minutes(1)))
struct GCTests {
  @Test("CNI-A28 GC: DEL of what is stale, at any version, with what its ADD was given", arguments: ["0.4.0", "1.1.0"])
  func gc(version: String) async throws {
    let bench = try Bench()
    let recorded = try list(
      #"{"cniVersion":"\#(version)","name":"net","plugins":[{"type":"a","old":1,"capabilities":{"mac":true}}]}"#)
    var stale = attachment("stale", interface: "eth1")
    stale.arguments = [.init("K", "V")]
    stale.capabilityArguments = ["mac": "02:00:00:00:00:01"]
    _ = try await bench.runtime.add(recorded, stale)
    _ = try await bench.runtime.add(recorded, attachment("valid"))
    _ = try await bench.runtime.add(try chain("z", name: "other"), attachment("stale"))
    let before = bench.invoker.requests.count
    let now = try chain("new", version: version)
    try await bench.runtime.gc(now, valid: [.init(containerID: "valid", interfaceName: "eth0")])
    let requests = bench.invoker.requests[before...]
    #expect(
      requests.map { "\($0.verb.rawValue) \($0.plugin)" } == (version == "1.1.0" ? ["DEL a", "GC new"] : ["DEL a"]))
    let del = try #require(requests.first)
    #expect(del["CNI_CONTAINERID"] == "stale" && del["CNI_IFNAME"] == "eth1" && del["CNI_NETNS"] == "/run/netns/x")
    #expect(del["CNI_ARGS"] == "K=V")
    #expect(try del.json["old"] == 1 && del.json["runtimeConfig"] == ["mac": "02:00:00:00:00:01"])
    #expect(try del.json["prevResult"] != nil)
    #expect(bench.cacheFiles == ["net-valid-eth0", "other-stale-eth0"])
    guard version == "1.1.0" else { return }
    let valid: JSON = [["containerID": "valid", "ifname": "eth0"]]
    let json = try #require(requests.last).json
    #expect(json["cni.dev/valid-attachments"] == valid && json["cni.dev/attachments"] == valid)
  }

  @Test("CNI-A28 GC: an empty array, never null; disableGC; failures collected; others' attachments left alone")
  func gcEdges() async throws {
    let bench = try Bench { request in request.verb == .add ? .result : .error(1, "no \(request.plugin)") }
    try await bench.runtime.gc(try chain("a", version: "1.1.0", more: #","disableGC":"True""#), valid: [])
    #expect(bench.invoker.requests.isEmpty)
    let net = try chain("a", "b", version: "1.1.0")
    _ = try await bench.runtime.add(net, attachment("c1"))
    _ = try await bench.runtime.add(net, attachment("c2"))
    let error = await failure { () async throws(CNIError) in try await bench.runtime.gc(net, valid: []) }
    #expect(bench.invoker.calls.suffix(4) == ["DEL b", "DEL b", "GC a", "GC b"])
    #expect(error?.underlying.count == 4)
    #expect(error?.underlying.first?.message.hasPrefix("failed to delete stale attachment c1 eth0: ") == true)
    let none = try Bench()
    try await none.runtime.gc(net, valid: [])
    #expect(try none.invoker.requests.last?.json["cni.dev/valid-attachments"] == [])
    let foreign = try Bench()
    _ = try await foreign.runtime.add(net, attachment("theirs"))
    try await foreign.runtime.gc(net, valid: []) { $0.attachment.containerID != "theirs" }
    #expect(foreign.cacheFiles == ["net-theirs-eth0"])
    #expect(
      try foreign.invoker.requests.last?.json["cni.dev/valid-attachments"]
        == [["containerID": "theirs", "ifname": "eth0"]])
  }

  @Test("CNI-A31 GC of a network waits for its ADDs and holds up new ones; other networks go on")
  func locking() async throws {
    let (entered, enter) = AsyncStream<String>.makeStream()
    let release = try Cancellation()
    let bench = try Bench { request in
      enter.yield("\(request.verb.rawValue) \(request["CNI_CONTAINERID"] ?? "")")
      if request["CNI_CONTAINERID"] == "slow" {
        while !release.isCancelled { usleep(1000) }
      }
      return .result
    }
    let net = try chain("a", version: "1.1.0")
    let other = try chain("a", version: "1.1.0", name: "other")
    var events = entered.makeAsyncIterator()
    async let slow = bench.runtime.add(net, attachment("slow"))
    #expect(await events.next() == "ADD slow")
    let gc = Task {
      // Asked for only when the ADD that GC waited for has left its entry: what it completed is not taken for stale.
      try await bench.runtime.gc(net) {
        Set(bench.cacheFiles.isEmpty ? [] : [.init(containerID: "slow", interfaceName: "eth0")])
      }
    }
    while await NetworkGateProbe.waiting(bench.directory.path, net.name) < 1, !Task.isCancelled { await Task.yield() }
    let late = Task { try await bench.runtime.add(net, attachment("late")) }
    while await NetworkGateProbe.waiting(bench.directory.path, net.name) < 2, !Task.isCancelled { await Task.yield() }
    _ = try await bench.runtime.add(other, attachment("free"))
    #expect(await events.next() == "ADD free")
    release.cancel()
    _ = try await slow
    try await gc.value
    _ = try await late.value
    #expect(await events.next() == "GC ")
    #expect(await events.next() == "ADD late")
  }

  @Test("CNI-A32 DEL by GC uses the configuration and namespace of ADD; without a recorded one the given list")
  func recordedConfiguration() async throws {
    let bench = try Bench()
    try bench.directory.write(
      "results/net-c1-eth0",
      #"{"kind":"cniCacheV1","containerId":"c1","config":"","ifName":"eth0","networkName":"net","result":{}}"#)
    try await bench.runtime.gc(try chain("now"), valid: [])
    #expect(bench.invoker.calls == ["DEL now"] && bench.invoker.requests[0]["CNI_NETNS"] == "")
    let net = try chain("then")
    _ = try await bench.runtime.add(net, attachment())
    let cached = try await bench.runtime.cachedAttachment(network: "net", attachment())
    #expect(cached?.configurationList == net && cached?.attachment.networkNamespace == "/run/netns/x")
  }

  @Test("What GC could not delete is still owed: it is valid to the plugins")
  func failedDelIsValid() async throws {
    let bench = try Bench { $0.verb == .del ? .error(5, "no") : .result }
    let net = try chain("a", version: "1.1.0")
    _ = try await bench.runtime.add(net, attachment("stale"))
    let error = await failure { () async throws(CNIError) in try await bench.runtime.gc(net, valid: []) }
    #expect(error?.code == 5 && bench.invoker.calls == ["ADD a", "DEL a", "GC a"])
    let valid: JSON = [["containerID": "stale", "ifname": "eth0"]]
    #expect(try bench.invoker.requests.last?.json["cni.dev/valid-attachments"] == valid)
  }

  @Test("When the cache cannot be listed no plugin is asked: it would take all that is missing for stale")
  func unlistable() async throws {
    let bench = try Bench()
    try bench.directory.write("results", "a file")
    let net = try chain("a", version: "1.1.0")
    let error = await failure { () async throws(CNIError) in try await bench.runtime.gc(net, valid: []) }
    #expect(error?.code == CNIError.Code.ioFailure && bench.invoker.requests.isEmpty)
  }

  @Test("CNI-A31 whoever waits at a network's gate is let go by his cancellation, and holds up nobody behind him")
  func cancelledWait() async throws {
    let release = try Cancellation()
    let (entered, enter) = AsyncStream<Void>.makeStream()
    let bench = try Bench { request in
      if request["CNI_CONTAINERID"] == "slow" {
        enter.yield()
        while !release.isCancelled { usleep(1000) }
      }
      return .result
    }
    let net = try chain("a", version: "1.1.0")
    async let slow = bench.runtime.add(net, attachment("slow"))
    for await _ in entered { break }
    let gc = Task { await failure { () async throws(CNIError) in try await bench.runtime.gc(net, valid: []) } }
    while await NetworkGateProbe.waiting(bench.directory.path, net.name) < 1, !Task.isCancelled { await Task.yield() }
    let late = Task { try await bench.runtime.add(net, attachment("late")) }
    while await NetworkGateProbe.waiting(bench.directory.path, net.name) < 2, !Task.isCancelled { await Task.yield() }
    gc.cancel()
    #expect(await gc.value?.kind == .cancelled)
    // The ADD behind GC enters beside the one that is under way.
    _ = try await late.value
    release.cancel()
    _ = try await slow
    #expect(bench.invoker.calls == ["ADD a", "ADD a"])
  }
}
