import Foundation
import RuntimeAPI
import Testing

@testable import berthctl

@Suite("which pods, in which order, with how much of each")
struct PodListTests: CommandTesting {
  private static let pods = [
    CRI.PodSandbox(id: "b", metadata: .init(name: "web-1", namespace: "default"), createdAt: 2),
    CRI.PodSandbox(id: "d", metadata: .init(name: "db", namespace: "data"), createdAt: 3, labels: ["k": "v"]),
    CRI.PodSandbox(id: "a", metadata: .init(name: "web-2", namespace: "default"), createdAt: 1),
    CRI.PodSandbox(id: "c", metadata: .init(name: "web-3", namespace: "kube"), createdAt: 2),
  ]

  @Test(
    "the newest come first, of equal age the later id; --last and --latest cut, 0 is all, patterns match anywhere",
    arguments: [
      ([], "d c b a"), (["--last", "2"], "d c"), (["-n", "0"], "d c b a"), (["-n", "9"], "d c b a"), (["-l"], "d"),
      (["--latest", "--last", "3"], "d c b"), (["--name", "eb"], "c b a"), (["--name", "^web-[12]$"], "b a"),
      (["--name", ""], "d c b a"), (["--namespace", "^d"], "d b a"), (["--name", "web", "--namespace", "kube"], "c"),
      (["--name", "eb", "-l"], "c"), (["--name", "nobody"], ""),
    ])
  func order(_ arguments: [String], _ ids: String) async throws {
    try await withServer({ _ in Self.answer(CRI.ListPodSandboxResponse(items: Self.pods)) }) { _, endpoint in
      let outcome = await berthctl(endpoint + ["pods", "-q"] + arguments)
      #expect(outcome.status == 0)
      #expect(outcome.output.split(separator: "\n").joined(separator: " ") == ids)
    }
  }

  @Test("the state is asked of the daemon, in either case", arguments: ["ready", "Ready", "NOTREADY"])
  func state(_ word: String) async throws {
    try await withServer({ _ in Self.answer(CRI.ListPodSandboxResponse()) }) { server, endpoint in
      #expect(await berthctl(endpoint + ["pods", "--state", word]).status == 0)
      #expect(server.requests.last?.body.contains("\"SANDBOX_\(word.uppercased())\"") == true)
    }
  }

  @Test("pods -v describes each pod, as inspectp's table does")
  func verbose() async throws {
    let status = CRI.PodSandboxStatusResponse(
      status: .init(
        id: "d", metadata: .init(name: "db", uid: "u", namespace: "data", attempt: 3), state: .notReady,
        network: .init(ip: "10.0.0.1", additionalIps: [.init(ip: "fd00::1")]), labels: ["k": "v"]),
      info: ["info": "{}"])
    try await withServer({ request in
      request.path.hasSuffix("ListPodSandbox")
        ? Self.answer(CRI.ListPodSandboxResponse(items: [Self.pods[1]])) : Self.answer(status)
    }) { server, endpoint in
      let listed = await berthctl(endpoint + ["pods", "-v"]).output.split(separator: "\n")
      #expect(listed.starts(with: ["ID: d", "Name: db", "Namespace: data", "Attempt: 0", "Status: Ready"]))
      #expect(listed.suffix(3) == ["Labels:", "\tk -> v", "Runtime: (default)"])

      let table = await berthctl(endpoint + ["inspectp", "d", "-o", "table"]).output
      for line in [
        "UID: u", "Attempt: 3", "Status: SANDBOX_NOTREADY", "IP Addresses: 10.0.0.1", "Additional IP: fd00::1",
        "Info info: {}",
      ] { #expect(table.split(separator: "\n").contains(Substring(line)), "\(line) in \(table)") }
      #expect(server.requests.last?.body.contains("\"verbose\":true") == true)
      let quiet = await berthctl(endpoint + ["inspectp", "-q", "d", "-o", "table"])
      #expect(!quiet.output.contains("Info"))
      #expect(server.requests.last?.body.contains("\"verbose\":true") == false)
    }
  }

  @Test("a file of the daemon's limit is read, one byte more is refused", arguments: [0, 1])
  func inputLimit(_ excess: Int) throws {
    let path = NSTemporaryDirectory() + "berthctl-input-\(UUID().uuidString)"
    defer { unlink(path) }
    try Data(repeating: 0x20, count: InputFile.maximumSize + excess).write(to: URL(fileURLWithPath: path))
    if excess == 0 {
      #expect(try InputFile.read(path: path).count == 1 << 20)
    } else {
      let reason = #expect(throws: CommandFailure.Reason.self) {
        try InputFile.read(path: path)
      }
      #expect(reason?.lines == ["\(path) is larger than 1 MiB"])
    }
  }
}
