import LinuxKernel

/// Steps of a transaction that are done one after the other beside those that follow them, on a thread of their own.
struct Branch<Subject: StepSubject>: Sendable {
  /// What came of them.
  struct End: Sendable {
    /// As they left it.
    let subject: Subject
    /// The one that failed, and why.
    let fault: (step: StepName, cause: any Error)?
  }

  private let ending = Handoff<End>()

  /// Tells, once, that nothing of it goes on any more.
  func give(_ end: End) { ending.give(end) }

  /// Waits for its end. Each of its steps has its watchdog, so that there is one.
  func end() -> End { ending.take() }
}
