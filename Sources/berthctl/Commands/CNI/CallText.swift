import CNI
import JSON
import RuntimeAPI

/// A plugin call for people: what goes in, what comes out; nothing in it steers a terminal.
enum CallText {
  /// More of a plugin's output than this is left out.
  static let maximumOutput = 64 << 10

  /// The request: a heading, the variables, standard input.
  static func request(_ request: PluginRequest) -> String {
    let network = request.network.isEmpty ? "" : " of \(request.network)"
    let executable = request.executable.isEmpty ? "not installed" : request.executable
    let variables = request.environment.map { "\($0.key)=\($0.value)" }
    return heading("> \(request.verb.rawValue) \(request.plugin)\(network): \(executable)")
      + section("environment", variables) + section("stdin", pretty(request.configuration))
  }

  /// The answer: how the call ended and when, standard output, standard error.
  static func answer(_ response: PluginResponse, to request: PluginRequest, after time: Duration) -> String {
    let end =
      switch response.outcome {
      case .ended(let exit): "\(exit)"
      case .timedOut(let limit): "killed, since it did not end within \(limit)"
      case .cancelled: "killed, since the call was cancelled"
      case .notStarted(let reason), .failed(let reason): "failed: \(reason)"
      }
    let nanoseconds = time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000
    return heading("< \(request.verb.rawValue) \(request.plugin): \(end) after \(HumanDuration.precise(nanoseconds))")
      + section("stdout", pretty(response.stdout)) + section("stderr", lines(response.stderr))
      + section("left", response.leftover.map { [$0] } ?? [])
  }

  private static func heading(_ text: String) -> String { text.sanitised + "\n" }

  private static func section(_ name: String, _ lines: [String]) -> String {
    guard !lines.isEmpty else { return "" }
    return "  \(name)\n" + lines.map { "    \($0.sanitised(keeping: ["\t"]))\n" }.joined()
  }

  /// JSON with a member a line; anything else as it is.
  private static func pretty(_ bytes: [UInt8]) -> [String] {
    guard bytes.count <= maximumOutput else {
      let rest = "… and \(bytes.count - maximumOutput) bytes more"
      return lines(String(decoding: bytes.prefix(maximumOutput), as: UTF8.self)) + [rest]
    }
    do {
      return lines(try JSON(parsing: bytes, rules: .own).text(indent: 2))
    } catch {
      return lines(String(decoding: bytes, as: UTF8.self))
    }
  }

  private static func lines(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while lines.last == "" { lines.removeLast() }
    return lines
  }
}
