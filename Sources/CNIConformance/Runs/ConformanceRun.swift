public import CNI
import Glibc
import LinuxKernel

/// Runs cases on subjects, each pair in namespaces of its own.
public enum ConformanceRun {
  /// Tries the cases whose id the text is in, and prints what came of them.
  public static func run(_ list: NetworkConfigurationList, pluginDirectories: [String], matching text: String) throws {
    var jobs: [TrialJob] = []
    for subject in try Subject.all(of: list, pluginDirectories: pluginDirectories) {
      for candidate in Catalogue.cases
      where candidate.subjects.contains(subject.kind) && (text.isEmpty || candidate.id.contains(text)) {
        jobs.append(
          TrialJob(candidate: candidate, subject: subject, number: jobs.count, timeout: .seconds(10), seed: 0))
      }
    }
    let isolation = try Isolation(needed: pluginDirectories, data: [])
    defer { isolation.close() }
    try TrialRunner(isolation, width: sysconf(Int32(_SC_NPROCESSORS_ONLN))).run(jobs) { report in
      print(report.subject, report.id, report.verdict, report.milliseconds)
      guard case .failed = report.verdict else { return }
      for call in report.calls { print("   ", call.plugin, call.outcome, call.standardOutput) }
    }
  }
}
