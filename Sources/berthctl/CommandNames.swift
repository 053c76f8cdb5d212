import ArgumentParser
import JSON

/// The names of commands, for whoever types one that is not there.
enum CommandNames {
  /// crictl's commands for containers and images, and the command for pods that may be meant.
  private static let ofContainers: [String: String?] = [
    "attach": nil, "checkpoint": nil, "create": nil, "exec": nil, "imagefsinfo": nil, "images": nil, "image": nil,
    "img": nil, "inspect": "inspectp", "inspecti": nil, "logs": nil, "port-forward": nil, "ps": "pods", "pull": nil,
    "rm": "rmp", "rmi": nil, "run": "runp", "start": nil, "stats": nil, "stop": "stopp", "update": nil,
  ]

  private static func isForShell(_ option: String) -> Bool {
    option.hasPrefix("---") || option.hasPrefix("--generate-completion-script")
  }

  /// Refuses a command line whose command is not there.
  static func check(_ arguments: [String]) throws(ValidationError) {
    let index = RuntimeFlag.commandIndex(in: arguments)
    // Completion scripts have options of their own, which the parser knows.
    guard index < arguments.count, !arguments[..<index].contains(where: isForShell) else { return }
    let name = arguments[index]
    let known = Berthctl.configuration.subcommands.map { $0.configuration.commandName ?? $0._commandName } + ["help"]
    guard !known.contains(where: { $0.hasSameBytes(as: name) }) else { return }
    if let meant = ofContainers[name] {
      let hint = meant.map { "; for pods there is \"\($0)\"" } ?? ""
      throw ValidationError(
        "\"\(name)\" is for containers and images, and Berth has none: it runs pods' sandboxes only\(hint)")
    }
    let hint = NearestName.of(name, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
    throw ValidationError("there is no command \"\(name.beginning(64).sanitised)\"\(hint)")
  }
}
