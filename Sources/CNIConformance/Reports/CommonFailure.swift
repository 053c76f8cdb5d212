/// What many cases of one subject failed by alike: mostly one fault that stands before all of them, such as an ADD that never works.
public struct CommonFailure: Sendable, Hashable {
  /// What each of them saw first.
  public let words: String
  /// The trials, in their order.
  public let reports: [CaseReport]

  /// So many alike are told of once.
  private static let least = 5

  /// In one line: whose, how many, what was seen.
  public var text: String {
    "\(reports[0].subject), version \(reports[0].version): \(reports.count) cases saw the same: \(words)"
  }

  /// Parts failures into what many have in common, in the order of the first of each, and those that stand alone.
  static func parting(_ reports: [CaseReport]) -> (common: [CommonFailure], alone: [CaseReport]) {
    var groups: [[String]: [CaseReport]] = [:]
    for report in reports { groups[key(report), default: []].append(report) }
    var (common, alone) = ([CommonFailure](), [CaseReport]())
    for report in reports {
      let group = groups[key(report)] ?? []
      if group.count < least {
        alone.append(report)
      } else if group[0] == report {
        common.append(CommonFailure(words: sight(report), reports: group))
      }
    }
    return (common, alone)
  }

  private static func key(_ report: CaseReport) -> [String] { [report.subject, report.version, sight(report)] }

  /// The first violation, in which the trial's own names are left out.
  private static func sight(_ report: CaseReport) -> String {
    guard case .failed(let violations) = report.verdict else { return "" }
    return (violations.first ?? "").replacing(/conformance-[0-9]+(-[0-9]+)?/, with: "conformance-N")
  }
}
