import ArgumentParser
import RuntimeAPI

/// Which pods a command that ends pods is to end: those named, those that the filters let pass, or all.
struct PodSelection: ParsableArguments {
  @Argument(help: "Ids or beginnings of them, names, or namespace/name.")
  var pods: [String] = []

  @OptionGroup var filter: PodFilter

  @Flag(name: .shortAndLong, help: "All pods.")
  var all = false

  func validate() throws {
    let ways = [!pods.isEmpty, filter.isGiven, all].count { $0 }
    if ways == 0 { throw ValidationError("Missing expected argument '<pods> ...', a filter, or --all") }
    if pods.contains("") { throw ValidationError("a pod's id or name cannot be empty") }
    if ways > 1 { throw ValidationError("Either pods, filters or --all, not several of them") }
  }

  /// Asks which they are; each is there, and none comes twice.
  ///
  /// - Parameters:
  ///   - verb: What is to be done with them.
  ///   - others: What else a word may mean that is no pod's.
  func found(
    _ session: Session, for command: String, to verb: String, others: [CRI.PodSandbox] = []
  ) async throws(CommandFailure.Reason) -> [CRI.PodSandbox] {
    guard !pods.isEmpty else {
      let found = try await filter.sandboxes(session)
      if found.isEmpty {
        session.console.error("berthctl: \(command): \(all ? "there are no pods to \(verb)" : "no pod matches")")
      }
      return found
    }
    let (known, others) = (try await session.knownPods(), KnownPods(pods: others))
    var found: [CRI.PodSandbox] = []
    var missing: [String] = []
    for word in pods {
      do throws(CommandFailure.Reason) {
        var pod = try known.findIfThere(word)
        if pod == nil { pod = try others.findIfThere(word) }
        guard let pod else { throw known.absence(of: word) }
        if !found.contains(where: { $0.id == pod.id }) { found.append(pod) }
      } catch {
        missing += error.lines
      }
    }
    // Nothing is done by half: whoever mistyped one may have meant others, too.
    if !missing.isEmpty { throw .init(lines: missing) }
    return found
  }
}
