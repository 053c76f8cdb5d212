import Glibc
import Testing

@testable import CNIConformance

@Suite("The line that makes a call again")
struct ReportsShellTests {
  /// A plugin that prints what it was given: standard input, then each variable with a NUL behind it.
  private func answer(_ evidence: (String) -> CallEvidence) throws -> [UInt8] {
    var directory = Array("/tmp/conformance-XXXXXX".utf8CString)
    try #require(mkdtemp(&directory) != nil)
    let path = String(decoding: directory.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/it's a=plugin"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o755)
    ReportSink(descriptor: descriptor).write("#!/bin/sh\n/bin/cat\nexec /usr/bin/env -0\n")
    close(descriptor)
    defer {
      unlink(path)
      rmdir(directory)
    }
    let line = evidence(path).shellLine
    #expect(!line.utf8.contains(0x0a), "\(line)")
    return bash(line).output
  }

  /// The variables that were printed, in order, but for those that a shell makes by itself.
  private func variables(_ output: ArraySlice<UInt8>) -> [String] {
    output.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      .filter { !["PWD=", "OLDPWD=", "SHLVL=", "_="].contains(where: $0.hasPrefix) }.sorted()
  }

  private static let inputs: [[UInt8]] = [
    Array(0...255), Array("{\"name\": \"it's 100 % \\n\"}".utf8), Array("-n".utf8), Array("-n\n".utf8),
    Array("é'\u{301}\u{202e}".utf8), [0xff, 0x27, 0x25, 0x5c, 0x31], Array("\\061\n%s'".utf8), [],
  ]

  @Test("gives the same bytes on standard input", arguments: inputs)
  func input(_ bytes: [UInt8]) throws {
    let output = try answer {
      CallEvidence(plugin: "p", executable: $0, environment: [.init(name: "A", value: "b")], standardInput: bytes)
    }
    #expect(Array(output.prefix(bytes.count)) == bytes)
    #expect(variables(output.dropFirst(bytes.count)) == ["A=b"])
  }

  @Test(
    "gives the same variables, and no others",
    arguments: [
      "", "plain", "A=1;B=2", "it's", "'", "'\u{301}", "\\", "$(id) `id` \"$HOME\" !!", "two\nlines",
      "\u{1}\u{1b}[31m\t\\'",
      "~", "é\u{202e}x", "*", "#",
    ])
  func variable(_ value: String) throws {
    let output = try answer {
      CallEvidence(
        plugin: "p", executable: $0,
        environment: [.init(name: "CNI_ARGS", value: value), .init(name: "Z", value: "z")],
        standardInput: [])
    }
    #expect(variables(output[...]) == ["CNI_ARGS=\(value)", "Z=z"])
  }

  @Test("makes the network namespace, or takes it away where it was gone")
  func namespace() {
    func line(_ path: String, isThere: Bool) -> String {
      CallEvidence(
        plugin: "p", executable: "/p", environment: [.init(name: "CNI_NETNS", value: path)], standardInput: [],
        hasNetworkNamespace: isThere
      ).shellLine
    }
    let call = "env -i CNI_NETNS="
    #expect(
      line("/var/run/netns/a", isThere: true)
        == "ip netns add a 2>/dev/null; \(call)/var/run/netns/a /p </dev/null")
    #expect(line("/run/netns/a", isThere: false) == "ip netns del a 2>/dev/null; \(call)/run/netns/a /p </dev/null")
    #expect(line("/none", isThere: false) == "\(call)/none /p </dev/null")
    #expect(line("", isThere: false) == "\(call) /p </dev/null")
    #expect(
      line("/x y", isThere: true)
        == "mkdir -p \"$(dirname '/x y')\" && touch '/x y' && unshare --net='/x y' true; \(call)'/x y' /p </dev/null")
  }
}
