import JSON
import LinuxKernel
import Testing

@testable import CNI

@Suite("Bounds of what plugins and files bring", .timeLimit(.minutes(1)))
struct BoundsTests {
  private func result(of size: Int) -> PluginResponse {
    let frame = #"{"cniVersion":"1.0.0","x":""}"#
    return .exited(
      0, stdout: #"{"cniVersion":"1.0.0","x":"\#(String(repeating: "x", count: size - frame.utf8.count))"}"#)
  }

  @Test("A result of 1 MiB is taken, kept and read again; one byte more fails its ADD, naming plugin and bound")
  func resultBound() async throws {
    let bench = try Bench { [self] _ in result(of: CNIBounds.result) }
    let net = try chain("a")
    _ = try await bench.runtime.add(net, attachment())
    #expect(try await bench.runtime.cachedResult(net, attachment())?.raw["x"] != nil)
    #expect(try await bench.runtime.cachedAttachments().count == 1)
    let large = try Bench { [self] _ in result(of: CNIBounds.result + 1) }
    let error = await failure { () async throws(CNIError) in _ = try await large.runtime.add(net, attachment()) }
    #expect(error?.plugin == "a" && error?.message == "the plugin's result has more than 1048576 bytes")
    #expect(error?.calledPlugins == 1 && large.cacheFiles.isEmpty)
  }

  @Test("The bound is that of the result as it is kept: white space around it does not count, escapes do")
  func serialised() async throws {
    let spaced = try Bench { _ in .exited(0, stdout: "{}" + String(repeating: "\n", count: 60_000)) }
    _ = try await spaced.runtime.add(try chain("a"), attachment())
    let escapes = String(repeating: #"\b"#, count: CNIBounds.result / 3)
    let growing = try Bench { _ in .exited(0, stdout: #"{"x":"\#(escapes)"}"#) }
    let net = try chain("a")
    let error = await failure { () async throws(CNIError) in _ = try await growing.runtime.add(net, attachment()) }
    #expect(error?.kind == .invalidResult && error?.message.contains("1048576") == true)
  }

  @Test("An error document's message and details are cut to 4 KiB each, where a character begins, and say so")
  func errorDocument() async throws {
    let long = String(repeating: "é", count: 1 << 14)
    let bench = try Bench { _ in .error(7, "m\(long)", details: long) }
    let net = try chain("a")
    let error = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
    for text in [error?.message, error?.details] {
      let text = try #require(text)
      #expect(text.utf8.count <= CNIBounds.errorText && text.utf8.count > CNIBounds.errorText - 80)
      #expect(text.hasSuffix(" bytes left out]") && !text.contains("\u{fffd}"))
    }
    // A prefix of what was said, and the rest counted.
    let kept = try #require(error?.message.firstIndex(of: "…")).utf16Offset(in: error?.message ?? "")
    #expect(error?.message.hasSuffix("… [\(1 + 2 * (1 << 14) - (1 + 2 * (kept - 1))) bytes left out]") == true)
  }

  @Test("Words that were cut are still compared: a plugin that refuses its configuration at length owes nothing")
  func cutRefusal() async throws {
    let bench = try Bench { _ in .error(999, String(repeating: "long ", count: 10_000)) }
    let net = try chain("a")
    let failed = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
    #expect(try await bench.runtime.del(net, attachment(), Detaching(failedAdd: failed)).count == 1)
  }

  @Test(
    "Nothing else of a plugin's output is kept without a bound",
    arguments: [
      PluginResponse.exited(1, stdout: String(repeating: "\u{1}", count: 1 << 16)),
      .exited(1, stderr: String(repeating: "\u{1}", count: 32 << 10)),
      .exited(0, stdout: #"{"ips":[{"address":"\#(String(repeating: "1", count: 1 << 16))"}]}"#),
      .exited(0, stdout: #"{"cniVersion":"\#(String(repeating: "1", count: 1 << 16))"}"#),
      .exited(0, stdout: #"{"code":1,"msg":"\#(String(repeating: "1", count: 1 << 16))"}"#),
    ])
  func words(response: PluginResponse) async throws {
    let bench = try Bench { _ in response }
    let net = try chain("a")
    let error = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, attachment()) }
    let words = try #require(error)
    #expect(words.message.utf8.count <= CNIBounds.errorText && words.details.utf8.count <= CNIBounds.errorText)
    #expect(words.stderr.utf8.count <= CNIBounds.standardError)
  }

  @Test("Of several failures a bounded number is kept, and the message tells how many there were")
  func several() async throws {
    let bench = try Bench { .error(7, "\($0.plugin) \(String(repeating: "x", count: 5000))") }
    let plugins = (0..<100).map { #"{"type":"p\#($0)"}"# }.joined(separator: ",")
    let net = try list(#"{"cniVersion":"1.0.0","name":"net","plugins":[\#(plugins)]}"#)
    let error = await failure { () async throws(CNIError) in try await bench.runtime.del(net, attachment()) }
    #expect(error?.underlying.count == CNIBounds.failures && (error?.message.utf8.count ?? .max) <= CNIBounds.errorText)
    let short = CNIError.joined((0..<40).map { CNIError(.plugin, "\($0)") }, network: "net")
    #expect(short.message.hasSuffix("; 31; and 8 more"))
  }

  @Test("Texts are cut at a character, never inside one, and once cut stay as they are", arguments: 60...70)
  func cut(limit: Int) {
    let text = String(repeating: "😀", count: 100)
    let cut = text.cut(toBytes: limit)
    #expect(cut.utf8.count <= limit && !cut.contains("\u{fffd}") && cut.cut(toBytes: limit) == cut)
    #expect("short".cut(toBytes: limit) == "short")
    let kept = cut.prefix { $0 == "😀" }.utf8.count
    #expect(cut.hasSuffix("… [\(400 - kept) bytes left out]"))
  }

  @Test("A configuration of more than 1 MiB is refused when it is loaded, by every door")
  func configuration() async throws {
    func padded(_ text: String) -> [UInt8] {
      Array(text.utf8) + Array(repeating: UInt8(ascii: " "), count: CNIBounds.configuration + 1 - text.utf8.count)
    }
    let directory = try TemporaryDirectory()
    try directory.write("10-a.conflist", padded(#"{"name":"a","plugins":[{"type":"x"}]}"#))
    try directory.write("20-b.conf", padded(#"{"name":"b","type":"x"}"#))
    try directory.write("30-c.conflist", #"{"name":"c"}"#)
    for number in 1...3 {
      try directory.write("c/\(number).conf", #"{"type":"x","y":"\#(String(repeating: "y", count: 400_000))"}"#)
    }
    try directory.write("40-d.conflist", #"{"name":"d","plugins":[{"type":"x"}]}"#)
    let contents = NetworkConfigurationDirectory(directory.path).load()
    #expect(contents.networks.map(\.list.name) == ["d"] && contents.failures.count == 3)
    #expect(throws: CNIError.self) {
      try NetworkConfigurationList(parsing: padded(#"{"name":"a","plugins":[{"type":"x"}]}"#))
    }
    #expect(throws: CNIError.self) {
      try NetworkConfigurationList(cached: padded(#"{"name":"a","plugins":[{"type":"x"}]}"#))
    }
  }

  @Test("A cache entry that its reader would refuse is not written, and fails the ADD")
  func cacheEntry() async throws {
    let bench = try Bench()
    var large = attachment()
    large.capabilityArguments = ["mac": .string(String(repeating: "x", count: CNIBounds.cacheEntry))]
    let net = try chain("a")
    let error = await failure { () async throws(CNIError) in _ = try await bench.runtime.add(net, large) }
    #expect(error?.message.contains("the cache entry has more than 4194304 bytes") == true)
    #expect(bench.cacheFiles.isEmpty && error?.partialResult != nil)
  }

  @Test("What a plugin prints is read up to the bound and a little white space")
  func standardOutput() async throws {
    let directory = try TemporaryDirectory()
    try directory.script("a", "exec yes")
    let runtime = CNIRuntime(
      pluginDirectories: [directory.path], cacheDirectory: directory.path, invoker: ExecutablePluginInvoker())
    let net = try chain("a")
    let error = await failure { () async throws(CNIError) in _ = try await runtime.add(net, attachment()) }
    #expect(error?.plugin == "a" && error?.message == "the plugin printed more than \(CNIBounds.standardOutput) bytes")
  }
}
