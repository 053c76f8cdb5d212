import Glibc
import LinuxKernel

/// The inside of a trial: the first process of its PID namespace, and what it is given there.
///
/// Sendable, for it is made by one thread and used by one that is started after, that of the trial's body.
final class TrialHost: @unchecked Sendable {
  /// What was written in the trial's tree.
  private(set) var writtenFiles: WrittenFiles?
  private let descriptor: CInt

  init(descriptor: CInt) { self.descriptor = descriptor }

  /// Tells the one that waits.
  func tell(_ message: TrialMessage) {
    var rest = message.line[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        // Nobody waits any more.
        _exit(1)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Makes the trial's world, runs the closure in it and returns when that is over.
  static func run(
    _ layout: HostLayout, ownsCgroups: Bool, uplinks: [String],
    _ body: @escaping @Sendable (TrialHost) -> Void
  ) {
    signal(SIGPIPE, SIG_IGN)
    let host = TrialHost(descriptor: IsolatedProcess.channel)
    do {
      host.writtenFiles = try PrivateTree.enter(layout, ownsCgroups: ownsCgroups)
      try MachineCapabilities.drop()
      // From here on there may be threads: all see the same tree.
      let watcher = try Watcher()
      Orphans.reap(with: watcher)
      let over = Handoff<Void>()
      // The first thread never leaves its namespaces: it is by it that others find home.
      try DedicatedThread.start(name: "trial", stackSize: 8 << 20) {
        do {
          try TrialNetwork.make(uplinks: uplinks)
          host.writtenFiles?.forget()
          body(host)
        } catch {
          host.tell(.broken("the trial's network cannot be made: \(error)"))
        }
        over.give(())
      }
      over.take()
    } catch {
      host.tell(.broken("the trial's namespaces cannot be made: \(error)"))
    }
  }
}
