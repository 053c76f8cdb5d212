import JSON
import RuntimeAPI
import Testing

@testable import berthctl

@Suite("YAML that is written")
struct YAMLWriterTests: CommandTesting {
  @Test("a document in block style, empty parts in one line, long lines unbroken")
  func form() throws {
    let long = String(repeating: "word ", count: 40) + "end"
    let document = JSON.object([
      "list": .array([.integer(1), .object(["a": .null, "b": .bool(false)]), .array([])]),
      "empty": .object([:]), "lines": .string("a\n b\n"), "long": .string(long),
      "n": .number("1.50"),
    ])
    #expect(
      try YAMLWriter.text(document) == """
        list:
        - 1
        - a: null
          b: false
        - []
        empty: {}
        lines: |
          a
           b
        long: \(long)
        "n": 1.50

        """)
  }

  @Test(
    "a string that some reader takes for something else is in quotes, any other is not",
    arguments: [
      ("yes", "\"yes\""), ("No", "\"No\""), ("on", "\"on\""), ("OFF", "\"OFF\""), ("y", "\"y\""), ("n", "\"n\""),
      ("true", "\"true\""), ("null", "\"null\""), ("~", "\"~\""), ("", "\"\""), ("1", "\"1\""), ("0x1", "\"0x1\""),
      ("1e3", "\"1e3\""), ("-1", "\"-1\""), (".5", "\".5\""), ("12:30", "\"12:30\""), ("2026-11-21", "\"2026-11-21\""),
      ("=", "\"=\""), ("<<", "\"<<\""), ("\u{1b}[m", "\"\\e[m\""), ("a: b", "'a: b'"), ("#a", "'#a'"), ("*a", "'*a'"),
      ("it's", "it's"), ("yesterday", "yesterday"), ("nginx", "nginx"), ("a b", "a b"), ("é", "é"), ("v1", "v1"),
    ])
  func quotes(_ text: String, _ written: String) throws {
    #expect(try YAMLWriter.text(["k": .string(text)]) == "k: \(written)\n")
    #expect(try YAMLWriter.text(.object(JSONObject([(text, .string("v"))]))) == "\(written): v\n")
  }

  @Test("pods' labels stay strings for every reader: a label yes is in quotes, as value and as key")
  func labels() async throws {
    let pod = CRI.PodSandbox(id: "ab", metadata: .init(name: "a"), labels: ["answer": "yes", "on": "web"])
    let status = CRI.PodSandboxStatusResponse(status: .init(id: "ab", labels: pod.labels))
    try await withServer({ request in
      request.path.hasSuffix("ListPodSandbox")
        ? Self.answer(CRI.ListPodSandboxResponse(items: [pod])) : Self.answer(status)
    }) { _, endpoint in
      for command in [["pods"], ["inspectp", "ab"]] {
        let outcome = await berthctl(endpoint + command + ["-o", "yaml"])
        #expect(outcome.output.contains("    answer: \"yes\"\n    \"on\": web\n"), "\(outcome)")
      }
    }
  }
}
