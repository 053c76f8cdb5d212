import LinuxKernel
import Testing

@testable import PodSandbox

extension Registry {
  /// Changes the table where nothing is refused.
  func alter<T: Sendable>(_ body: (inout RegistryState) -> T) -> T? {
    do throws(SandboxError) {
      return try change { (state) throws(SandboxError) in body(&state) }
    } catch {
      Issue.record("nothing is refused: \(error)")
      return nil
    }
  }

  /// Puts an entry at an id, as the service does.
  func put(_ entry: Entry?, at id: String) { alter { $0.put(entry, at: id) } }

  /// Puts what a record has become.
  func put(_ record: SandboxRecord, isAlive: Bool = false) throws {
    let sandbox = try Samples.sandbox(record, isAlive: isAlive)
    guard record.stage == .owed else { return put(.sandbox(sandbox), at: record.id) }
    put(.owed(Debt(sandbox: sandbox, reason: .networks, since: record.owedSince ?? 0)), at: record.id)
  }

  func collect(_ id: String) -> Bool { alter { $0.collect(id) } == true }

  func end(_ id: String, isClean: Bool) { alter { $0.endCollection(id, isClean: isClean) } }

  /// Admits a request; the id is the sample of this number.
  func admit(
    _ configuration: PodSandboxConfiguration = Samples.configuration(), _ number: Int = 1, handler: String = ""
  ) throws(SandboxError) -> Admission {
    try admit(configuration, runtimeHandler: handler) { Samples.id(number) }
  }

  /// Who has the name.
  func holder(_ name: String = "web") -> String? {
    read { $0.names[SandboxName(Samples.configuration(name).metadata)] }
  }

  var isEmpty: Bool { read { $0.places.isEmpty && $0.names.isEmpty } }
}

extension Admission {
  var run: Run? { if case .start(let run, _) = self { run } else { nil } }
  var joined: Run? { if case .join(let run) = self { run } else { nil } }
  var outcome: RunOutcome? { if case .exists(let outcome) = self { outcome } else { nil } }
  var end: (@Sendable () async -> Void)? { if case .wait(let end) = self { end } else { nil } }
}
