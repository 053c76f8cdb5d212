import CNI
import Glibc
import LinuxKernel

/// Runs trials, some at a time, and tells what came of each in the order in which they were planned.
final class TrialRunner {
  private let isolation: Isolation
  private let width: Int
  private let interruption: Interruption
  private var running: [(job: TrialJob, process: TrialProcess, start: SuspendingClock.Instant)] = []
  private var done: [Int: CaseReport] = [:]

  /// - Parameter width: how many run at once; those whose figures count run alone.
  init(_ isolation: Isolation, width: Int, _ interruption: Interruption) {
    self.isolation = isolation
    self.interruption = interruption
    self.width = width
  }

  /// Throws where the namespaces cannot be made, and when it is interrupted; then nothing is left of what ran.
  func run(_ jobs: [TrialJob], _ report: (CaseReport) -> Void) throws {
    defer { stop() }
    try go(jobs, report)
  }

  private func go(_ jobs: [TrialJob], _ report: (CaseReport) -> Void) throws {
    var (next, told) = (0, 0)
    while told < jobs.count {
      while next < jobs.count, running.count < width, mayBegin(jobs[next]) {
        try begin(jobs[next])
        next += 1
      }
      try wait()
      while told < jobs.count, let finished = done.removeValue(forKey: jobs[told].number) {
        report(finished)
        told += 1
      }
    }
  }

  /// Ends what runs.
  private func stop() {
    for trial in running { trial.process.kill() }
    for trial in running {
      while !look(at: trial.process) {}
      isolation.end(trial.process)
    }
    running = []
  }

  private func mayBegin(_ job: TrialJob) -> Bool {
    running.isEmpty || (!job.runsAlone && running.allSatisfy { !$0.job.runsAlone })
  }

  private func begin(_ job: TrialJob) throws {
    let uplinks = TrialNetwork.uplinks(job.subject.list.plugins.map(\.object))
    let process = try isolation.begin(uplinks: uplinks, deadline: job.deadline) { job.run($0) }
    running.append((job, process, .now))
  }

  private func look(at process: TrialProcess) -> Bool {
    process.look(Poll.wait(for: process.descriptors, until: process.nextLook)[...])
  }

  private func wait() throws {
    let descriptors = running.flatMap(\.process.descriptors)
    let deadline = running.compactMap(\.process.nextLook).min()
    let ready = Poll.wait(for: descriptors + [(interruption.event?.raw, POLLIN)], until: deadline)
    if ready[descriptors.count] { throw RunInterrupted() }
    for index in running.indices.reversed() {
      let trial = running[index]
      guard trial.process.look(ready[index * 3..<index * 3 + 3]) else { continue }
      running.remove(at: index)
      isolation.end(trial.process)
      done[trial.job.number] = try trial.job.report(trial.process, elapsed: trial.start.duration(to: .now)).get()
    }
  }
}

extension TrialJob {
  /// Whether others at its side would spoil what it measures.
  var runsAlone: Bool { candidate.level == .speed || candidate.level == .traffic }
}
