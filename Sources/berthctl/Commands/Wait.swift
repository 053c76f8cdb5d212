import ArgumentParser
import RuntimeAPI

/// `berthctl wait POD --for STATE`
struct Wait: SessionCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait", abstract: "Wait until a pod is ready, is not ready, or is removed.",
    discussion: """
      A pod that is being run is waited for; one that nobody knows is an error, also where its removal is waited for. It waits \
      for 30 seconds, or as long as --timeout says.
      """)

  enum Goal: String, ExpressibleByArgument, CaseIterable { case ready, notready, removed }

  @ParentCommand var root: Berthctl

  @Argument(help: "The pod: its id or the beginning of it, its name, or namespace/name.")
  var pod: String

  @Option(name: .customLong("for"), help: "ready, notready or removed.")
  var goal: Goal = .ready

  func run(_ session: Session) async throws(CommandFailure.Reason) {
    let (limit, pod, goal) = (session.settings.explicitTimeout ?? .seconds(30), pod, goal)
    let session = session.untimed
    let outcome = await withTaskGroup(of: Result<Void, CommandFailure.Reason>.self) { group in
      group.addTask { await result { () throws(CommandFailure.Reason) in try await wait(session) } }
      group.addTask {
        await pause(limit)
        return .failure(.init("pod \(pod) was not \(goal.rawValue) within \(limit)"))
      }
      defer { group.cancelAll() }
      return await group.next() ?? .success(())
    }
    try outcome.get()
  }

  private func wait(_ session: Session) async throws(CommandFailure.Reason) {
    let begun = try await session.call(BerthService.listPods, .init())
    // Whoever it is, it stays the same one: a name may pass on to another.
    let id = try target(begun)
    try await session.events {
      () throws(CommandFailure.Reason) in
      while true {
        switch try await state(session, id) {
        case .reached: return true
        case .unreached: return false
        // No event tells that a run has failed.
        case .beingRun: await pause(.milliseconds(100))
        }
      }
    } each: { (_) throws(CommandFailure.Reason) in
      try await state(session, id) == .reached
    }
  }

  private enum State { case reached, unreached, beingRun }

  private func target(_ answer: Berth.ListPodsResponse) throws(CommandFailure.Reason) -> String {
    let known = KnownPods(pods: answer.pods.compactMap(\.sandbox))
    if let pod = try known.findIfThere(pod) { return pod.id }
    let running = answer.operations.filter { $0.operation == "RunPodSandbox" }.map {
      CRI.PodSandbox(id: $0.podSandboxId, metadata: .init(name: $0.name, namespace: $0.namespace), state: .notReady)
    }
    guard let run = try KnownPods(pods: running).findIfThere(pod) else { throw known.absence(of: pod) }
    return run.id
  }

  private func state(_ session: Session, _ id: String) async throws(CommandFailure.Reason) -> State {
    let answer = try await session.call(BerthService.listPods, .init())
    if answer.operations.contains(where: { $0.podSandboxId == id && $0.operation == "RunPodSandbox" }) {
      return .beingRun
    }
    switch (answer.pods.lazy.compactMap(\.sandbox).first { $0.id == id }?.state, goal) {
    case (.ready, .ready), (.notReady, .notready), (nil, .removed): return .reached
    case (nil, _): throw .init("pod \(pod) is gone")
    default: return .unreached
    }
  }
}

/// Waits; a cancelled task goes on at once.
func pause(_ duration: Duration) async { try? await Task.sleep(for: duration) }
