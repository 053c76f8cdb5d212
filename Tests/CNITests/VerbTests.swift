import JSON
import CNI
import Glibc
import LinuxKernel
import Synchronization
import Testing

@Suite("Verbs", .timeLimit(.minutes(1)))
struct VerbTests {
  @Test("CNI-A25 ADD: list order, stops at the first error, caches only at the end, undoes nothing")
  func add() async throws {
    let bench = try Bench { request in
      request.plugin == "c" ? .error(11, "later") : .exited(0, stdout: #"{"by":"\#(request.plugin)"}"#)
    }
    let net = try chain("a", "b", "c", "d")
    let error = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
    #expect(bench.invoker.calls == ["ADD a", "ADD b", "ADD c"])
    #expect(error?.code == 11 && error?.partialResult?["by"] == "b")
    #expect(bench.cacheFiles.isEmpty)
    let whole = try Bench()
    let result = try await whole.runtime.add(net, attachment())
    #expect(whole.cacheFiles == ["net-c1-eth0"] && result.cniVersion == "1.0.0")
  }

  @Test("CNI-A25 DEL after a failed ADD goes over the whole list, with what the ADD had come to")
  func delAfterFailedAdd() async throws {
    let bench = try Bench(missing: ["c"]) { request in
      request.verb == .add ? .exited(0, stdout: #"{"by":"\#(request.plugin)"}"#) : .exited(0)
    }
    let net = try chain("a", "b", "c", "d")
    let error = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
    // The plugin that is not installed was never added: it does not stand in the way of the others.
    try await bench.runtime.del(net, attachment(), Detaching(failedAdd: error))
    #expect(bench.invoker.calls == ["ADD a", "ADD b", "DEL d", "DEL b", "DEL a"])
    #expect(try bench.invoker.requests.suffix(3).map { try $0.json["prevResult"]?["by"] } == ["b", "b", "b"])
  }

  @Test("CNI-A25 an unusable cache directory fails the ADD")
  func cacheUnusable() async throws {
    let bench = try Bench()
    try bench.directory.write("results", "a file")
    let net = try chain("a")
    let error = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
    #expect(error?.message.hasPrefix("failed to set network \"net\" cached result: ") == true)
    #expect(error?.partialResult != nil)
  }

  @Test("CNI-A26 DEL: reverse order, the cache goes after full success only, repeatable")
  func del() async throws {
    let fails = Mutex(true)
    let fail = { @Sendable in fails.withLock { $0 } }
    let bench = try Bench { request in
      request.verb == .del && request.plugin == "b" && fail() ? .error(1, "no") : .result
    }
    let net = try chain("a", "b", "c")
    _ = try await bench.runtime.add(net, attachment())
    let error = await failure { () async throws(CNIError) in try await bench.runtime.del(net, attachment()) }
    // As the specification says, and cni#924 confirms: a plugin further down would release the address under b's rules.
    #expect(bench.invoker.calls.suffix(2) == ["DEL c", "DEL b"])
    #expect(error?.plugin == "b" && bench.cacheFiles == ["net-c1-eth0"])
    fails.withLock { $0 = false }
    try await bench.runtime.del(net, attachment())
    #expect(bench.invoker.calls.suffix(3) == ["DEL c", "DEL b", "DEL a"] && bench.cacheFiles.isEmpty)
    try await bench.runtime.del(net, attachment())
    #expect(
      try bench.invoker.requests.suffix(6).map { try $0.json["prevResult"] != nil } == [
        true, true, true, false, false, false,
      ])
  }

  @Test("CNI-A26 DEL of an attachment that was never completed goes on past failures and reports them all")
  func delOfIncomplete() async throws {
    let bench = try Bench { request in request.plugin == "b" ? .result : .error(1, "no \(request.plugin)") }
    let net = try chain("a", "b", "c")
    let error = await failure { () async throws(CNIError) in try await bench.runtime.del(net, attachment()) }
    #expect(bench.invoker.calls == ["DEL c", "DEL b", "DEL a"])
    #expect(error?.kind == .several && error?.underlying.map(\.plugin) == ["c", "a"])
    #expect(error?.description.contains("no c") == true && error?.description.contains("no a") == true)
  }

  @Test("An ADD whose result the caller has was complete, though its cache entry is gone: DEL halts")
  func delWithoutCache() async throws {
    let bench = try Bench { request in
      request.verb == .del && request.plugin == "b" ? .error(1, "rules still stand") : .result
    }
    let net = try chain("a", "b")
    let result = try await bench.runtime.add(net, attachment())
    try Directories.remove(bench.directory.path + "/results")
    let known = Detaching(previousResult: result.raw)
    let error = await failure { () async throws(CNIError) in try await bench.runtime.del(net, attachment(), known) }
    #expect(error?.plugin == "b" && bench.invoker.calls.suffix(1) == ["DEL b"])
    let failed = Detaching(failedAdd: CNIError(.plugin, code: 1, "no"), previousResult: result.raw)
    _ = await failure { () async throws(CNIError) in try await bench.runtime.del(net, attachment(), failed) }
    #expect(bench.invoker.calls.suffix(2) == ["DEL b", "DEL a"])
  }

  @Test("CNI-A26 a plugin that is gone halts the DEL of a completed attachment")
  func delWithoutPlugin() async throws {
    let directory = try TemporaryDirectory()
    let net = try chain("a", "b")
    func runtime(_ invoker: ScriptedInvoker) -> CNIRuntime {
      CNIRuntime(pluginDirectories: ["/p"], cacheDirectory: directory.path, invoker: invoker)
    }
    _ = try await runtime(ScriptedInvoker()).add(net, attachment())
    let without = ScriptedInvoker(missing: ["b"])
    let error = await failure { () async throws(CNIError) in try await runtime(without).del(net, attachment()) }
    #expect(error?.kind == .pluginNotFound && without.requests.isEmpty)
    #expect(directory.names("results") == ["net-c1-eth0"])
  }

  @Test("CNI-A26 DEL has prevResult from 0.4.0 on", arguments: [("0.3.1", false), ("0.4.0", true), ("1.1.0", true)])
  func delPreviousResult(version: String, given: Bool) async throws {
    let bench = try Bench()
    let net = try chain("a", version: version)
    _ = try await bench.runtime.add(net, attachment())
    try await bench.runtime.del(net, attachment())
    #expect(try (bench.invoker.requests[1].json["prevResult"] != nil) == given)
    #expect(bench.cacheFiles.isEmpty)
  }

  @Test(
    "CNI-A26 a corrupt, empty, foreign or unconvertible cache never blocks DEL",
    arguments: [
      "", "{", "junk", "[]", "null", #"{"kind":"cniCacheV1"}"#, #"{"kind":"other"}"#,
      #"{"kind":"cniCacheV1","containerId":"c1","ifName":"eth0","networkName":"net","result":{"cniVersion":"7.0.0"}}"#,
      #"{"kind":"cniCacheV1","containerId":"c1","ifName":"eth0","networkName":"net","config":1,"result":[]}"#,
    ])
  func delWithBadCache(content: String) async throws {
    let bench = try Bench()
    try bench.directory.write("results/net-c1-eth0", content)
    try await bench.runtime.del(try chain("a", "b"), attachment())
    #expect(bench.invoker.calls == ["DEL b", "DEL a"] && bench.cacheFiles.isEmpty)
  }

  @Test("CNI-A27 CHECK: version, disableCheck, list order, a corrupt cache is an error")
  func check() async throws {
    let bench = try Bench { request in request.plugin == "b" ? .error(1, "changed") : .result }
    let old = try chain("a", version: "0.3.1")
    let unsupported = await failure { () async throws(CNIError) in try await bench.runtime.check(old, attachment()) }
    #expect(unsupported?.text == "configuration version \"0.3.1\" does not support the CHECK command")
    try await bench.runtime.check(try chain("a", more: #","disableCheck":true"#), attachment())
    // libcni tests the version first; the specification has runtimes never call CHECK then, which is success.
    try await bench.runtime.check(try chain("a", version: "0.3.1", more: #","disableCheck":true"#), attachment())
    #expect(bench.invoker.requests.isEmpty)
    let net = try chain("a", "b", "c")
    let changed = await failure { () async throws(CNIError) in try await bench.runtime.check(net, attachment()) }
    #expect(bench.invoker.calls == ["CHECK a", "CHECK b"] && changed?.code == 1)
    for content in ["", "{", #"{"cniVersion":"7.0.0"}"#] {
      try bench.directory.write("results/net-c1-eth0", content)
      let corrupt = await failure { () async throws(CNIError) in try await bench.runtime.check(net, attachment()) }
      #expect(corrupt?.message.hasPrefix("failed to get network \"net\" cached result: ") == true, "\(content)")
    }
    #expect(bench.invoker.requests.count == 2)
  }

  @Test("CNI-A29 STATUS: nothing before 1.1.0; else in order, stops at the first error, its code plain")
  func status() async throws {
    let bench = try Bench { request in request.plugin == "b" ? .error(50, "not available") : .exited(0) }
    try await bench.runtime.status(try chain("b", version: "1.0.0"))
    #expect(bench.invoker.requests.isEmpty)
    let net = try chain("a", "b", "c", version: "1.1.0")
    let error = await failure { () async throws(CNIError) in try await bench.runtime.status(net) }
    #expect(bench.invoker.calls == ["STATUS a", "STATUS b"])
    #expect(error?.code == 50 && error?.text == "not available")
  }

  @Test("CNI-A30 VERSION: four eras")
  func version() async throws {
    func versions(_ response: PluginResponse) async throws -> [String] {
      try await Bench { _ in response }.runtime.version(of: "a")
    }
    #expect(try await versions(.error(4, "unknown CNI_COMMAND: VERSION")) == ["0.1.0"])
    #expect(try await versions(.exited(0, stdout: #"{"cniVersion":"0.2.0"}"#)) == ["0.1.0", "0.2.0"])
    let full = #"{"cniVersion":"1.0.0","supportedVersions":["0.4.0","1.0.0"]}"#
    #expect(try await versions(.exited(0, stdout: full)) == ["0.4.0", "1.0.0"])
    for bad in ["", "{}", #"{"cniVersion":"1.0.0"}"#, #"{"cniVersion":"1.0.0","supportedVersions":[1]}"#] {
      await #expect(throws: CNIError.self, "\(bad)") { try await versions(.exited(0, stdout: bad)) }
    }
    await #expect(throws: CNIError.self) { try await versions(.error(4, "other")) }
  }

  @Test("CNI-A30 validate: every plugin exists and speaks the version; the capabilities come back")
  func validate() async throws {
    let bench = try Bench(missing: ["gone"]) { request in
      let versions = request.plugin == "old" ? #"["0.4.0"]"# : #"["0.4.0","1.0.0"]"#
      return .exited(0, stdout: #"{"cniVersion":"1.0.0","supportedVersions":\#(versions)}"#)
    }
    let good = try list(
      #"""
      {"name":"n","cniVersion":"1.0.0","plugins":[{"type":"a","capabilities":{"mac":true,"ips":false}},
      {"type":"b","capabilities":{"mac":true,"aliases":true}}]}
      """#)
    #expect(try await bench.runtime.validate(good) == ["aliases", "mac"])
    let bad = try chain("old", "gone", "a")
    let error = await failure { () async throws(CNIError) in _ = try await bench.runtime.validate(bad) }
    #expect(
      error?.underlying.map(\.message) == [
        "plugin old does not support config version \"1.0.0\"",
        "failed to find plugin \"gone\" in path [/opt/cni/bin /usr/lib/cni]",
      ])
  }

  @Test("A cancelled operation calls no further plugin")
  func cancellation() async throws {
    let cancellation = try Cancellation()
    let bench = try Bench { _ in
      cancellation.cancel()
      return .result
    }
    let net = try chain("a", "b")
    let error = await DedicatedThread.run {
      failure { () throws(CNIError) in _ = try bench.runtime.add(net, attachment(), cancellation: cancellation) }
    }
    #expect(bench.invoker.calls == ["ADD a"] && error?.kind == .cancelled && error?.plugin == "b")
    #expect(error?.calledPlugins == 1)
  }

  @Test("The asynchronous form passes the task's cancellation on to the plugin that runs")
  func taskCancellation() async throws {
    let (started, start) = AsyncStream<Void>.makeStream()
    let bench = try Bench(
      ScriptedInvoker(cancellable: { _, cancellation in
        start.yield()
        // Without the cancellation's coming through the time limit would end the test.
        while cancellation?.isCancelled == false { usleep(1000) }
        return PluginResponse(.cancelled)
      }))
    let net = try chain("a", "b")
    let task = Task {
      await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
    }
    for await _ in started { break }
    task.cancel()
    let error = await task.value
    #expect(bench.invoker.calls == ["ADD a"] && error?.kind == .cancelled && error?.plugin == "a")
  }

  @Test("The observer hears of every call, with contents only when asked")
  func observer() async throws {
    let bench = try Bench(missing: ["gone"]) { request in
      request.plugin == "b" ? PluginResponse(.ended(.exited(3)), stderr: "why") : .result
    }
    let broken = try chain("a", "b")
    _ = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(broken, attachment()) }
    let gone = try chain("gone")
    _ = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(gone, attachment()) }
    _ = await failure { () async throws(CNIError) in _ = try await bench.runtime.version(of: "a") }
    let records = bench.records.all
    #expect(records.map(\.plugin) == ["a", "b", "gone", "a"])
    #expect(records.map(\.outcome) == [.ok, .failed, .failed, .failed])
    #expect(records[1].exit == .exited(3) && records[1].stderr == "why" && records[1].interfaceName == "eth0")
    #expect(records[1].error?.message.contains("why") == true && records[0].request == nil && records[0].stdout == nil)
    let kept = Records()
    let runtime = CNIRuntime(
      pluginDirectories: [], cacheDirectory: bench.directory.path, invoker: bench.invoker, keepsContents: true,
      observer: { kept.append($0) })
    _ = try await runtime.add(try chain("a"), attachment())
    #expect(kept.all[0].request?.plugin == "a" && kept.all[0].stdout == PluginResponse.result.stdout)
  }

  @Test("validate looks at delegates as at plugins, and names who calls them")
  func validateDelegates() async throws {
    let bench = try Bench(missing: ["host-lokal", "bridge"]) { request in
      let versions = request.plugin == "old" ? #"["0.4.0"]"# : #"["0.4.0","1.0.0"]"#
      return .exited(0, stdout: #"{"cniVersion":"1.0.0","supportedVersions":\#(versions)}"#)
    }
    func problems(_ plugins: String) async throws -> [String] {
      let net = try list(#"{"cniVersion":"1.0.0","name":"n","plugins":[\#(plugins)]}"#)
      let error = await failure { () async throws(CNIError) in _ = try await bench.runtime.validate(net) }
      guard let error else { return [] }
      return error.kind == .several ? error.underlying.map(\.text) : [error.text]
    }
    let missing = "failed to find plugin \"host-lokal\" in path [/opt/cni/bin /usr/lib/cni]; it is called by a"
    #expect(try await problems(#"{"type":"a","ipam":{"type":"host-lokal"}}"#) == [missing])
    #expect(
      try await problems(#"{"type":"a","IPAM":{"Type":"old"}}"#) == [
        "plugin old does not support config version \"1.0.0\"; it is called by a"
      ])
    #expect(try await problems(#"{"type":"a","delegate":{"type":"b","ipam":{"type":"host-lokal"}}}"#) == [missing])
    #expect(try await problems(#"{"type":"flannel"}"#).count == 1)
    #expect(try await problems(#"{"type":"flannel","delegate":{"type":"macvlan"}}"#).isEmpty)
    #expect(try await problems(#"{"type":"a","ipam":{}},{"type":"b","ipam":{"type":"host-local"}}"#).isEmpty)
  }

  @Test("What is not installed of a list is told in words, whatever its version, without a call")
  func missingPlugins() throws {
    let bench = try Bench(missing: ["gone", "host-lokal"])
    let net = try list(
      #"""
      {"cniVersion":"0.3.1","name":"n","plugins":[{"type":"a","ipam":{"type":"host-lokal"}},{"type":"gone"},{"type":"gone"}]}
      """#)
    #expect(
      bench.runtime.missingPlugins(net) == [
        "failed to find plugin \"gone\" in path [/opt/cni/bin /usr/lib/cni]",
        "failed to find plugin \"host-lokal\" in path [/opt/cni/bin /usr/lib/cni], which a calls",
      ])
    #expect(try bench.runtime.missingPlugins(chain("a")).isEmpty)
    #expect(bench.invoker.requests.isEmpty)
  }
}
