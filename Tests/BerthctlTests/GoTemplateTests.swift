import Foundation
import JSON
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
      ("{{json .status.network}}", #"{"additionalIps":[{"ip":"a"},{"ip":"b"}],"ip":"10.0.0.1"}"# + "\n"),
      ("{{range .status.network.additionalIps}}<{{.ip}}>{{end}}", "<a><b>"),
      ("{{range $i, $e := .status.network.additionalIps}}{{if $i}},{{end}}{{$i}}{{$e.ip}}{{end}}", "0a,1b"),
      ("{{range $e := .status.network.additionalIps}}{{$e.ip}}{{end}}", "ab"),
      ("{{range $k, $v := .status.labels}}{{$k}}={{$v}};{{end}}", "a/x=1;b=2;"),
      ("{{range .status.empty}}x{{else}}none{{end}}", "none"),
      ("{{if .status.empty}}x{{else if eq .status.n `3`}}three{{else}}z{{end}}", "three"),
      ("{{if and .status.id (not .status.no)}}yes{{end}}", "yes"), ("{{or .status.nothing .status.id}}", "ab"),
      ("{{with .status.network}}{{.ip}}{{end}}{{with .status.nothing}}x{{else}}-{{end}}", "10.0.0.1-"),
      ("{{with $x := .status.id}}{{$x}}{{end}}", "ab"),
      ("{{$x := 1}}{{range .status.network.additionalIps}}{{$x = .ip}}{{end}}{{$x}}", "b"),
      ("{{if eq .status.state \"A\" \"SANDBOX_READY\"}}r{{end}}{{if ne .status.n `3`}}x{{end}}", "r"),
      ("{{lt 1 2}}{{le 2 2}}{{gt 2 1}}{{ge 1 2}}", "truetruetruefalse"),
      ("{{printf \"%s|%5d|%-3v|%q|%%\" .status.id .status.n true \"x\"}}", "ab|    3|true|\"x\"|%"),
      ("{{.status.id | printf \"%s-%s\" \"x\"}}", "x-ab"), ("{{print 1 2 \"a\" \"b\" 3}}", "1 2ab3"),
      ("{{println \"a\" 1}}", "a 1\n"), ("{{title \"abc dEf\"}} {{upper `a`}} {{lower \"A\"}}", "Abc DEf A a"),
      ("a {{- .status.id -}} b", "aabb"), ("a{{/* note }} */}}b", "ab"),
      ("{{range $i, $e := .status.empty}}x{{else}}{{$i := 1}}{{$i}}{{end}}", "1"), ("a {{- /* note */ -}} b", "ab"),
      ("{{\"}}\"}}", "}}"), ("{{ \"a\\tb\" }}", "a\tb"), ("}} { {", "}} { {"), ("{{-1}}", "-1"),
    ])
  func renders(_ template: String, _ expected: String) throws {
    #expect(try render(template) == expected)
  }

  @Test(
    "what is wrong or not known is an error that says so",
    arguments: [
      ("{{.status.nope}}", "1:3: .nope: there is no such field; there are: id, state, createdAt, network"),
      ("a\n b {{.status.id.x}}", "2:6: .x: there are no fields in ab (string)"),
      ("{{.status.nothing.x}}", ".x: there are no fields in <nil>"),
      ("{{define \"x\"}}", "the template \"x\" does not end"),
      ("{{define x}}{{end}}", "{{define}} needs a name in quotes"),
      ("{{define \"x\"}}a{{end}}{{define \"x\"}}b{{end}}", "the template \"x\" is defined twice"),
      ("{{if .status}}{{define \"x\"}}a{{end}}{{end}}", "{{define}} inside another block"),
      ("{{template \"x\"}}", "1:1: the template \"x\" is not defined"),
      ("{{define \"x\"}}{{template \"x\"}}{{end}}{{template \"x\"}}", "more than 200 templates"),
      ("{{define \"x\"}}{{$y}}{{end}}{{$y := 1}}", "the variable $y is not defined"),
      ("{{break}}", "{{break}} outside {{range}}"),
      ("{{range .status.empty}}{{else}}{{continue}}{{end}}", "{{continue}} outside {{range}}"),
      ("{{slice .status.id 3}}", "slice: the bound 3 (int) is out of range"),
      ("{{slice 1 0}}", "slice can't be taken of 1"),
      ("{{nosuch .status.id 1}}", "there is no function \"nosuch\"; there are: and, call, eq"),
      ("{{if .status.id}}", "{{if}} without {{end}}"), ("{{end}}", "{{end}} without a beginning"),
      ("{{else}}", "{{else}} without"), ("{{if .status.no}}{{else}}", "{{else}} without {{end}}"),
      ("{{if .status.no}}{{else with .status}}{{end}}", "{{else with}} does not go with {{if}}"),
      ("{{.status.id", "{{ without }}"), ("{{\"a}}", "a string that does not end"),
      ("{{/* a }}", "a comment that does not end"), ("{{ /* a */}}", "\"/\" is not expected"),
      ("{{}}", "a value is missing"), ("{{.a | }}", "a value is missing"), ("{{(.status}}", "( without )"),
      ("{{.status)}}", ") is not"), ("{{\"a\"\"b\"}}", "a string is not expected here"),
      ("{{1 | 2}}", "must be a function"),
      ("{{$x}}", "the variable $x is not defined"), ("{{$x = 1}}", "the variable $x is not defined"),
      ("{{if .status.no}}{{$x}}{{end}}", "the variable $x is not defined"),
      ("{{$x, $y := 1}}", "too many variables"), ("{{nil}}", "nil is not a command"),
      ("{{.status.id 1}}", "only a function takes arguments"),
      ("{{range .status.n}}{{end}}", "range can't iterate over 3 (json.Number)"),
      ("{{range $i, $e := 3}}{{end}}", "range can't iterate over 3 (int)"),
      ("{{index .status.network.additionalIps 2}}", "index 2 is out of range"),
      ("{{len 3}}", "len can't be taken of 3"), ("{{call .status}}", "is no function"),
      ("{{and}}", "and takes at least 1"),
      ("{{eq 1 \"a\"}}", "can't be compared"), ("{{eq .status.n 3}}", "a number of the document is compared as text"),
      ("{{lt true false}}", "can't be compared"), ("{{eq 1}}", "there is nothing to compare"),
      ("{{printf \"%#v\" 1}}", "printf: %#v of 1 (int) is not supported"), ("{{printf 1}}", "printf takes a string"),
      ("{{printf \"%b\" 1.5}}", "is not supported"), ("{{1i}}", "complex numbers are not supported"),
      ("{{len}}", "len takes 1 arguments, not 0"), ("{{not 1 2}}", "not takes 1 arguments, not 2"),
      ("{{@}}", "\"@\" is not expected"), ("{{1x}}", "1x is not a number"),
      ("{{9223372036854775808}}", "is not a number"),
      ("{{\"\\q\"}}", "is no escape"), ("{{''}}", "a character is missing"),
      ("{{.a}} {{if}}{{end}}", "a value is missing"),
    ])
  func refuses(_ template: String, _ words: String) {
    let error = #expect(throws: GoTemplateError.self) { try render(template) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test(
    "printf tells in the text what does not fit, and keeps to flags, width and precision, as Go",
    arguments: [
      ("{{printf \"%!\" 1}}", "%!!(int=1)"), ("{{printf \"%\"}}", "%!(NOVERB)"), ("{{printf \"%z\" 5}}", "%!z(int=5)"),
      ("{{printf \"%d %s\" nil nil}}", "%!d(<nil>) %!s(<nil>)"), ("{{printf \"%v\" nil}}", "<nil>"),
      ("{{printf \"%[3]d\" 1}}", "%!d(BADINDEX)"), ("{{printf \"%[x]d\" 1}}", "%!d(BADINDEX)"),
      ("{{printf \"%*d\" \"a\" 1}}", "%!(BADWIDTH)1"), ("{{printf \"%-*d|\" 4 1}}", "1   |"),
      ("{{printf \"%.*f\" 2 3.14159}}", "3.14"), ("{{printf \"%5t|%-6t|\" true false}}", " true|false |"),
      ("{{printf \"%+v %+d % d %x %#x %#o %O\" 5 5 5 -255 255 8 8}}", "5 +5  5 -ff 0xff 010 0o10"),
      ("{{printf \"%.3d|%8.3d|%-08d|\" 7 7 7}}", "007|     007|7       |"), ("{{printf \"%06d\" -42}}", "-00042"),
      ("{{printf \"%q %q %+q %c %U\" 65 \"a\\n\" \"é\" 233 233}}", "'A' \"a\\n\" \"\\u00e9\" é U+00E9"),
      ("{{printf \"%x %X % x\" \"hi\" \"hi\" \"hi\"}}", "6869 6869 68 69"),
      ("{{printf \"%g %v %e %G\" 1e6 100000.0 0.0 1e-7}}", "1e+06 100000 0.000000e+00 1E-07"),
      ("{{printf \"%.3g %8.1f| %+.1f\" 1234.5678 2.25 1.0}}", "1.23e+03      2.2| +1.0"),
      ("{{printf \"%v %T %s\" .status.n .status.n .status.n}}", "3 json.Number 3"),
      ("{{printf \"%d\" .status.labels}}", "map[%!d(string=a/x):%!d(string=1) %!d(string=b):%!d(string=2)]"),
      ("{{printf \"%q\" .status.labels}}", "map[\"a/x\":\"1\" \"b\":\"2\"]"),
      ("{{printf \"a\" 1 nil}}", "a%!(EXTRA int=1, <nil>)"), ("{{printf \"%05s\" \"ab\"}}", "000ab"),
      ("{{html \"<a b='c'>\"}} {{js \"é\\n\"}}", "&lt;a b=&#39;c&#39;&gt; é\\u000A"),
      ("{{html nil}}", "&lt;no value&gt;"), ("{{printf \"%v\" (index .status.labels \"zz\")}}", "<nil>"),
    ])
  func formats(_ template: String, _ expected: String) throws {
    #expect(try render(template) == expected)
  }

  @Test("what decides and and or keeps the rest from being looked at")
  func shortCircuit() throws {
    #expect(try render("{{or 1 (index .status 1)}} {{and 0 (index .status 1)}} {{false | and true}}") == "1 0 false")
  }

  @Test("a template that is recorded gives what Go gave", arguments: try GoTemplateCase.all())
  func recorded(_ recorded: GoTemplateCase) throws {
    let document = try JSON(parsing: GoTemplateCase.file("document.json"))
    guard let output = recorded.output else {
      #expect(throws: GoTemplateError.self) { try GoTemplate(recorded.template).render(document) }
      return
    }
    let rendered = try GoTemplate(recorded.template).render(document)
    // Go shows the name of its decoder's type where the number is as good.
    if !output.contains("json.Number") { #expect(rendered == output) }
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

/// What Go made of a template.
struct GoTemplateCase: Sendable, CustomTestStringConvertible {
  let template: String
  /// What it wrote; nil where it refused.
  let output: String?

  var testDescription: String { template }

  static func all() throws -> [GoTemplateCase] {
    try file("cases.jsonl").split(separator: UInt8(ascii: "\n")).map { line in
      let json = try JSON(parsing: Array(line))
      return GoTemplateCase(template: try #require(json["template"]?.string), output: json["output"]?.string)
    }
  }

  static func file(_ name: String) throws -> [UInt8] {
    let directory = URL(filePath: #filePath).deletingLastPathComponent()
    return Array(try Data(contentsOf: directory.appending(path: "Fixtures/gotemplate/\(name)")))
  }
}
