import CNI
import Glibc
import JSON

/// One behaviour, carried out.
struct Performance {
  let call: Call
  /// nil where the call goes through another plugin with a verb that there is not, or none.
  let verb: Verb?
  let behaviour: Behaviour
  let script: Script?

  func run() throws(PluginError) -> Never {
    if behaviour.isTrue("ignoreTerm") { signal(SIGTERM, SIG_IGN) }
    try mark("mark")
    if let text = behaviour.string("stderr") { Output.write(Array(text.utf8), to: STDERR_FILENO) }
    if let count = behaviour.integer("stderrBytes") { Output.fill(count, to: STDERR_FILENO) }
    let memory = [UInt8](repeating: 1, count: behaviour.integer("memoryBytes") ?? 0)
    defer { withExtendedLifetime(memory) {} }
    if let child = behaviour["child"] { try Child.start(child) }
    if let delay = behaviour.integer("delayMilliseconds") { usleep(UInt32(clamping: delay * 1000)) }
    if let hang = behaviour["hang"], hang.bool != false {
      guard wait(untilFile: hang["untilFile"]?.string, seconds: hang["seconds"]?.integer ?? 600) else {
        throw PluginError(102, "noop: hung long enough")
      }
    }
    if let command = behaviour["run"]?.array { try Child.run(command.compactMap(\.string)) }
    try shell("run", input: call.standardInput)
    let passed = try Passage(call, behaviour, script)?.go()
    let output = try behaviour["filter"] == nil ? passed?.output : shell("filter", input: passed?.output ?? [])
    try shell("runAfter", input: output ?? [])
    try mark("markAfter")
    print(output)
    if let number = behaviour.integer("signal") { die(by: Int32(truncatingIfNeeded: number)) }
    let status = behaviour.integer("exit") ?? (failsByDocument ? 1 : Int(passed?.status ?? 0))
    exit(Int32(truncatingIfNeeded: status))
  }

  private var failsByDocument: Bool { behaviour["error"] != nil && !behaviour.hasRawOutput }

  /// Runs a command that the script gives as a text, and gives its output.
  @discardableResult
  private func shell(_ key: String, input: [UInt8]) throws(PluginError) -> [UInt8]? {
    guard let text = behaviour.string(key) else { return nil }
    let outcome = try Program.shell(text, call.variables, input: input)
    guard outcome.status == 0 else {
      throw PluginError(101, "noop: \(key) failed", details: "exit status \(outcome.status) of \(text)")
    }
    return outcome.output
  }

  private func mark(_ key: String) throws(PluginError) {
    guard let path = behaviour.string(key) else { return }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw PluginError(100, "noop: cannot write the mark \(path)", details: lastError()) }
    Output.write(Array("\(verb?.rawValue ?? "") \(call["CNI_CONTAINERID"] ?? "")\n".utf8), to: descriptor)
    close(descriptor)
  }

  /// Writes what the script says, or else the output that came out of the other plugin.
  private func print(_ output: [UInt8]?) {
    let output = behaviour.isTrue("drop") ? output.map { _ in [] } : output
    if behaviour.hasRawOutput {
      Output.write(Array((behaviour.string("stdout") ?? "").utf8), to: STDOUT_FILENO)
      Output.write(hexBytes(behaviour.string("stdoutHex") ?? ""), to: STDOUT_FILENO)
      if let count = behaviour.integer("stdoutBytes") { Output.fill(count, to: STDOUT_FILENO) }
      if behaviour.isTrue("endless") { Output.fill(.max, to: STDOUT_FILENO) }
      Output.write(output ?? [], to: STDOUT_FILENO)
      Output.write(Array((behaviour.string("stdoutEnd") ?? "").utf8), to: STDOUT_FILENO)
    } else if let document = behaviour["error"].map(error) ?? behaviour["result"].map({ Result.converted($0, call) }) {
      Output.write(document.serialized() + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
    } else if let output {
      Output.write(output, to: STDOUT_FILENO)
    } else if let document = Result(self).document {
      Output.write(document.serialized() + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
    }
  }

  private func error(_ scripted: JSON) -> JSON {
    PluginError(
      scripted["code"]?.integer ?? 999, scripted["msg"]?.string ?? "noop: scripted error",
      details: scripted["details"]?.string
    ).json(version: call.version)
  }

  private func die(by number: Int32) -> Never {
    // Nobody wants its core.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    signal(number, SIG_DFL)
    kill(getpid(), number)
    while true { pause() }
  }
}

/// Waits until a file is there; false when the time is over first.
func wait(untilFile path: String?, seconds: Int) -> Bool {
  for _ in 0..<(seconds * 200) {
    if let path, access(path, F_OK) == 0 { return true }
    usleep(5000)
  }
  return false
}

private func hexBytes(_ text: String) -> [UInt8] {
  let digits = text.compactMap(\.hexDigitValue)
  return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
