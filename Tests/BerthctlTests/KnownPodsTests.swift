import RuntimeAPI
import Testing

@testable import berthctl

@Suite("every name is an id") struct KnownPodsTests: CommandTesting {
  private static func pod(
    _ id: String, _ name: String, _ namespace: String = "default", _ attempt: UInt32 = 0
  ) -> CRI.PodSandbox {
    .init(id: id, metadata: .init(name: name, namespace: namespace, attempt: attempt))
  }

  private let known = KnownPods(pods: [
    pod("abc1", "web"), pod("abd2", "db", "data"), pod("c3", "db", "kube"), pod("d4", "ab"), pod("e5", "cafe"),
    pod("cafe6", "other"), pod("f7", "again", "x", 0), pod("f8", "again", "x", 1),
  ])

  @Test(
    "a whole id, else a name, else namespace/name, else the beginning of one id",
    arguments: [
      ("abc1", "abc1"), ("abc", "abc1"), ("web", "abc1"), ("default/web", "abc1"), ("data/db", "abd2"),
      ("kube/db", "c3"),
      ("ab", "d4"), ("cafe", "e5"), ("cafe6", "cafe6"), ("abd", "abd2"),
    ])
  func finds(_ word: String, _ id: String) throws {
    #expect(try known.find(word).id == id)
  }

  @Test("what is several is told with all of them", arguments: [("db", ["abd2", "c3"]), ("x/again", ["f7", "f8"])])
  func ambiguous(_ word: String, _ ids: [String]) {
    let reason = #expect(throws: CommandFailure.Reason.self) { try known.find(word) }
    #expect(reason?.lines.first?.contains("2 pods") == true)
    for id in ids { #expect(reason?.lines.contains { $0.contains("  \(id)  ") } == true) }
  }

  @Test("so is the beginning of several ids")
  func ambiguousPrefix() {
    let reason = #expect(throws: CommandFailure.Reason.self) { try known.find("c") }
    #expect(reason?.lines.count == 3)
  }

  @Test(
    "what is none is told with what is near",
    arguments: [("wbe", "web"), ("default/wub", "default/web"), ("agai", "x/again"), ("zzzzzz", "berthctl pods")])
  func absent(_ word: String, _ hint: String) {
    let reason = #expect(throws: CommandFailure.Reason.self) { try known.find(word) }
    #expect(reason?.lines.count == 1 && reason?.lines.first?.contains(hint) == true, "\(reason?.lines ?? [])")
  }

  @Test("nothing is stopped or removed where one of the words means nothing", arguments: ["stopp", "rmp"])
  func nothingByHalf(_ command: String) async throws {
    try await withServer(pods: known.pods) { _ in
      .answer(status: 200, body: "{}")
    } _: { server, endpoint in
      let outcome = await berthctl(endpoint + [command, "web", "nobody", "db"])
      #expect(outcome.status == 1 && outcome.output.isEmpty)
      #expect(
        outcome.errors.contains("there is no pod \"nobody\"") && outcome.errors.contains("\"db\" is the name of 2 pods")
      )
      #expect(server.requests.count == 1)
    }
  }

  @Test("filters choose as they do for pods; one pod is ended once")
  func filters() async throws {
    try await withServer(pods: known.pods) { _ in
      .answer(status: 200, body: "{}")
    } _: { server, endpoint in
      let filtered = await berthctl(endpoint + ["stopp", "--namespace", "^(data|kube)$"])
      #expect(filtered.output.split(separator: "\n").sorted() == ["Stopped sandbox abd2", "Stopped sandbox c3"])
      #expect(filtered.errors.hasPrefix("Stopped 2 pods in "))
      let once = await berthctl(endpoint + ["stopp", "web", "abc1", "default/web"])
      #expect(once.output == "Stopped sandbox abc1\n" && once.errors.isEmpty)
      let terminal = await berthctl(endpoint + ["stopp", "--all"], terminal: true)
      #expect(terminal.output.contains("\rStopped 8 of 8") && !terminal.output.contains("sandbox"))
      #expect(await berthctl(endpoint + ["stopp", "--all", "web"]).status == 2)
      #expect(await berthctl(endpoint + ["rmp", "-a", "--name", "x"]).status == 2)
    }
  }
}
