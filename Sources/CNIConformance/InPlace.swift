public import CNI

/// Runs cases in the namespaces that the process is in.
public enum InPlace {
  /// Tries the cases whose id the text is in, and prints what came of them.
  public static func run(_ list: NetworkConfigurationList, pluginDirectories: [String], matching text: String) throws {
    var trials = 0
    for subject in try Subject.all(of: list, pluginDirectories: pluginDirectories) {
      for candidate in Catalogue.cases
      where candidate.subjects.contains(subject.kind) && (text.isEmpty || candidate.id.contains(text)) {
        var calls: [Call] = []
        trials += 1
        let trial = Trial(subject, name: "trial\(trials)", timeout: .seconds(10)) { calls.append($0) }
        let verdict = candidate.verdict(trial)
        print(subject.name, candidate.id, verdict)
        guard case .failed = verdict else { continue }
        for call in calls {
          print("   ", call.request.plugin, call.request["CNI_COMMAND"] ?? "(no verb)", call.outcome)
        }
      }
    }
  }
}
