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
    return """
      # TYPE berth_requests_in_progress gauge
      berth_requests_in_progress \(gate.inProgress)
      # TYPE berth_sandboxes gauge
      berth_sandboxes{state="ready"} \(ready)
      berth_sandboxes{state="not_ready"} \(states.count - ready)

      """
  }

  /// Memory and descriptors, so that a leak of the daemon's own is seen.
  private var processGauges: String {
    var text = ""
    if let pages = Self.residentPages() {
      text +=
        "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes \(pages * sysconf(Int32(_SC_PAGESIZE)))\n"
    }
    if let count = Self.openDescriptors() {
      text += "# TYPE process_open_fds gauge\nprocess_open_fds \(count)\n"
    }
    return text
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
