import Glibc
import PodSandbox

/// What is answered to GET beside the API: `/healthz` and `/metrics`.
struct Pages: Sendable {
  let sandboxes: any Sandboxes
  let registry: PrometheusRegistry
  let gate: AdmissionGate

  /// The pages by path.
  var byPath: [String: ConnectServer.Page] { ["/healthz": { healthz }, "/metrics": { metrics }] }

  /// 200 `ok` while requests are let in, 503 once the daemon is ending.
  private var healthz: Answer {
    var answer = Answer(
      Array((gate.isDraining ? "shutting down\n" : "ok\n").utf8), contentType: "text/plain; charset=utf-8")
    if gate.isDraining { answer.status = 503 }
    return answer
  }

  /// Prometheus' text format 0.0.4.
  private var metrics: Answer {
    Answer(
      Array((registry.text + sandboxGauges + processGauges).utf8),
      contentType: "text/plain; version=0.0.4; charset=utf-8")
  }

  private var sandboxGauges: String {
    let states = sandboxes.list(SandboxFilter()).map(\.state)
    let ready = states.count { $0 == .ready }
    return Self.family("berth_log_lines_dropped_total", "counter", ["": LogDestination.writer.dropped])
      + Self.family("berth_requests_in_progress", "gauge", ["": gate.inProgress])
      + Self.family(
        "berth_sandboxes", "gauge", [#"{state="ready"}"#: ready, #"{state="not_ready"}"#: states.count - ready])
  }

  /// Memory and descriptors, so that a leak of the daemon's own is seen.
  private var processGauges: String {
    var text = ""
    if let pages = Self.residentPages() {
      text += Self.family("process_resident_memory_bytes", "gauge", ["": pages * sysconf(Int32(_SC_PAGESIZE))])
    }
    if let count = Self.openDescriptors() { text += Self.family("process_open_fds", "gauge", ["": count]) }
    return text
  }

  private static func family(_ name: String, _ kind: String, _ samples: KeyValuePairs<String, Int>) -> String {
    samples.reduce(PrometheusRegistry.head(of: name, kind)) { $0 + "\(name)\($1.key) \($1.value)\n" }
  }

  private static func residentPages() -> Int? {
    guard let file = fopen("/proc/self/statm", "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let fields = text.split(separator: " ")
    return fields.count > 1 ? Int(fields[1]) : nil
  }

  private static func openDescriptors() -> Int? {
    guard let directory = opendir("/proc/self/fd") else { return nil }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count - 3  // ".", ".." and the directory's own
  }
}
