import ArgumentParser
import Foundation
import RuntimeAPI
import Testing

@testable import berthctl

@Suite("client settings")
struct ClientSettingsTests {
  private func options(_ arguments: [String]) throws -> GlobalOptions {
    try GlobalOptions.parse(arguments)
  }

  @Test("an endpoint comes from the flag, Berth's variable, the CRI's variable, the default")
  func precedence() throws {
    let environment = ["BERTH_ENDPOINT": "unix:///b", "CONTAINER_RUNTIME_ENDPOINT": "unix:///c"]
    let endpoint = { (arguments: [String], environment: [String: String]) in
      try ClientSettings(
        options(arguments), environment: environment
      ).endpoint.path
    }
    #expect(try endpoint(["-r", "unix:///a"], environment) == "/a")
    #expect(try endpoint([], environment) == "/b")
    #expect(try endpoint([], ["BERTH_ENDPOINT": "", "CONTAINER_RUNTIME_ENDPOINT": "/c"]) == "/c")
  }

  @Test("crictl's configuration file is understood")
  func file() throws {
    let text =
      "runtime-endpoint: unix:///x\nimage-endpoint: unix:///y\ntimeout: 7\ndebug: true\npull-image-on-create: false\n"
    let configuration = try CrictlConfiguration(parsing: Array(text.utf8), name: "f")
    #expect(configuration.runtimeEndpoint == "unix:///x")
    #expect(configuration.timeout == .seconds(7))
    #expect(configuration.debug)
    let empty = try CrictlConfiguration(parsing: [], name: "f")
    #expect(empty.runtimeEndpoint == nil && empty.timeout == nil && !empty.debug)
  }

  @Test(
    "what it cannot mean is refused",
    arguments: ["runtime-endpoint: 7", "timeout: [1]", "timeout: soon", "debug: maybe", "a: ["])
  func badFile(_ text: String) {
    #expect(throws: CommandFailure.Reason.self) { try CrictlConfiguration(parsing: Array(text.utf8), name: "f") }
  }

  @Test("what names another runtime to crictl does not redirect; a file that is asked for does, after the environment")
  func redirected() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "berth-\(UUID()).yaml")
    try Data("runtime-endpoint: unix:///other\ntimeout: 7\n".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }  // what is left over is in the temporary directory
    let unasked = try ClientSettings(options([]), environment: ["CRI_CONFIG_FILE": file.path()])
    #expect(unasked.endpoint == .standard && unasked.timeout == .seconds(2))
    let asked = try ClientSettings(options(["-c", file.path()]), environment: [:])
    #expect(asked.endpoint.path == "/other" && asked.timeout == .seconds(7))
    let both = try ClientSettings(options(["-c", file.path()]), environment: ["BERTH_ENDPOINT": "/b"])
    #expect(both.endpoint.path == "/b")
  }

  @Test("a named file must be there")
  func missingFile() throws {
    let settings = try options(["-c", "/nonexistent/crictl.yaml"])
    #expect(throws: CommandFailure.Reason.self) { try ClientSettings(settings, environment: [:]) }
  }

  @Test("only a timeout on the command line limits what changes something")
  func timeouts() throws {
    let plain = try ClientSettings(options([]), environment: ["BERTH_ENDPOINT": "/b"])
    #expect(plain.timeout == .seconds(2) && plain.explicitTimeout == nil)
    let asked = try ClientSettings(
      options(["-t", "9s"]), environment: ["BERTH_ENDPOINT": "/b"])
    #expect(asked.timeout == .seconds(9) && asked.explicitTimeout == .seconds(9))
    let zero = try ClientSettings(
      options(["-t", "0"]), environment: ["BERTH_ENDPOINT": "/b"])
    #expect(zero.timeout == .seconds(2) && zero.explicitTimeout == nil)
  }
}
