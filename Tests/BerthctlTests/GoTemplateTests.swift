import JSON
import RuntimeAPI
import Testing

@testable import berthctl

@Suite("go templates")
struct GoTemplateTests {
  private func render(_ template: String) throws -> String {
    let document = try JSON(
      parsing: Array(
        #"""
        {"status":{"id":"ab","state":"SANDBOX_READY","createdAt":"1","network":{"ip":"10.0.0.1","additionalIps":[{"ip":"a"},{"ip":"b"}]},
        "labels":{"b":"2","a/x":"1"},"empty":[],"nothing":null,"n":3,"f":1.50,"no":false}}
        """#.utf8))
    return try GoTemplate(template).render(document)
  }

  @Test(
    "common constructs give what Go gives",
    arguments: [
      ("plain", "plain"), ("", ""),
      ("{{.status.network.ip}}", "10.0.0.1"), ("{{ .status.id }}-{{$.status.id}}", "ab-ab"),
      ("{{.status.n}} {{.status.f}} {{.status.no}} {{.status.nothing}}", "3 1.50 false <no value>"),
      ("{{.status.labels}}", "map[a/x:1 b:2]"), ("{{.status.network.additionalIps}}", "[map[ip:a] map[ip:b]]"),
      ("{{index .status.labels \"a/x\"}}", "1"), ("{{index .status.labels \"zz\"}}", "<no value>"),
      ("{{index .status.network.additionalIps 1 \"ip\"}}", "b"),
      ("{{(index .status.network.additionalIps 1).ip}}", "b"),
      ("{{len .status.network.additionalIps}} {{len .status.id}} {{.status.labels | len}}", "2 2 2"),
      ("{{json .status.network}}", #"{"ip":"10.0.0.1","additionalIps":[{"ip":"a"},{"ip":"b"}]}"#),
      ("{{range .status.network.additionalIps}}<{{.ip}}>{{end}}", "<a><b>"),
      ("{{range $i, $e := .status.network.additionalIps}}{{if $i}},{{end}}{{$i}}{{$e.ip}}{{end}}", "0a,1b"),
      ("{{range $e := .status.network.additionalIps}}{{$e.ip}}{{end}}", "ab"),
      ("{{range $k, $v := .status.labels}}{{$k}}={{$v}};{{end}}", "a/x=1;b=2;"),
      ("{{range .status.empty}}x{{else}}none{{end}}", "none"),
      ("{{if .status.empty}}x{{else if eq .status.n 3}}three{{else}}z{{end}}", "three"),
      ("{{if and .status.id (not .status.no)}}yes{{end}}", "yes"), ("{{or .status.nothing .status.id}}", "ab"),
      ("{{with .status.network}}{{.ip}}{{end}}{{with .status.nothing}}x{{else}}-{{end}}", "10.0.0.1-"),
      ("{{with $x := .status.id}}{{$x}}{{end}}", "ab"),
      ("{{$x := 1}}{{range .status.network.additionalIps}}{{$x = .ip}}{{end}}{{$x}}", "b"),
      ("{{if eq .status.state \"A\" \"SANDBOX_READY\"}}r{{end}}{{if ne .status.n 3}}x{{end}}", "r"),
      ("{{lt 1 2}}{{le 2 2}}{{gt 2 1}}{{ge 1 2}}", "truetruetruefalse"),
      ("{{printf \"%s|%5d|%-3v|%q|%%\" .status.id .status.n true \"x\"}}", "ab|    3|true|\"x\"|%"),
      ("{{.status.id | printf \"%s-%s\" \"x\"}}", "x-ab"), ("{{print 1 2 \"a\" \"b\" 3}}", "1 2ab3"),
      ("{{println \"a\" 1}}", "a 1\n"), ("{{title \"abc dEf\"}} {{upper `a`}} {{lower \"A\"}}", "Abc DEf A a"),
      ("a {{- .status.id -}} b", "aabb"), ("a{{/* note }} */}}b", "ab"), ("a {{- /* note */ -}} b", "ab"),
      ("{{\"}}\"}}", "}}"), ("{{ \"a\\tb\" }}", "a\tb"), ("}} { {", "}} { {"), ("{{-1}}", "-1"),
    ])
  func renders(_ template: String, _ expected: String) throws {
    #expect(try render(template) == expected)
  }

  @Test(
    "what is wrong or not known is an error that says so",
    arguments: [
      ("{{.status.nope}}", ".nope: there is no such field; there are: id, state, createdAt, network"),
      ("{{.status.id.x}}", ".x: there are no fields in \"ab\""),
      ("{{.status.nothing.x}}", ".x: there are no fields in null"),
      ("{{define \"x\"}}{{end}}", "{{define}} is not supported"),
      ("{{template \"x\"}}", "{{template}} is not supported"),
      ("{{range .status.empty}}{{break}}{{end}}", "{{break}} is not supported"),
      ("{{slice .status.id 1}}", "the function \"slice\" is not supported; there are: and, eq"),
      ("{{if .status.id}}", "{{if}} without {{end}}"), ("{{end}}", "{{end}} without a beginning"),
      ("{{else}}", "{{else}} without"), ("{{if .status.no}}{{else}}", "{{else}} without {{end}}"),
      ("{{.status.id", "{{ without }}"), ("{{\"a}}", "a string that does not end"),
      ("{{/* a }}", "a comment that does not end"),
      ("{{}}", "a value is missing"), ("{{.a | }}", "a value is missing"), ("{{(.status}}", "( without )"),
      ("{{.status)}}", ") is not"),
      ("{{$x}}", "the variable $x is not defined"), ("{{$x = 1}}", "the variable $x is not defined"),
      ("{{.status.id 1}}", "only a function takes arguments"),
      ("{{range .status.n}}{{end}}", "range can't iterate over 3"),
      ("{{index .status.network.additionalIps 2}}", "index 2 is out of range"),
      ("{{len .status.n}}", "len can't be taken of 3"),
      ("{{eq 1 \"a\"}}", "can't be compared"), ("{{printf \"%x\" 1}}", "printf: %x is not supported"),
      ("{{printf \"%s\"}}", "printf: an argument is missing"), ("{{len}}", "len: an argument is missing"),
      ("{{@}}", "\"@\" is not understood"), ("{{1x}}", "the function \"x\" is not supported"),
      ("{{.a}} {{if}}{{end}}", "a value is missing"),
    ])
  func refuses(_ template: String, _ words: String) {
    let error = #expect(throws: GoTemplateError.self) { try render(template) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test("a variable ends with its block")
  func scope() {
    #expect(throws: GoTemplateError.self) { try render("{{if .status.id}}{{$x := 1}}{{end}}{{$x}}") }
  }

  @Test("deep nesting is an error, not a crash")
  func nesting() {
    let many = String(repeating: "{{if .status}}", count: 10_000)
    #expect(throws: GoTemplateError.self) { try render(many) }
    #expect(throws: GoTemplateError.self) { try render("{{\(String(repeating: "(", count: 10_000))}}") }
  }
}
