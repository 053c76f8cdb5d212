/// `-r` is the endpoint before `runp` and the runtime handler after it, as with crictl.
///
/// ArgumentParser takes a parent's options wherever they stand, so the handler's short flag is spelled out beforehand.
enum RuntimeFlag {
  private static let optionsWithValue: Set = ["-r", "--runtime-endpoint", "-t", "--timeout", "-c", "--config"]

  /// Where the command's name stands, behind the options for all commands; past the end if there is none.
  static func commandIndex(in arguments: [String]) -> Int {
    var index = 0
    while index < arguments.count, arguments[index].hasPrefix("-") {
      index += optionsWithValue.contains(arguments[index]) ? 2 : 1
    }
    return index
  }

  static func spelledOut(in arguments: [String]) -> [String] {
    let index = commandIndex(in: arguments)
    guard index < arguments.count, arguments[index] == "runp" else { return arguments }
    return arguments[...index]
      + arguments[(index + 1)...].map { argument in
        if argument == "-r" { return "--runtime" }
        return argument.hasPrefix("-r=") ? "--runtime=" + argument.dropFirst(3) : argument
      }
  }
}
