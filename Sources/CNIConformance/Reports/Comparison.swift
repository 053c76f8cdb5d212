import JSON

/// What has changed since an earlier run, whose report of JSON lines was kept.
public struct Comparison: Sendable {
  /// What a trial is told by in both runs.
  private struct Key: Hashable {
    let network: String
    let version: String
    let subject: String
    let id: String

    init(_ report: CaseReport) {
      network = report.network
      version = report.version
      subject = report.subject
      id = report.id
    }
  }

  /// What passed, and fails.
  public private(set) var worse: [CaseReport] = []
  /// What failed, and passes.
  public private(set) var better: [CaseReport] = []
  /// What passed or failed, and is skipped.
  public private(set) var noLongerTried: [CaseReport] = []
  /// What was not in the earlier run.
  public private(set) var new: [CaseReport] = []
  /// Figures that are worse by more than a quarter, in words.
  public private(set) var slower: [String] = []

  private let old: [Key: CaseReport]

  /// A comparison with the lines of an earlier report; nil where not one of them tells of a trial.
  public init?(against lines: String) {
    let reports = lines.split(whereSeparator: \.isNewline).compactMap { line in
      (try? JSON(parsing: Array(line.utf8))).flatMap { CaseReport($0) }
    }
    guard !reports.isEmpty else { return nil }
    old = Dictionary(reports.map { (Key($0), $0) }) { _, last in last }
  }

  /// Compares one trial.
  public mutating func add(_ report: CaseReport) {
    guard let before = old[Key(report)] else {
      new.append(report)
      return
    }
    switch (before.verdict, report.verdict) {
    case (.failed, .failed), (.skipped, .skipped), (.skipped, .passed): break
    case (.passed, .failed), (.skipped, .failed): worse.append(report)
    case (.failed, .passed): better.append(report)
    case (.passed, .skipped), (.failed, .skipped): noLongerTried.append(report)
    case (.passed, .passed): compare(before.figures, with: report)
    }
  }

  private mutating func compare(_ figures: [Figure], with report: CaseReport) {
    for figure in report.figures {
      guard let before = figures.first(where: { $0.name == figure.name }), before.value > 0 else { continue }
      // A rate is better when it is higher; whatever else is measured, time or a number of processes, when it is lower.
      let isRate = figure.name.hasSuffix("/s")
      let isWorse = isRate ? figure.value * 1.25 < before.value : figure.value > before.value * 1.25
      guard isWorse else { continue }
      slower.append(
        "\(report.subject) \(report.id), \(figure.name): \(decimal(before.value)), now \(decimal(figure.value))")
    }
  }

  /// All of it as lines; one line where nothing has changed.
  public var lines: [String] {
    func named(_ word: String, _ reports: [CaseReport]) -> [String] {
      reports.map { "\(word): \($0.subject) \($0.id), network \($0.network), version \($0.version)" }
    }
    let lines =
      named("worse", worse) + slower.map { "slower: \($0)" } + named("no longer tried", noLongerTried)
      + named("better", better) + named("new", new)
    return lines.isEmpty ? ["nothing has changed since the earlier report"] : lines
  }
}
