import CNI
import LinuxKernel
import Synchronization
import Testing

@Suite("What a failed DEL may leave owed", .timeLimit(.minutes(1)))
struct OwedTests {
  /// ADD of a list that must fail, then a DEL of it with the knowledge of that failure.
  private func addThenDel(
    _ net: NetworkConfigurationList, missing: Set<String> = [], interfaceIsGone: Bool = false,
    _ answer: @escaping @Sendable (PluginRequest) -> PluginResponse
  ) async throws -> (excused: [ExcusedFailure], owed: CNIError?, bench: Bench) {
    let bench = try Bench(missing: missing, answer)
    let failed = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
    #expect(failed != nil)
    let detaching = Detaching(failedAdd: failed, interfaceIsGone: interfaceIsGone)
    do throws(CNIError) {
      return (try await bench.runtime.del(net, attachment(), detaching), nil, bench)
    } catch {
      return ([], error, bench)
    }
  }

  private let refused = PluginResponse.error(999, "mtu: not a number", details: "of bridge")

  @Test("A plugin that refuses its configuration in the same words at ADD and at DEL owes nothing, at every place")
  func sameWords() async throws {
    let types = ["a", "b", "c"]
    for place in types.indices {
      let (excused, owed, bench) = try await addThenDel(try chain("a", "b", "c")) { [refused] request in
        request.plugin == types[place] ? refused : .result
      }
      #expect(owed == nil && excused.map(\.error.plugin) == [types[place]], "\(place)")
      #expect(excused.first?.excuse == "it refused its configuration in the same words at ADD")
      // The whole chain is asked all the same (CNI-A25), and what was excused is observed.
      #expect(bench.invoker.calls.suffix(3) == ["DEL c", "DEL b", "DEL a"])
      #expect(bench.records.all.compactMap(\.excuse) == excused.map(\.excuse))
    }
  }

  @Test("The comparison holds for a second attempt as for the first")
  func secondAttempt() async throws {
    let net = try chain("a")
    let bench = try Bench { [refused] _ in refused }
    let failed = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
    for _ in 0..<2 {
      #expect(try await bench.runtime.del(net, attachment(), Detaching(failedAdd: failed)).count == 1)
    }
  }

  @Test(
    "Other words, another code, no document or a passing fault are owed",
    arguments: [
      (PluginResponse.error(999, "no"), PluginResponse.error(999, "yes")),
      (.error(999, "no"), .error(998, "no")),
      (.error(999, "no", details: "a"), .error(999, "no", details: "b")),
      (.error(11, "later"), .error(11, "later")),
      (.exited(127, stderr: "sh: nft: not found"), .exited(127, stderr: "sh: nft: not found")),
      (.exited(1, stdout: "oops"), .exited(1, stdout: "oops")),
      (.exited(1, stdout: "{}"), .exited(1, stdout: "{}")),
      (PluginResponse(.timedOut(.seconds(1))), .error(999, "no")),
      (PluginResponse(.failed("broken")), PluginResponse(.failed("broken"))),
    ])
  func otherWords(atAdd: PluginResponse, atDel: PluginResponse) async throws {
    let (_, owed, _) = try await addThenDel(try chain("a")) { $0.verb == .add ? atAdd : atDel }
    #expect(owed?.plugin == "a")
  }

  @Test("Only the plugin whose ADD failed may be excused by its words: one before it did its work")
  func anotherPlugin() async throws {
    let net = try chain("a", "b")
    let (_, owed, _) = try await addThenDel(net) { [refused] request in
      request.verb == .add && request.plugin == "a" ? .result : refused
    }
    #expect(owed?.plugin == "a")
  }

  @Test("A plugin that was never called owes nothing, whatever its DEL says or does not say")
  func neverCalled() async throws {
    for response in [PluginResponse.error(7, "no"), .exited(127), PluginResponse(.timedOut(.seconds(1)))] {
      let (excused, owed, _) = try await addThenDel(try chain("a", "b", "c")) { request in
        switch (request.verb, request.plugin) {
        case (.add, "a"), (.del, "a"), (.del, "b"): .exited(0, stdout: "{}")
        case (.del, _): response
        default: .error(11, "later")
        }
      }
      #expect(owed == nil && excused.map(\.error.plugin) == ["c"] && excused[0].excuse == "its ADD was never called")
    }
  }

  @Test(
    "A plugin whose ADD failed and whose interface is not there is asked once more without a namespace, and its IPAM by itself"
  )
  func nothingMade() async throws {
    let net = try list(
      #"{"cniVersion":"1.0.0","name":"net","plugins":[{"type":"a"},{"type":"b","ipam":{"type":"ipam"}}]}"#)
    let (excused, owed, bench) = try await addThenDel(net, interfaceIsGone: true) { request in
      switch (request.verb, request.plugin) {
      case (.add, "b"): .error(999, "no such device")
      case (.del, "b"): request["CNI_NETNS"] == "" ? .exited(0) : .error(999, "Link not found")
      default: .result
      }
    }
    #expect(owed == nil && excused.map(\.error.plugin) == ["b"])
    #expect(bench.invoker.calls.suffix(4) == ["DEL b", "DEL b", "DEL ipam", "DEL a"])
  }

  @Test("It owes where that fails too, in the words of the first attempt")
  func somethingMade() async throws {
    let (_, owed, _) = try await addThenDel(try chain("a"), interfaceIsGone: true) { request in
      .error(999, request.verb == .add ? "no" : request["CNI_NETNS"] == "" ? "second" : "first")
    }
    #expect(owed?.message == "first")
  }

  @Test(
    "Nobody else is asked without a namespace: one whose interface is there, one that worked, one that ended without a word",
    arguments: [(false, "b", 999), (true, "a", 999), (true, "b", 11)])
  func notWithoutNamespace(interfaceIsGone: Bool, failing: String, code: Int) async throws {
    let net = try chain("a", "b")
    let (_, owed, bench) = try await addThenDel(net, interfaceIsGone: interfaceIsGone) { request in
      switch (request.verb, request.plugin) {
      case (.add, "b"): .error(code, "no")
      case (.del, failing): .error(999, "Link not found")
      default: .result
      }
    }
    #expect(owed?.plugin == failing)
    #expect(bench.invoker.calls.suffix(2) == ["DEL b", "DEL a"])
  }

  @Test("A plugin that is not installed, or could not be started, owes only if it may have been called")
  func notInstalled() async throws {
    let (excused, owed, _) = try await addThenDel(try chain("a", "gone"), missing: ["gone"]) { _ in .result }
    #expect(owed == nil && excused.map(\.error.kind) == [.pluginNotFound])
    let (_, unstarted, _) = try await addThenDel(try chain("a")) { _ in PluginResponse(.notStarted("no interpreter")) }
    #expect(unstarted == nil)
    // After a restart nobody knows: every plugin counts as called.
    let bench = try Bench(missing: ["gone"])
    let net = try chain("a", "gone")
    let unknown = await failure { () async throws(CNIError) in try await bench.runtime.del(net, attachment()) }
    #expect(unknown?.kind == .pluginNotFound && bench.invoker.calls == ["DEL a"])
  }

  @Test(
    "Words excuse nothing: only a document with code 3 does, with and without a namespace", arguments: ["", "/n"])
  func words(netns: String) async throws {
    func del(_ response: PluginResponse) async throws -> CNIError? {
      let bench = try Bench { _ in response }
      let net = try chain("a")
      return await failure { () async throws(CNIError) in try await bench.runtime.del(net, attachment(netns: netns)) }
    }
    #expect(try await del(.error(3, "unknown container")) == nil)
    #expect(try await del(.exited(3)) != nil)
    for words in ["interface eth0 not found", "Link not found", "open /x: no such file or directory"] {
      #expect(try await del(.error(999, words)) != nil)
      #expect(try await del(.exited(127, stderr: "sh: 1: iptables: \(words)")) != nil)
    }
  }

  @Test("What was excused is returned with plugin, network and reason")
  func excused() async throws {
    let bench = try Bench { request in request.plugin == "b" ? .error(3, "unknown") : .result }
    let net = try chain("a", "b")
    _ = try await Bench().runtime.add(net, attachment())
    let excused = try await bench.runtime.del(net, attachment())
    #expect(excused.map(\.excuse) == ["it does not know the container (code 3)"])
    #expect(excused[0].error.description == "plugin type=\"b\" name=\"net\" failed (delete): unknown")
    #expect(bench.records.all.map(\.excuse) == ["it does not know the container (code 3)", nil])
  }

  @Test("How many plugins a failed ADD called", arguments: [("a", 1), ("b", 2), ("c", 3), ("gone", 3)])
  func calledPlugins(failing: String, called: Int) async throws {
    let bench = try Bench(missing: ["gone"]) { $0.plugin == failing ? .error(7, "no") : .result }
    let net = try chain("a", "b", "c", "gone")
    let error = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
    #expect(error?.calledPlugins == called && error?.hasDocument == (failing != "gone"))
    let early = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment("")) }
    #expect(early?.calledPlugins == 0)
  }

  @Test("An ADD that failed by the cache has called all")
  func cacheFailure() async throws {
    let bench = try Bench()
    try bench.directory.write("results", "a file")
    let net = try chain("a", "b")
    let error = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
    #expect(error?.calledPlugins == 2 && error?.hasDocument == false)
  }
}
