import CNI
import CNIPlugin
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
  /// Which plugins the daemon serves itself.
  let native: NativePluginSetting
  /// How many files a plugin may have open; `nil`: as the daemon.
  let openFiles: SandboxServiceConfiguration.OpenFilesLimit?
  /// The host-local directories that were ever used.
  let dataDirectories: DataDirectories

  /// The runtime for one network of a sandbox: what is executed is born into the sandbox's group, and the calls go into its trace.
  ///
  /// - Parameter meanwhile: What is to be done while a plugin is executed.
  func runtime(
    _ pod: Pod, _ network: SandboxRecord.Network, timeout: Duration, meanwhile: (@Sendable () -> Void)? = nil
  ) -> CNIRuntime {
    let (trace, entry, afterwards) = (pod.trace, pod.traceEntry, pod.afterwards)
    var invoker = invoker(timeout: timeout)
    invoker.cgroup = pod.paths.pluginCgroup
    invoker.meanwhile = meanwhile
    invoker.leavesReaping = { process in afterwards.add { _ = process.reap() } }
    var caller = PluginCaller(invoker: invoker, dropsNamespace: pod.isOfThisBoot, isNewAttachment: pod.isNew)
    caller.remembersConfiguration = true
    // A link reaper's work.
    caller.reapsLinks = pod.isOfThisBoot
    let mixed = MixedInvoker(
      executable: invoker, executed: network.executed.map(Set.init), caller: caller, trace: trace)
    return CNIRuntime(pluginDirectories: directories, cacheDirectory: cacheDirectory, invoker: mixed) {
      trace.add($0, to: entry)
    }
  }

  /// A runtime for what concerns no sandbox, but a network that is configured.
  ///
  /// - Parameter owns: Which containers are this daemon's.
  func runtime(
    _ list: NetworkConfigurationList, timeout: Duration, owns: (@Sendable (String) -> Bool)? = nil
  ) -> CNIRuntime {
    let invoker = invoker(timeout: timeout)
    let mixed = MixedInvoker(
      executable: invoker, executed: Set(native.choice(for: list).executed),
      caller: PluginCaller(invoker: invoker, owns: owns))
    return CNIRuntime(pluginDirectories: directories, cacheDirectory: cacheDirectory, invoker: mixed)
  }

  /// Which of a list's plugins are to be executed where nobody remembers what ADD was served by: all that are installed. What native
  /// ones have made is found by its owner.
  func executedAtWorst(_ list: NetworkConfigurationList) -> [String] {
    let installed = list.plugins.flatMap { [$0.type] + $0.delegateTypes }
      .filter { (try? invoker(timeout: deleteTimeout).locate($0, in: directories)) != nil }
    return Set(installed + native.choice(for: list).executed).sorted()
  }

  /// A runtime for what calls no plugin.
  var cache: CNIRuntime {
    CNIRuntime(
      pluginDirectories: directories, cacheDirectory: cacheDirectory, invoker: invoker(timeout: deleteTimeout))
  }

  private func invoker(timeout: Duration) -> ExecutablePluginInvoker {
    ExecutablePluginInvoker(
      timeout: timeout,
      openFilesLimit: openFiles.map { rlimit(rlim_cur: rlim_t($0.soft), rlim_max: rlim_t($0.hard)) })
  }
}
