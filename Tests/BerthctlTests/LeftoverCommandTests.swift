import JSON
import RuntimeAPI
import Testing

@testable import berthctl

@Suite("leftovers and gc")
struct LeftoverCommandTests: CommandTesting {
  private static let left = Berth.ListLeftoversResponse(leftovers: [
    .init(
      kind: "owed", podSandboxId: "0123456789abcdef", name: "a_n_u_0", since: 940_000_000_000,
      steps: [
        .init(step: "AttachNetworks", outcome: "failed", error: "busy"), .init(step: "WriteIntent", outcome: "skipped"),
      ], reason: "busy", attempts: 2, nextAttemptAt: 1_004_000_000_000),
    .init(kind: "quarantined", podSandboxId: "fedcba9876543210", reason: "/r: it is empty"),
  ])

  @Test("leftovers says what is left of whom, why, and when it is tried again")
  func leftovers() async throws {
    try await withServer({ _ in Self.answer(Self.left) }) { server, endpoint in
      let table = await berthctl(endpoint + ["leftovers"])
      #expect(table.status == 0)
      #expect(
        table.output == """
          POD ID          KIND          NAME      SINCE                STEP             REASON            NEXT TRY
          0123456789abc   owed          a_n_u_0   About a minute ago   AttachNetworks   busy              in 4.00 s
          fedcba9876543   quarantined   -         -                    -                /r: it is empty   -\n
          """)
      let json = try JSON(parsing: Array(await berthctl(endpoint + ["leftovers", "-o", "json"]).output.utf8))
      #expect(json == ProtoJSONEncoder(defaults: .emitted).json(Self.left))
      #expect(await berthctl(endpoint + ["leftovers", "-o", "go-template"]).status == 2)
    }
    try await withServer({ _ in .answer(status: 200, body: "{}") }) { _, endpoint in
      let nothing = await berthctl(endpoint + ["leftovers"])
      #expect(nothing.status == 0)
      #expect(nothing.output.split(separator: "\n").count == 1 && nothing.output.hasPrefix("POD ID"))
    }
  }

  @Test("gc says what was found and what became of it, and fails when something is still there")
  func gc() async throws {
    let clean = Berth.Garbage(podSandboxId: "aa", found: ["/run/netns/x", "/sys/fs/cgroup/y"])
    let stuck = Berth.Garbage(podSandboxId: "bb", found: ["/r"], error: "DEL \u{1b}failed")
    try await withServer({ request in
      let isDry = request.body.contains("true")
      return Self.answer(
        Berth.CollectGarbageResponse(garbage: [clean, isDry ? .init(podSandboxId: "bb", found: ["/r"]) : stuck]))
    }) { server, endpoint in
      let dry = await berthctl(endpoint + ["gc", "--dry-run"])
      #expect(dry.status == 0)
      #expect(server.requests.last?.body == #"{"dryRun":true}"#)
      #expect(
        dry.output == """
          aa  would be removed
              /run/netns/x
              /sys/fs/cgroup/y
          bb  would be removed
              /r\n
          """)
      let done = await berthctl(endpoint + ["gc"])
      #expect(done.status == 1)
      #expect(server.requests.last?.headers["connect-timeout-ms"] == nil)
      #expect(done.output.hasPrefix("aa  removed\n") && done.output.hasSuffix("bb  not removed\n    /r\n"))
      #expect(done.errors == "berthctl: gc: bb: DEL \\u{1b}failed\n")
    }
    try await withServer({ _ in .answer(status: 200, body: "{}") }) { _, endpoint in
      let nothing = await berthctl(endpoint + ["gc"])
      #expect(nothing.status == 0 && nothing.output.isEmpty)
      #expect(nothing.errors == "berthctl: gc: there is nothing to remove\n")
    }
  }
}
