extension CallEvidence {
  /// One line for bash that makes this call again, as root: the network namespace first, where the call had one, or its
  /// removal, where it was gone; then the same standard input, variables and executable.
  public var shellLine: String {
    let input = standardInputBytes.isEmpty ? "" : Shell.printing(standardInputBytes) + " | "
    let variables = environment.map { " \(Self.assignment($0))" }.joined()
    // env would take a path with an equals sign for one more variable.
    let command = executable.contains("=") ? #"sh -c 'exec "$0"' "# : ""
    let call = "env -i\(variables) \(command)\(Shell.word(executable))"
    return preparation + input + call + (standardInputBytes.isEmpty ? " </dev/null" : "")
  }

  private static func assignment(_ variable: Variable) -> String {
    let name = Shell.word(variable.name)
    guard name == variable.name else { return Shell.word("\(variable.name)=\(variable.value)") }
    return variable.value.isEmpty ? "\(name)=" : "\(name)=\(Shell.word(variable.value))"
  }

  private var preparation: String {
    guard let path = self["CNI_NETNS"], !path.isEmpty else { return "" }
    if let name = Self.nameOfNamespace(path) {
      return "ip netns \(hasNetworkNamespace ? "add" : "del") \(Shell.word(name)) 2>/dev/null; "
    }
    guard hasNetworkNamespace, path.hasPrefix("/") else { return "" }
    let word = Shell.word(path)
    return "mkdir -p \"$(dirname \(word))\" && touch \(word) && unshare --net=\(word) true; "
  }

  /// The name that `ip netns` has for a path; nil where it has none.
  private static func nameOfNamespace(_ path: String) -> String? {
    for directory in ["/var/run/netns/", "/run/netns/"] where path.hasPrefix(directory) {
      let name = String(path.dropFirst(directory.count))
      return name.isEmpty || name.contains("/") || name.hasPrefix(".") || name.hasPrefix("-") ? nil : name
    }
    return nil
  }
}
