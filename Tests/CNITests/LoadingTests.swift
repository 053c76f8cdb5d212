import CNI
import Glibc
import JSON
import Testing

@Suite("Loading configurations", .timeLimit(.minutes(1)))
struct LoadingTests {
  private func single(_ name: String) -> String { #"{"cniVersion":"1.0.0","name":"\#(name)","type":"bridge"}"# }

  private func conflist(_ name: String, _ type: String = "bridge") -> String {
    #"{"cniVersion":"1.0.0","name":"\#(name)","plugins":[{"type":"\#(type)"}]}"#
  }

  @Test("CNI-A1 regular files of the three endings, no recursion, a missing directory is empty")
  func whichFiles() throws {
    let directory = try TemporaryDirectory()
    try directory.write("a.conflist", conflist("a"))
    try directory.write("b.conf", single("b"))
    try directory.write("c.json", single("c"))
    try directory.write("d.conflist.bak", "junk")
    try directory.write("e.CONF", "junk")
    try directory.write("sub/f.conflist", conflist("f"))
    mkdir("\(directory.path)/g.conf", 0o755)
    let target = try directory.write("..data/h", conflist("h"))
    symlink(target, "\(directory.path)/h.conflist")
    let contents = NetworkConfigurationDirectory(directory.path).load()
    #expect(contents.networks.map(\.list.name) == ["a", "b", "c", "h"])
    #expect(contents.failures.isEmpty)
    let missing = NetworkConfigurationDirectory("\(directory.path)/none").load()
    #expect(missing.networks.isEmpty && missing.failures.isEmpty)
  }

  @Test("CNI-A2 by name: conflists first, in order; then single ones, made into lists; errors in libcni's words")
  func byName() async throws {
    let directory = try TemporaryDirectory()
    let conf = NetworkConfigurationDirectory(directory.path)
    let empty = await failure { () async throws(CNIError) in _ = try conf.load(named: "x") }
    #expect(empty?.message == "no net configurations found in \(directory.path)")
    try directory.write("05-x.conf", single("x"))
    #expect(try conf.load(named: "x").isSingle)
    let upconverted = try JSON(parsing: conf.load(named: "x").bytes)
    #expect(
      upconverted
        == JSON.object(
          ["name": "x", "cniVersion": "1.0.0", "plugins": [try JSON(parsing: single("x"))]]))
    try directory.write("20-x.conflist", conflist("x", "second"))
    try directory.write("10-x.conflist", conflist("x", "first"))
    #expect(try conf.load(named: "x").plugins.map(\.type) == ["first"])
    let absent = await failure { () async throws(CNIError) in _ = try conf.load(named: "y") }
    #expect(absent?.message == "no net configuration with name \"y\" in \(directory.path)")
    #expect(absent?.kind == .networkNotFound)
    // libcni gives up at the first malformed file; here it matters only when the name is not found.
    try directory.write("00-bad.conflist", "{")
    #expect(try conf.load(named: "x").plugins.map(\.type) == ["first"])
    let told = await failure { () async throws(CNIError) in _ = try conf.load(named: "y") }
    #expect(told?.details.contains("00-bad.conflist") == true)
  }

  @Test(
    "CNI-A3 the name is required and a string",
    arguments: [
      (#"{"plugins":[{"type":"a"}]}"#, "error parsing configuration list: no name"),
      (#"{"name":1,"plugins":[{"type":"a"}]}"#, "error parsing configuration list: invalid name type number"),
    ])
  func name(text: String, message: String) async {
    let error = await failure { () async throws(CNIError) in
      _ = try NetworkConfigurationList(parsing: Array(text.utf8))
    }
    #expect(error?.message == message)
    #expect(error?.code == 7)
  }

  @Test(
    "CNI-A4 the version: missing is 0.1.0, cniVersions gives the highest known",
    arguments: [
      ("", "0.1.0"), (#""cniVersion":"","#, "0.1.0"), (#""cniVersion":"0.4.0","#, "0.4.0"),
      (#""cniVersions":["0.3.1","1.0.0","0.4.0"],"#, "1.0.0"),
      (#""cniVersion":"1.1.0","cniVersions":["0.3.1","1.0.0"],"#, "1.1.0"),
      (#""cniVersion":"0.4.0","cniVersions":["0.10.0","0.9.0","2.0.0"],"#, "0.10.0"),
      (#""cniVersion":"0.4.0","cniVersions":[],"#, "0.4.0"), (#""cniVersion":"2.0.0","#, "2.0.0"),
      (#""cniVersion":"0.4.0","cniVersions":["1.1.1"],"#, "0.4.0"), (#""cniVersion":"1","#, "1"),
    ])
  func version(keys: String, chosen: String) throws {
    #expect(try list(#"{\#(keys)"name":"n","plugins":[{"type":"a"}]}"#).cniVersion == chosen)
  }

  @Test(
    "CNI-A4 an invalid version is an error",
    arguments: [
      #""cniVersion":1"#, #""cniVersion":null"#, #""cniVersion":"1.0.0.0""#, #""cniVersion":"one""#,
      #""cniVersions":"1.0.0""#, #""cniVersions":[1]"#, #""cniVersions":["1.0.0","x"]"#,
      #""cniVersions":["1.0.0"],"cniVersion":"-1""#,
    ])
  func invalidVersion(key: String) {
    #expect(throws: CNIError.self) { try list(#"{\#(key),"name":"n","plugins":[{"type":"a"}]}"#) }
  }

  @Test(
    "CNI-A5 the three flags: bool, or true/false in any case as a string",
    arguments: ["disableCheck", "disableGC", "loadOnlyInlinedPlugins"])
  func flags(key: String) throws {
    func flag(_ value: String) throws -> Bool {
      let list = try list(#"{"name":"n","\#(key)":\#(value),"plugins":[{"type":"a"}]}"#)
      return switch key {
      case "disableCheck": list.disableCheck
      case "disableGC": list.disableGC
      default: list.loadOnlyInlinedPlugins
      }
    }
    for value in ["true", "\"true\"", "\"TRUE\"", "\"True\""] { #expect(try flag(value)) }
    for value in ["false", "\"false\"", "\"FaLsE\""] { #expect(try !flag(value)) }
    for value in ["1", "null", "\"yes\"", "\"\"", "[]"] { #expect(throws: CNIError.self) { try flag(value) } }
  }

  @Test(
    "CNI-A6 plugins must be a non-empty array",
    arguments: [
      (#""plugins":{}"#, "error parsing configuration list: invalid 'plugins' type object"),
      (#""plugins":[]"#, "error parsing configuration list: no plugins in list"),
      (
        #""loadOnlyInlinedPlugins":true"#,
        "error parsing configuration list: `loadOnlyInlinedPlugins` is true, and no 'plugins' key"
      ),
    ])
  func plugins(key: String, message: String) async {
    let error = await failure { () async throws(CNIError) in
      _ = try NetworkConfigurationList(parsing: Array(#"{"name":"n",\#(key)}"#.utf8))
    }
    #expect(error?.message == message)
  }

  @Test("CNI-A6 plugins beside the list are appended in order, and are in its bytes (libcni loses them)")
  func pluginsBeside() async throws {
    let directory = try TemporaryDirectory()
    try directory.write("net.conflist", #"{"name":"net","cniVersion":"1.1.0","plugins":[{"type":"in"}]}"#)
    try directory.write("net/20.conf", #"{"type":"last","big":12345678901234567890}"#)
    try directory.write("net/10.conf", #"{"type":"first"}"#)
    try directory.write("net/30.conflist", "junk")
    let conf = NetworkConfigurationDirectory(directory.path)
    let loaded = try conf.load(named: "net")
    #expect(loaded.plugins.map(\.type) == ["in", "first", "last"])
    let again = try NetworkConfigurationList(cached: loaded.bytes)
    #expect(again.plugins == loaded.plugins)
    #expect(String(decoding: loaded.bytes, as: UTF8.self).contains("12345678901234567890"))
    // None in the list, some beside it.
    try directory.write("net.conflist", #"{"name":"net"}"#)
    #expect(try conf.load(named: "net").plugins.map(\.type) == ["first", "last"])
    // Only those in the list.
    try directory.write("net.conflist", #"{"name":"net","loadOnlyInlinedPlugins":true,"plugins":[{"type":"in"}]}"#)
    #expect(try conf.load(named: "net").plugins.map(\.type) == ["in"])
    // None at all.
    try directory.write("none.conflist", #"{"name":"none"}"#)
    let none = await failure { () async throws(CNIError) in _ = try conf.load("\(directory.path)/none.conflist") }
    #expect(none?.message == "no plugin configs found")
    // A broken one beside it.
    try directory.write("net.conflist", #"{"name":"net"}"#)
    try directory.write("net/20.conf", "{}")
    let broken = await failure { () async throws(CNIError) in _ = try conf.load("\(directory.path)/net.conflist") }
    #expect(broken?.message.contains("missing 'type'") == true)
  }

  @Test("CNI-A6 a network's name does not lead out of the directory")
  func traversal() throws {
    let directory = try TemporaryDirectory()
    try directory.write("conf/n.conflist", #"{"name":"../other","plugins":[{"type":"in"}]}"#)
    try directory.write("other/10.conf", #"{"type":"outside"}"#)
    let loaded = NetworkConfigurationDirectory("\(directory.path)/conf").load()
    #expect(loaded.networks.isEmpty && loaded.failures.count == 1)
  }

  @Test("CNI-A7 each plugin needs a non-empty type", arguments: [#"{}"#, #"{"type":""}"#, #"{"type":null}"#])
  func type(plugin: String) async {
    let error = await failure { () async throws(CNIError) in
      _ = try NetworkConfigurationList(parsing: Array(#"{"name":"n","plugins":[{"type":"a"},\#(plugin)]}"#.utf8))
    }
    #expect(error?.message == "failed to parse plugin config 1: error parsing configuration: missing 'type'")
  }

  @Test("CNI-A8 unknown keys pass through undamaged (libcni damages numbers and escapes)")
  func passThrough() async throws {
    let bench = try Bench()
    let entry = #"{"type":"a","big":12345678901234567890,"exp":1e3,"frac":1.0,"html":"<a&b>","z":{"y":[null,-0.0]}}"#
    _ = try await bench.runtime.add(
      try list(#"{"name":"n","cniVersion":"1.0.0","unknownTop":1,"plugins":[\#(entry)]}"#), attachment())
    let sent = String(decoding: bench.invoker.requests[0].configuration, as: UTF8.self)
    #expect(sent == entry.dropLast() + #","name":"n","cniVersion":"1.0.0"}"#)
  }
}
