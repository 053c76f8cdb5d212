import Glibc
import LinuxKernel

/// Where the trials of a run take place: each in a copy of this process with namespaces, a network and files of its own.
///
/// The process that makes them must have a single thread, and never have visited a network namespace.
final class Isolation {
  private let layout: HostLayout
  private let cgroups: TrialCgroups
  private let hasUserNamespace: Bool
  private var count = 0

  /// - Parameters:
  ///   - needed: the plugins, which must be seen where they are.
  ///   - named: what else must be.
  ///   - data: the directories in which plugins keep state, to be empty.
  init(needed: [String], named: [String], data: [String]) throws {
    let mounts = try Mounts.entries()
    layout = HostLayout(mounts: mounts, needed: needed, named: named, data: data)
    cgroups = TrialCgroups(mounts: mounts)
    hasUserNamespace = geteuid() != 0
  }

  /// Begins a trial: the closure runs on a thread of its own, when all is made, and gets the way to tell what it finds.
  func begin(
    uplinks: [String], deadline: Duration, _ body: @escaping @Sendable (TrialHost) -> Void
  ) throws(KernelError) -> TrialProcess {
    count += 1
    let cgroup = cgroups.make(count)
    do throws(KernelError) {
      return try start(cgroup, uplinks, deadline, body)
    } catch {
      cgroups.discard(cgroup)
      throw error
    }
  }

  private func start(
    _ cgroup: Cgroup?, _ uplinks: [String], _ deadline: Duration, _ body: @escaping @Sendable (TrialHost) -> Void
  ) throws(KernelError) -> TrialProcess {
    let (reportEnd, reportStart) = try Self.pipe()
    let (noiseEnd, noiseStart) = try Self.pipe()
    var options = IsolatedProcess.Options(output: noiseStart.raw, channel: reportStart.raw)
    options.cgroup = cgroup
    options.hasUserNamespace = hasUserNamespace
    let layout = layout
    let process = try IsolatedProcess.start(options) { error, channel in
      TrialHost(descriptor: channel).tell(.broken("\(error)"))
    } _: {
      TrialHost.run(layout, ownsCgroups: cgroup != nil, uplinks: uplinks, body)
    }
    return TrialProcess(
      process, report: reportEnd, noise: noiseEnd, deadline: .now + deadline, patience: deadline, cgroup: cgroup)
  }

  private static func pipe() throws(KernelError) -> (end: SharedDescriptor, start: SharedDescriptor) {
    let pipe = try Pipe()
    return (SharedDescriptor(try pipe.read.duplicate()), SharedDescriptor(pipe.takeWrite()))
  }

  /// The trial is over, and its process reaped.
  func end(_ trial: TrialProcess) { cgroups.discard(trial.cgroup) }

  /// All trials are over: nothing is left.
  func close() { cgroups.remove() }
}
