import CNI
import Glibc
import JSON
import LinuxKernel
import Testing

@Suite("The corpus of the parsers that face plugins and files", .timeLimit(.minutes(1))) struct CorpusTests {
  @Test("Every input keeps the properties that the fuzzer checks")
  func properties() throws {
    let inputs = try Fixtures.corpus()
    #expect(inputs.count >= 40)
    for input in inputs {
      #expect(throws: Never.self, "\(input.name)") { try ParserProperties().check(input.bytes) }
    }
  }

  @Test(
    "The named inputs are what their names say",
    arguments: [
      ("configuration-list", ParserProperties.Reach.configuration), ("configuration-single", .configuration),
      ("configuration-numbers", .configuration), ("result-1.1.0", .result), ("result-0.4.0", .result),
      ("result-0.2.0", .result), ("result-indexes", .result), ("result-keys-in-capitals", .result),
      ("result-none", .result), ("cache-entry", .cacheEntry), ("cache-legacy", .result),
      ("error-document", .pluginError),
    ])
  func reach(name: String, expected: ParserProperties.Reach) throws {
    let input = try #require(try Fixtures.corpus().first { $0.name == name })
    #expect(try ParserProperties().check(input.bytes).contains(expected))
  }

  @Test(
    "The named inputs that are nothing are nothing",
    arguments: ["deep-10000", "invalid-utf8", "two-documents", "empty", "byte-order-mark", "cache-entry-truncated"])
  func nothing(name: String) throws {
    let input = try #require(try Fixtures.corpus().first { $0.name == name })
    #expect(try ParserProperties().check(input.bytes) == [])
  }

  @Test("What a configuration or a result nests can still be read inside a list, a request and a cache entry")
  func nesting() throws {
    func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
    func single(_ depth: Int) -> [UInt8] { Array(#"{"name":"n","type":"x","a":\#(nested(depth))}"#.utf8) }
    let deepest = JSON.maximumForeignDepth - 1
    let list = try NetworkConfigurationList(upconverting: try PluginConfiguration(parsing: single(deepest)))
    #expect(try NetworkConfigurationList(parsing: list.bytes).plugins == list.plugins)
    #expect(throws: CNIError.self) { try PluginConfiguration(parsing: single(deepest + 1)) }
  }

  @Test("An address with a NUL in it is none, however C reads it")
  func addressWithNUL() {
    #expect(IPPrefix("10.0.0.1\0/24") == nil)
    #expect(IPAddress("::1\0x") == nil)
  }
}
