import CNI
import Glibc
import LinuxKernel

/// How plugins are called for this daemon's sandboxes: where they are, how long they have, and where they live meanwhile.
struct Plugins: Sendable {
  let directories: [String]
  let cacheDirectory: String
  /// The most time that one plugin may take to ADD.
  let addTimeout: Duration
  /// The most time that one plugin may take to DEL.
  let deleteTimeout: Duration
  /// How many files a plugin may have open; `nil`: as the daemon.
  let openFiles: SandboxServiceConfiguration.OpenFilesLimit?
  /// The host-local directories that were ever used.
  let dataDirectories: DataDirectories

  /// The runtime for one sandbox: its plugins are born into its group, and their calls go into its trace.
  ///
  /// - Parameter meanwhile: What is to be done while a plugin runs.
  func runtime(_ pod: Pod, timeout: Duration, meanwhile: (@Sendable () -> Void)? = nil) -> CNIRuntime {
    let (trace, entry, afterwards) = (pod.trace, pod.traceEntry, pod.afterwards)
    var invoker = invoker(timeout: timeout)
    invoker.cgroup = pod.paths.pluginCgroup
    invoker.meanwhile = meanwhile
    invoker.leavesReaping = { process in afterwards.add { _ = process.reap() } }
    return CNIRuntime(pluginDirectories: directories, cacheDirectory: cacheDirectory, invoker: invoker) {
      trace.add($0, to: entry)
    }
  }

  /// A runtime for what concerns no sandbox.
  func runtime(timeout: Duration) -> CNIRuntime {
    CNIRuntime(pluginDirectories: directories, cacheDirectory: cacheDirectory, invoker: invoker(timeout: timeout))
  }

  private func invoker(timeout: Duration) -> ExecutablePluginInvoker {
    ExecutablePluginInvoker(
      timeout: timeout,
      openFilesLimit: openFiles.map { rlimit(rlim_cur: rlim_t($0.soft), rlim_max: rlim_t($0.hard)) })
  }
}
