/// What came of a case on a subject.
public enum Verdict: Sendable, Hashable {
  /// It is as expected.
  case passed
  /// It is not; each violation in words.
  case failed([String])
  /// The case says nothing about this subject; why.
  case skipped(String)
}

extension Case {
  /// Tries the case, in the namespaces that the calling thread is in.
  func verdict(_ trial: Trial) -> Verdict {
    do {
      try body(trial)
    } catch TrialEnd.skipped(let why) where trial.violations.isEmpty {
      return .skipped(why)
    } catch TrialEnd.skipped, TrialEnd.violated {
    } catch {
      trial.violate("\(error)")
    }
    return trial.violations.isEmpty ? .passed : .failed(trial.violations)
  }
}
