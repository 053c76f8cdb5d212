import LinuxKernel

/// A case to be tried on a subject.
struct TrialJob: Sendable {
  /// What is expected.
  let candidate: Case
  /// Of what.
  let subject: Subject
  /// Its place in the run.
  let number: Int
  /// The time one call has.
  let timeout: Duration
  /// What its choices by chance come from.
  let seed: UInt64
  /// What verbs may cost; nil where nobody has said.
  var budget: Budget?

  /// The time all of it has: some calls may take theirs to the end.
  var deadline: Duration { .seconds(90) + timeout * 6 }

  /// Tries it, inside.
  func run(_ host: TrialHost) {
    let start = SuspendingClock.now
    let trial = Trial(subject, name: "conformance-\(number)", timeout: timeout, seed: seed, host: host) { call in
      host.tell(.call(CallEvidence(call)))
    }
    trial.budget = budget
    let verdict = candidate.verdict(trial)
    host.tell(
      .over(
        CaseReport(
          candidate, subject: subject, verdict: verdict,
          milliseconds: start.duration(to: .now) / .milliseconds(1), calls: [], figures: trial.figures)))
  }

  /// What came of it, outside; nil where the trial could not begin at all.
  func report(_ process: TrialProcess, elapsed: Duration) -> Result<CaseReport, TrialBroken> {
    var calls: [CallEvidence] = []
    var over: CaseReport?
    for message in process.messages {
      switch message {
      case .call(let call): calls.append(call)
      case .over(let report): over = report
      case .broken(let why): return .failure(TrialBroken(why: why))
      case .other: continue
      }
    }
    let verdict = over?.verdict ?? .failed([end(process, calls.count)])
    return .success(
      CaseReport(
        candidate, subject: subject, verdict: verdict,
        milliseconds: over?.milliseconds ?? elapsed / .milliseconds(1), calls: calls, figures: over?.figures ?? []))
  }

  private func end(_ process: TrialProcess, _ calls: Int) -> String {
    let noise = process.noise.isEmpty ? "" : "; it printed: \(process.noise)"
    return process.wasKilled
      ? "the trial did not end within \(process.patience), after \(calls) calls, and was killed\(noise)"
      : "the trial's own process was ended after \(calls) calls\(noise)"
  }
}

/// A trial that could not begin: nothing can be tried here.
struct TrialBroken: Error, CustomStringConvertible {
  let why: String
  var description: String { why }
}
