public import JSON

/// A report that programs read: a line of JSON for the plan, one for each trial as it ends, one for the summary.
public final class JSONLinesWriter: ReportWriter {
  private let sink: ReportSink

  /// A writer.
  public init(_ sink: ReportSink) { self.sink = sink }

  /// Nothing was tried yet.
  public func begin(_ plan: RunPlan) { write(plan.json) }

  /// One trial is over.
  public func add(_ report: CaseReport, _ assessment: Assessment) {
    guard case .object(var object) = report.json else { return }
    object["assessment"] = .string(assessment.word.lowercased())
    switch assessment {
    case .failedAsExpected(let known), .passedUnexpectedly(let known): object["known"] = .string(known.reason)
    case .passed, .failed, .warned, .skipped: break
    }
    write(.object(object))
  }

  /// All trials are over.
  public func end(_ summary: Summary) { write(summary.json) }

  private func write(_ json: JSON) { sink.write(json.text() + "\n") }
}

extension Summary {
  /// As the last line of a report of JSON lines has it.
  public var json: JSON {
    .object([
      "summary": .object([
        "trials": .integer(trials), "passed": .integer(passed), "failed": .integer(failed.count),
        "warned": .integer(warned.count), "skipped": .integer(skipped), "expected": .integer(failedAsExpected),
      ]),
      "passesAgain": .array(
        outdated.map {
          .object([
            "plugin": .string($0.plugin), "version": .string($0.versions.text), "case": .string($0.caseID),
            "reason": .string($0.reason),
          ])
        }),
      "seconds": .number(decimal(elapsed / .seconds(1))), "exitStatus": .integer(exitStatus),
    ])
  }
}
