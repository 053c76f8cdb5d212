extension Berth {
  /// What was found of one sandbox that is none any more, and what became of it.
  public struct Garbage: Message {
    /// The sandbox it once belonged to.
    public var podSandboxId: String
    /// What was found, such as the paths of namespaces, cgroups, directories and records.
    public var found: [String]
    /// How the clean-up went, newest step first; empty in a dry run.
    public var undo: [UndoReport.Step]
    /// What could not be removed and why; empty when all is gone, and in a dry run.
    public var error: String

    /// Makes the message; what is left out has its proto3 default.
    public init(podSandboxId: String = "", found: [String] = [], undo: [UndoReport.Step] = [], error: String = "") {
      self.podSandboxId = podSandboxId
      self.found = found
      self.undo = undo
      self.error = error
    }
  }

  /// Asks for what belongs to no sandbox to be removed.
  public struct CollectGarbageRequest: Message {
    /// Only look, change nothing.
    public var dryRun: Bool

    /// Makes the message; what is left out has its proto3 default.
    public init(dryRun: Bool = false) {
      self.dryRun = dryRun
    }
  }

  /// What was found, and what became of it.
  public struct CollectGarbageResponse: Message {
    /// What was found, by sandbox.
    public var garbage: [Garbage]

    /// Makes the message; what is left out has its proto3 default.
    public init(garbage: [Garbage] = []) {
      self.garbage = garbage
    }
  }
}

extension BerthService {
  /// Finds what this daemon has made and belongs to none of its sandboxes, and removes it unless only asked to look.
  public static let collectGarbage = RPC<Berth.CollectGarbageRequest, Berth.CollectGarbageResponse>(
    service: name, method: "CollectGarbage")
}
