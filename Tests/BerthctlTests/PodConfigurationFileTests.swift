import JSON
import RuntimeAPI
import Testing

@testable import berthctl

@Suite("pod configurations in files")
struct PodConfigurationFileTests {
  private func read(_ text: String) throws(CommandFailure.Reason) -> PodConfigurationFile {
    try PodConfigurationFile(bytes: Array(text.utf8), name: "pod.yaml")
  }

  @Test("braces are YAML in a file that is called so, else JSON")
  func braces() throws {
    let text = "{metadata: {name: a, namespace: b, uid: c}}"
    #expect(try read(text).configuration.metadata?.uid == "c")
    let reason = #expect(throws: CommandFailure.Reason.self) {
      try PodConfigurationFile(bytes: Array(text.utf8), name: "pod.json")
    }
    #expect(reason?.lines.first?.hasPrefix("pod.json: invalid JSON at line 1, column 3: ") == true)
  }

  private func complaint(_ text: String) -> String? {
    do {
      _ = try read(text)
      return nil
    } catch {
      return error.lines.joined(separator: "\n")
    }
  }

  @Test("YAML and JSON mean the same; an unknown key is reported, a missing uid stays empty")
  func bothForms() throws {
    let yaml = try read(
      """
      # a comment
      metadata:
        attempt: 1
        name: sandbox
        namespace: "default"
      log_directory: /tmp
      labels: {app: "1", answer: yes}
      port_mappings:
      - protocol: 0
        container_port: 80
        hostPort: 0x1F90
      linux:
        namespaces:
          options: {}
      """)
    let json = try read(
      #"{"metadata":{"attempt":1,"name":"sandbox","namespace":"default"},"log_directory":"/tmp","#
        + #""labels":{"app":"1","answer":"yes"},"portMappings":[{"containerPort":80,"hostPort":8080}],"linux":{}}"#)
    #expect(yaml.configuration == json.configuration)
    #expect(yaml.configuration.metadata?.uid == "")
    #expect(
      yaml.unknown.map(\.description) == ["linux.namespaces: unknown field"])
    #expect(json.unknown.isEmpty)
  }

  @Test(
    "a key that stands in the wrong place is pointed to the right one, and to none that only looks a little like it")
  func misplaced() throws {
    let file = try read(
      #"{"metadata":{"name":"a"},"dns_options":["ndots:2"],"resources":{"memory_limit_in_bytes":1},"colour":"red"}"#)
    #expect(
      file.unknown.map(\.description) == [
        "dns_options: unknown field; the nearest known one is \"dns_config.options\"",
        "resources: unknown field; the nearest known one is \"linux.resources\"",
        "colour: unknown field",
      ])
  }

  @Test("anchors and merge keys are followed")
  func anchors() throws {
    let file = try read("metadata: &m {name: a}\nlabels: &l {x: '1', y: '2'}\nannotations:\n  <<: *l\n  y: '3'\n")
    #expect(file.configuration.annotations == ["x": "1", "y": "3"])
  }

  @Test(
    "what cannot be taken is named with its place",
    arguments: [
      ("", "pod.yaml: there is no configuration in it"),
      ("# only a comment", "pod.yaml: there is no configuration in it"),
      ("- a", "pod.yaml: expected an object, got an array"),
      ("just words", "pod.yaml: expected an object, got \"just words\""),
      (
        "metadata: {attempt: one}",
        "pod.yaml: metadata.attempt: expected a whole number from 0 to 4294967295, got \"one\""
      ),
      ("labels: {a: 1}", "pod.yaml: labels[\"a\"]: expected a string, got 1"),
      ("labels: {a: true}", "pod.yaml: labels[\"a\"]: expected a string, got true"),
      ("{\"metadata\": ", "pod.yaml: invalid YAML at line 1, column "), ("a: [", "pod.yaml: invalid YAML at line "),
      ("a: 1\na: 2", "pod.yaml: invalid YAML at line "), ("a: 1\n---\nb: 2", "pod.yaml: invalid YAML at line "),
      ("? [a]\n: b", "pod.yaml: line 1, column 3: a key that is not a scalar"),
      ("a: *b", "pod.yaml: invalid YAML at line "),
    ])
  func refusals(_ text: String, _ words: String) {
    #expect(complaint(text)?.hasPrefix(words) == true, "\(complaint(text) ?? "taken")")
  }

  @Test("aliases that multiply are refused quickly")
  func multiplyingAliases() {
    let levels = (1...12).map {
      "l\($0): &l\($0) [\(Array(repeating: "*l\($0 - 1)", count: 9).joined(separator: ","))]"
    }
    let text = "l0: &l0 [x]\n" + levels.joined(separator: "\n")
    #expect(complaint(text)?.contains("too many values") == true)
  }

  @Test("deep nesting and bytes that are no text are errors, not crashes")
  func hostile() {
    #expect(complaint(String(repeating: "[", count: 100_000)) != nil)
    #expect(complaint(String(repeating: "- ", count: 100_000) + "a") != nil)
    let braces = "a: " + String(repeating: "{a: ", count: 990) + String(repeating: "}", count: 990)
    #expect(complaint(braces)?.contains("nesting") == true)
    #expect(throws: CommandFailure.Reason.self) { try PodConfigurationFile(bytes: [0xFF, 0xFE], name: "x") }
  }

  @Test("a file that is not there is said for people")
  func missing() {
    let reason = #expect(throws: CommandFailure.Reason.self) {
      try PodConfigurationFile(path: "/nonexistent/pod.yaml", surroundings: .current)
    }
    #expect(reason?.lines == ["cannot open /nonexistent/pod.yaml: No such file or directory"])
  }
}
