import RuntimeAPI
import Testing

@testable import berthctl

@Suite("a pod by flags") struct PodFlagsTests: CommandTesting {
  @Test("what runp sends without a file")
  func flags() async throws {
    try await withServer({ _ in Self.answer(CRI.RunPodSandboxResponse(podSandboxId: "ab")) }) { server, endpoint in
      let outcome = await berthctl(
        endpoint + [
          "runp", "--name", "web", "-p", "8080:80", "-p", "[::1]:53:5353/udp", "--label", "a=b,c=d", "--memory", "64m",
        ])
      #expect(outcome.status == 0 && outcome.output == "ab\n")
      #expect(
        server.requests.last?.body
          == #"{"config":{"metadata":{"name":"web","namespace":"default"},"portMappings":[{"protocol":"TCP","containerPort":80,"hostPort":8080},"#
          + #"{"protocol":"UDP","containerPort":5353,"hostPort":53,"hostIp":"::1"}],"labels":{"a":"b","c":"d"},"#
          + #""linux":{"resources":{"memoryLimitInBytes":"67108864"}}}}"#)
    }
  }

  @Test(
    "what means nothing is refused before anything is asked",
    arguments: [
      ["--name", "a", "-p", "80"], ["--name", "a", "-p", "0:80"], ["--name", "a", "-p", "80:65536"],
      ["--name", "a", "-p", "80:80/icmp"], ["--name", "a", "--memory", "-1"], ["--name", "a", "--memory", "9g9"],
      ["--name", "a", "--memory", "9223372036854775807g"], ["--name", "a", "--label", "x"],
      ["--name", "a", "pod.json"],
      ["-p", "80:80"], [],
    ] as [[String]])
  func refused(_ arguments: [String]) async {
    let outcome = await berthctl(["-r", "/nonexistent", "runp"] + arguments)
    #expect(outcome.status == 2, "\(outcome.errors)")
  }
}
