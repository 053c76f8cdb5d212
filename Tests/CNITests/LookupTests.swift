import CNI
import Glibc
import Testing

@Suite("Finding plugins", .timeLimit(.minutes(1)))
struct LookupTests {
  private func message(_ plugin: String, _ directories: [String]) async -> String? {
    await failure { () async throws(CNIError) in _ = try PluginLookup.find(plugin, in: directories) }?.text
  }

  @Test("CNI-A18 the first directory's regular file, links followed, in libcni's words")
  func lookup() async throws {
    let one = try TemporaryDirectory()
    let two = try TemporaryDirectory()
    mkdir("\(one.path)/bridge", 0o755)
    let path = try two.script("bridge", "true")
    symlink(path, "\(one.path)/linked")
    let directories = [one.path, two.path]
    #expect(try PluginLookup.find("bridge", in: directories) == path)
    #expect(try PluginLookup.find("linked", in: directories) == "\(one.path)/linked")
    #expect(await message("", directories) == "no plugin name provided")
    #expect(await message("../bridge", directories) == "invalid plugin name: ../bridge")
    #expect(await message("bridge", []) == "no paths provided")
    #expect(await message("none", directories) == "failed to find plugin \"none\" in path [\(one.path) \(two.path)]")
  }

  @Test("CNI-A18 a type that is a path is refused by every verb")
  func traversal() async throws {
    let directory = try TemporaryDirectory()
    let runtime = CNIRuntime(
      pluginDirectories: ["/usr/lib/cni"], cacheDirectory: directory.path, invoker: ExecutablePluginInvoker())
    let net = try chain("../../bin/sh")
    let error = await failure { () async throws(CNIError) in _ = try await runtime.add(net, attachment()) }
    #expect(error?.kind == .pluginNotFound)
    #expect(
      error?.description
        == "plugin type=\"../../bin/sh\" name=\"net\" failed (add): invalid plugin name: ../../bin/sh")
  }
}
