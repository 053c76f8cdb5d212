import CLinux
import Glibc
import SystemPackage

/// A copy of this process in namespaces of its own (mount, network, IPC, UTS, PID, cgroup), the first one of its PID namespace:
/// when it ends, all that was started below it ends.
///
/// Only a process with a single thread can copy itself, and before it has visited a network namespace. The copy is killed when
/// this process ends.
package final class IsolatedProcess: Sendable {
  /// What else it gets.
  package struct Options: Sendable {
    /// The group that it is born into, in each of the group's hierarchies; it must exist.
    package var cgroup: Cgroup?
    /// Whether it gets a user namespace too, in which this process's user is root: where root is missing.
    package var hasUserNamespace = false

    /// What it prints goes here.
    package var output: CInt
    /// What it has to tell goes here; it is its descriptor ``channel``.
    package var channel: CInt

    package init(output: CInt, channel: CInt) {
      self.output = output
      self.channel = channel
    }
  }

  /// The number of the copy's only descriptor beside the standard ones.
  package static var channel: CInt { 3 }

  /// Ready to read once all is over; signals go to the process between, whose end is the end of all.
  private let descriptor: SharedDescriptor

  private init(_ descriptor: CInt) { self.descriptor = SharedDescriptor(OwnedDescriptor(descriptor)) }

  /// Copies this process; in the copy, runs the closure and ends. When the copy could not be made in full, the other closure is
  /// told why, in a process that then ends.
  package static func start(
    _ options: Options, failed: (KernelError, _ channel: CInt) -> Void, _ body: () -> Void
  ) throws(KernelError) -> IsolatedProcess {
    let entry = try CgroupEntry(options.cgroup)
    let parent = getpid()
    var pidfd: CInt = -1
    let pid = try retrying("copy", "this process") { clinux_fork_into(entry.unified?.raw ?? -1, &pidfd) }
    guard pid == 0 else { return IsolatedProcess(pidfd) }
    do throws(KernelError) {
      try retrying("follow", "the process it comes from") { clinux_die_with_parent(parent) }
      try isolate(options, entry)
      try becomeFirst(options, body)
    } catch {
      failed(error, options.channel)
    }
    _exit(125)
  }

  private static func isolate(_ options: Options, _ entry: borrowing CgroupEntry) throws(KernelError) {
    for tasks in entry.tasks { try retrying("enter", "a cgroup") { write(tasks.raw, "0", 1) } }
    if options.hasUserNamespace {
      try retrying("make", "a user namespace") { clinux_become_root_in_user_namespace() }
    }
    try retrying("make", "namespaces") { clinux_isolate() }
  }

  /// The PID namespace is the children's: one is needed, and this process waits for it.
  private static func becomeFirst(_ options: Options, _ body: () -> Void) throws(KernelError) {
    let child = try retrying("fork", "the first process of a PID namespace") { clinux_fork() }
    // What it held open, the one that waits would not see end.
    if child != 0 { clinux_end_with_child(child) }
    // The parent's number is of another namespace: 0 here, or 1 of nobody's once it has ended.
    try retrying("follow", "the process it comes from") { clinux_die_with_parent(0) }
    setsid()
    try retrying("place", "descriptors") { clinux_place_descriptors(options.output, options.channel) }
    body()
    _exit(0)
  }

  /// Ready to read once everything has ended.
  package var raw: CInt { descriptor.raw }

  /// Ends all.
  package func kill() { _ = clinux_pidfd_send_signal(descriptor.raw, SIGTERM) }

  /// Waits until all has ended, and takes the process away.
  package func reap() {
    _ = Poll.wait(for: [(descriptor.raw, POLLIN)], until: nil)
    var exit = clinux_exit()
    _ = clinux_pidfd_exit(descriptor.raw, true, &exit)
  }
}
