import CNI
import Glibc
import JSON

/// One behaviour, carried out.
struct Performance {
  let call: Call
  let verb: Verb
  let behaviour: Behaviour
  let script: Script?

  func run() throws(PluginError) -> Never {
    if behaviour.isTrue("ignoreTerm") { signal(SIGTERM, SIG_IGN) }
    try mark("mark")
    if let text = behaviour.string("stderr") { Output.write(Array(text.utf8), to: STDERR_FILENO) }
    if let count = behaviour.integer("stderrBytes") { Output.fill(count, to: STDERR_FILENO) }
    if let child = behaviour["child"] { try Child.start(child) }
    if let delay = behaviour.integer("delayMilliseconds") { usleep(UInt32(clamping: delay * 1000)) }
    if let hang = behaviour["hang"], hang.bool != false {
      guard wait(untilFile: hang["untilFile"]?.string, seconds: hang["seconds"]?.integer ?? 600) else {
        throw PluginError(102, "noop: hung long enough")
      }
    }
    if let command = behaviour["run"]?.array { try Child.run(command.compactMap(\.string)) }
    try mark("markAfter")
    print()
    if let number = behaviour.integer("signal") { die(by: Int32(truncatingIfNeeded: number)) }
    exit(Int32(truncatingIfNeeded: behaviour.integer("exit") ?? (failsByDocument ? 1 : 0)))
  }

  private var failsByDocument: Bool { behaviour["error"] != nil && !behaviour.hasRawOutput }

  private func mark(_ key: String) throws(PluginError) {
    guard let path = behaviour.string(key) else { return }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw PluginError(100, "noop: cannot write the mark \(path)", details: lastError()) }
    Output.write(Array("\(verb.rawValue) \(call["CNI_CONTAINERID"] ?? "")\n".utf8), to: descriptor)
    close(descriptor)
  }

  private func print() {
    if behaviour.hasRawOutput {
      Output.write(Array((behaviour.string("stdout") ?? "").utf8), to: STDOUT_FILENO)
      Output.write(hexBytes(behaviour.string("stdoutHex") ?? ""), to: STDOUT_FILENO)
      if let count = behaviour.integer("stdoutBytes") { Output.fill(count, to: STDOUT_FILENO) }
      if behaviour.isTrue("endless") { Output.fill(.max, to: STDOUT_FILENO) }
      Output.write(Array((behaviour.string("stdoutEnd") ?? "").utf8), to: STDOUT_FILENO)
    } else if let document = behaviour["error"].map(error) ?? behaviour["result"].map({ Result.converted($0, call) })
      ?? Result(self).document
    {
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
