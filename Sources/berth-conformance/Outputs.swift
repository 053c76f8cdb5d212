import CNIConformance
import Glibc

/// Where the reports of a run go.
struct Outputs {
  /// All that is told of the run.
  let writers: [any ReportWriter]
  private let sinks: [(name: String, sink: ReportSink)]

  /// Opens the files, so that what cannot be written is known before anything is run.
  init(_ arguments: BerthConformance) throws(UsageFault) {
    let screen = ReportSink(descriptor: 1)
    var writers: [any ReportWriter] = []
    var sinks = [("standard output", screen)]
    if let file = arguments.file {
      let sink = ReportSink(descriptor: try Self.open(file, O_TRUNC))
      sinks.append((file, sink))
      writers = [arguments.output.writer(to: sink), ReportFormat.text.writer(to: screen)]
    } else {
      writers = [arguments.output.writer(to: screen)]
    }
    // A machine that reads the report is told nothing else there.
    let isForPeople = arguments.file != nil || arguments.output == .text
    let remarks = isForPeople ? screen : ReportSink(descriptor: 2)
    if let against = arguments.against {
      guard let comparison = Comparison(against: try BerthConformance.text(of: against)) else {
        throw UsageFault("\(against): it tells of no trial: a report of -o jsonl is wanted")
      }
      writers.append(ComparisonWriter(comparison, to: remarks))
    }
    if BerthConformance.variable("GITHUB_ACTIONS") == "true" {
      let summary = BerthConformance.variable("GITHUB_STEP_SUMMARY")
      let page = try summary.map { path throws(UsageFault) in ReportSink(descriptor: try Self.open(path, O_APPEND)) }
      writers.append(GitHubWriter(commands: remarks, summary: page))
      if let summary, let page { sinks.append((summary, page)) }
    }
    self.writers = writers
    self.sinks = sinks
  }

  /// Throws where something could not be written.
  func close() throws(UsageFault) {
    for (name, sink) in sinks {
      if let failure = sink.failure { throw UsageFault("the report could not be written to \(name): \(failure)") }
    }
  }

  private static func open(_ path: String, _ flag: CInt) throws(UsageFault) -> CInt {
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0o644)
    guard descriptor >= 0 else { throw UsageFault("\(path) cannot be written: \(String(cString: strerror(errno)))") }
    return descriptor
  }
}

extension BerthConformance {
  /// The text of a file that was named.
  static func text(of path: String) throws(UsageFault) -> String {
    guard let file = fopen(path, "r") else {
      throw UsageFault("\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = fread(&part, 1, part.count, file)
      guard count > 0 else { break }
      bytes += part[..<count]
    }
    guard ferror(file) == 0 else { throw UsageFault("\(path) cannot be read: it is no file") }
    return String(decoding: bytes, as: UTF8.self)
  }
}
