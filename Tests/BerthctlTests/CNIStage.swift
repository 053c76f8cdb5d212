import Foundation

@testable import berthctl

/// Directories of a test's own with plugins that are shell scripts, and `berthctl cni` on them.
///
/// A plugin writes each call down and succeeds, unless a script says otherwise for a verb.
final class CNIStage {
  let root: String

  private final class Sink: @unchecked Sendable {
    private let lock = NSLock()
    private var text = ""
    func add(_ more: String) { lock.withLock { text += more } }
    var content: String { lock.withLock { text } }
  }

  init(plugins: [String] = ["first", "second"]) throws {
    root = NSTemporaryDirectory() + "berthctl-cni-" + UUID().uuidString
    for folder in ["bin", "net.d", "cache/results"] {
      try FileManager.default.createDirectory(atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
    }
    for plugin in plugins {
      try write("bin/\(plugin)", Self.plugin)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(root)/bin/\(plugin)")
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: root)  // a leftover in the temporary directory fails no test
  }

  private static let plugin = """
    #!/bin/sh
    here=${0%/*} name=${0##*/}
    cat >"$here/$name.$CNI_COMMAND.stdin"
    echo "$CNI_COMMAND $name $CNI_CONTAINERID $CNI_NETNS $CNI_IFNAME $CNI_ARGS" >>"$here/calls"
    [ ! -e "$here/$name.$CNI_COMMAND" ] || . "$here/$name.$CNI_COMMAND"
    case $CNI_COMMAND in
    ADD) echo '{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.2/24"}],"by":"'$name'"}' ;;
    VERSION) echo '{"cniVersion":"1.1.0","supportedVersions":["0.4.0","1.0.0","1.1.0"]}' ;;
    esac
    """

  func write(_ path: String, _ text: String) throws {
    try text.write(toFile: "\(root)/\(path)", atomically: true, encoding: .utf8)
  }

  /// What a plugin does on a verb, as shell.
  func script(_ plugin: String, _ verb: String, _ shell: String) throws { try write("bin/\(plugin).\(verb)", shell) }

  /// A network of both plugins; more members may be given as JSON with a comma behind it.
  func network(_ name: String = "n", version: String = "1.0.0", more: String = "", file: String = "10-n") throws {
    try write(
      "net.d/\(file).conflist",
      """
      {"cniVersion":"\(version)","name":"\(name)",\(more)"plugins":[{"type":"first","big":12345678901234567890},
      {"type":"second","capabilities":{"mac":true}}]}
      """)
  }

  /// The calls so far: verb and plugin, then container, namespace, interface and arguments.
  var calls: [String] {
    let text = (try? String(contentsOfFile: "\(root)/bin/calls", encoding: .utf8)) ?? ""  // none yet
    return text.split(separator: "\n").map { String($0) }
  }

  /// Verb and plugin of each call.
  var chain: [String] { calls.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } }

  func stdin(_ plugin: String, _ verb: String) throws -> String {
    try String(contentsOfFile: "\(root)/bin/\(plugin).\(verb).stdin", encoding: .utf8)
  }

  var cached: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: "\(root)/cache/results").sorted() }
  }

  /// Runs `berthctl cni …` on these directories.
  func cni(_ arguments: String..., environment: [String: String] = [:]) async -> Outcome {
    let callsPlugins = arguments.first != "list"
    return await cni(
      arguments + (callsPlugins ? ["--cache-dir", "\(root)/cache"] : []), environment: environment)
  }

  /// Runs `berthctl cni` with exactly these arguments.
  func cni(_ arguments: [String], environment: [String: String] = [:]) async -> Outcome {
    let output = Sink()
    let errors = Sink()
    let own = ["NETCONFPATH": "\(root)/net.d", "CNI_PATH": "\(root)/bin"]
    let surroundings = Surroundings(
      environment: own.merging(environment) { _, said in said },
      console: Console(
        write: { output.add($0) }, error: { errors.add($0.hasSuffix("\n") ? $0 : $0 + "\n") }, isTerminal: { false },
        terminalColumns: { nil }),
      now: { 0 }, readStandardInput: { [] })
    let status = await Surroundings.$current.withValue(surroundings) { await Main.run(["cni"] + arguments) }
    return Outcome(status: status, output: output.content, errors: errors.content)
  }
}
