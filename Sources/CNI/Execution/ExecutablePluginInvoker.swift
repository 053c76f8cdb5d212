public import Glibc
public import LinuxKernel
import SystemPackage

/// Executes plugins as the specification says: configuration on standard input, the answer on standard output.
///
/// A plugin runs in a session and a process group of its own, in the host's namespaces, in `cgroup` from birth if there is
/// one. When it succeeds nothing is killed: a helper that it leaves behind, its pipes closed, stays. When it fails, takes
/// too long, breaks a bound or is cancelled, the whole cgroup (without one, the process group) is killed and
/// waited for. Needs the privileges that the plugins need, no others.
public struct ExecutablePluginInvoker: PluginInvoker {
  /// The time a plugin has: long enough for DHCP and duplicate address detection, short enough for a client that waits.
  public static let defaultTimeout: Duration = .seconds(60)

  /// The group that every process of the plugin is born into; it must exist. Everything in it is killed when a plugin fails, so give it nothing else.
  public var cgroup: Cgroup?
  /// The time one plugin has.
  public var timeout: Duration
  /// The limit of open files that plugins get; nil leaves this process's own.
  public var openFilesLimit: rlimit?
  /// What plugins inherit beside the six `CNI_` variables, as `K=V`; this process's environment unless set.
  public var environment: [String]
  /// The most bytes of standard output that are taken; a plugin that prints more is killed.
  public var maximumOutput = CNIBounds.standardOutput
  /// The time that a process left behind may hold standard output or error open after the plugin's own end.
  public var pipeGrace: Duration = .milliseconds(500)
  /// The time that killed processes have to be gone.
  public var killTimeout: Duration = .seconds(10)
  /// Called each time a plugin has been started, on the thread that then waits for its end: for short work of the caller's own
  /// that would otherwise come after it. Neither the plugin's timeout nor a cancellation bounds it.
  public var meanwhile: (@Sendable () -> Void)?
  /// Given each plugin's process that has ended and was not reaped yet, which it takes over: reaping takes milliseconds that a
  /// caller may not have to spare just now (`ProcessHandle.reap`). Nil: it is reaped at once.
  public var leavesReaping: (@Sendable (ProcessHandle) -> Void)?
  /// Whether a plugin stays in this process's group, and is killed when the thread that called it ends: for a plugin that asks
  /// others, which must not outlive it. When it fails, it alone is killed, not its children.
  public var staysWithCaller = false
  /// The time between attempts to start a plugin whose file is being written (ETXTBSY); there are six.
  var busyInterval: Duration = .seconds(1)

  /// An invoker.
  public init(
    cgroup: Cgroup? = nil, timeout: Duration = ExecutablePluginInvoker.defaultTimeout, openFilesLimit: rlimit? = nil,
    environment: [String]? = nil
  ) {
    self.cgroup = cgroup
    self.timeout = timeout
    self.openFilesLimit = openFilesLimit
    self.environment = environment ?? ExecutablePluginInvoker.ownEnvironment()
  }

  /// Executes the plugin, and waits for its pipes, its end, the deadline and the cancellation in one poll.
  public func invoke(_ request: PluginRequest, cancellation: Cancellation?) -> PluginResponse {
    let deadline = SuspendingClock.now + timeout
    for attempt in 1... {
      do throws(KernelError) {
        var execution = try PluginExecution(request, invoker: self, cancellation: cancellation, deadline: deadline)
        return execution.run()
      } catch {
        guard error.errno == .textFileBusy, attempt < 6 else {
          return PluginResponse(.notStarted("could not start the plugin: \(error)"))
        }
        // Somebody is installing the plugin just now.
        if Poll.wait(for: [(cancellation?.raw, POLLIN)], until: .now + busyInterval)[0] {
          return PluginResponse(.notStarted("cancelled while the plugin's file was being written"))
        }
      }
    }
    return PluginResponse(.cancelled)
  }

  /// The variables a plugin gets: the host's, then the six, of equal names the last.
  func variables(_ request: PluginRequest) -> [String] {
    let all = environment + request.environment.map { "\($0.key)=\($0.value)" }
    var seen: Set<Substring> = []
    return all.reversed().filter { variable in
      guard let equals = variable.firstIndex(of: "=") else { return true }
      return seen.insert(variable[..<equals]).inserted
    }.reversed()
  }

  private static func ownEnvironment() -> [String] {
    var variables: [String] = []
    var next = environ
    while let variable = next.pointee {
      variables.append(String(cString: variable))
      next += 1
    }
    return variables
  }
}
