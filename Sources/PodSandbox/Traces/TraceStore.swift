import FoundationEssentials
import LinuxKernel
import Synchronization

/// The traces of operations that have ended, below `<state>/traces`: bounded in number and in bytes, never synced, gone with
/// the boot. Memory holds only those under way.
///
/// A sandbox's run, and its last stop, or remove that failed, are kept as long as it is; those of the runs that failed last
/// are kept under their ids.
final class TraceStore: Sendable {
  /// The longest trace that is kept whole.
  private static let sizeLimit = 1 << 20

  private let directory: String
  private let limit: Int
  /// The ids of the runs that failed, the oldest first.
  private let failed: Mutex<[String]>
  /// Those that are still to be written, by their path.
  private let pending = Mutex<[String: Trace]>([:])

  /// - Parameter limit: How many failed runs are remembered.
  init(state: String, limit: Int) throws(KernelError) {
    directory = state + "/traces"
    self.limit = limit
    try Directories.create(directory, mode: 0o700, group: nil)
    try DurableFile.removeTemporaryFiles(in: directory)
    let names = try Directories.names(in: directory).filter { $0.hasSuffix(Kind.failed.suffix) }
    failed = Mutex(names.sorted().compactMap { $0.split(separator: ".").dropFirst().first.map(String.init) })
  }

  /// What a trace is kept as.
  enum Kind: Sendable, CaseIterable {
    /// The run of a sandbox that is there.
    case run
    /// The last stop, recovery, or remove that failed.
    case last
    /// A run that failed.
    case failed

    fileprivate var suffix: String {
      switch self {
      case .run: ".run"
      case .last: ".last"
      case .failed: ".failed"
      }
    }
  }

  /// Keeps a trace. It can be found at once, and is written when the closure that this returns is run: when the operation's
  /// answer is on its way. One that cannot be written is lost.
  func keep(_ trace: Trace, as kind: Kind) -> @Sendable () -> Void {
    let path = path(trace.sandboxID, kind, startedAt: trace.startedAt)
    pending.withLock { $0[path] = trace }
    let stale = kind == .failed ? remember(trace.sandboxID) : []
    return { [self] in
      guard isPending(trace, at: path) else { return drop(stale) }
      write(trace, to: path)
      // Forgotten while it was being written: then it goes again.
      let isKept = pending.withLock { $0.removeValue(forKey: path) != nil }
      // So many may have failed since that it is one too many itself.
      let isStale = kind == .failed && !failed.withLock { $0.contains(trace.sandboxID) }
      if !isKept || isStale { remove(path) }
      drop(stale)
    }
  }

  private func isPending(_ trace: Trace, at path: String) -> Bool { pending.withLock { $0[path] == trace } }

  /// The traces of the sandbox, or of the failed runs whose id begins with `id`, in the order of their time; blocks for as long
  /// as reading takes. What cannot be read is left out.
  func find(_ id: String) -> [Trace] {
    let failed = failed.withLock { $0.filter { $0.utf8.starts(with: id.utf8) } }
    let waiting = pending.withLock { $0 }
    let names = failed.isEmpty ? [] : (try? Directories.names(in: directory)) ?? []
    let stored = names.map { directory + "/" + $0 } + waiting.keys
    let files = Set(stored).filter { path in failed.contains { path.hasSuffix(".\($0)\(Kind.failed.suffix)") } }
    let all = [Kind.run, .last].map { path(id, $0, startedAt: 0) } + files.sorted()
    return all.compactMap { waiting[$0] ?? read($0) }
  }

  /// Forgets a sandbox that is gone, a trace that is still to be written included.
  func forget(_ id: String) {
    for kind in [Kind.run, .last] {
      let path = path(id, kind, startedAt: 0)
      pending.withLock { _ = $0.removeValue(forKey: path) }
      remove(path)
    }
  }

  private func remove(_ path: String) {
    // On a tmpfs of the daemon's own nothing stands in the way; at worst it goes with the boot.
    try? DurableFile.remove(path, durable: false)
  }

  /// Forgets all sandboxes but these.
  func retain(_ ids: Set<String>) {
    // At worst they go with the boot.
    for name in (try? Directories.names(in: directory)) ?? [] where !name.hasSuffix(Kind.failed.suffix) {
      let id = name.split(separator: ".").first.map(String.init) ?? ""
      if !ids.contains(id) { try? DurableFile.remove(directory + "/" + name, durable: false) }
    }
  }

  private func write(_ trace: Trace, to path: String) {
    var bytes = RecordLine.line(trace)
    if bytes.count > Self.sizeLimit {
      var short = trace
      for index in short.steps.indices { short.steps[index].pluginCalls = [] }
      bytes = RecordLine.line(short)
    }
    // The state directory is gone or full: the trace is lost, and nothing else.
    try? DurableFile.replace(path, with: bytes, mode: 0o600, durable: false)
  }

  private func read(_ path: String) -> Trace? {
    guard let bytes = try? DurableFile.read(path, limit: Self.sizeLimit + 1) else { return nil }
    return try? JSONDecoder().decode(Trace.self, from: Data(bytes))
  }

  /// Counts a failed run in; tells whose traces are one too many.
  private func remember(_ id: String) -> Set<String> {
    failed.withLock { failed in
      failed.append(id)
      let surplus = max(0, failed.count - limit)
      defer { failed.removeFirst(surplus) }
      return Set(failed.prefix(surplus))
    }
  }

  private func drop(_ stale: Set<String>) {
    guard !stale.isEmpty else { return }
    // At worst they go with the boot.
    for name in (try? Directories.names(in: directory)) ?? [] where name.hasSuffix(Kind.failed.suffix) {
      let id = name.split(separator: ".").dropFirst().first.map(String.init) ?? ""
      if stale.contains(id) { try? DurableFile.remove(directory + "/" + name, durable: false) }
    }
  }

  /// Names of failed runs sort by their time.
  private func path(_ id: String, _ kind: Kind, startedAt: Int64) -> String {
    guard kind == .failed else { return "\(directory)/\(id)\(kind.suffix)" }
    let time = String(startedAt)
    return "\(directory)/\(String(repeating: "0", count: max(0, 20 - time.count)))\(time).\(id)\(kind.suffix)"
  }
}
