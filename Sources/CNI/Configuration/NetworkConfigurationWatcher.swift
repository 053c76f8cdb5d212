import LinuxKernel
import Synchronization

/// Keeps the network configurations of a directory at hand, and follows every change of it.
///
/// A file that cannot be used leaves its last good configuration in force, and is told in `failures`; a file that is removed
/// takes its network away. Files and directories may be created, changed, moved, removed and made anew, symbolic links
/// swapped (as Kubernetes does it); a burst of changes, such as a file that is being written, is read once it is over. The
/// directories of the plugins are watched as well: their changes are announced, since they may change what STATUS says.
///
/// Lives on one thread of its own until `shutdown()`. Needs no privilege but reading the directories.
public final class NetworkConfigurationWatcher: Sendable {
  private struct State {
    var contents: NetworkConfigurationDirectory.Contents
    var isShutDown = false
  }

  private let directory: NetworkConfigurationDirectory
  private let pluginDirectories: [String]
  private let state: Mutex<State>
  private let loading = Mutex<Void>(())
  private let end: EventDescriptor
  private let onChange: @Sendable (NetworkConfigurationDirectory.Contents) -> Void

  /// Loads the directory and starts watching; blocks for as long as that takes.
  ///
  /// `onChange` is called on the watcher's thread after every burst of changes, whether or not they made a difference.
  /// Errors: the kernel has no inotify instance or thread to spare. That directories do not exist is none.
  public init(
    _ directory: NetworkConfigurationDirectory, pluginDirectories: [String],
    onChange: @escaping @Sendable (NetworkConfigurationDirectory.Contents) -> Void = { _ in }
  ) throws(CNIError) {
    self.directory = directory
    self.pluginDirectories = pluginDirectories
    self.onChange = onChange
    let watches = try DirectoryWatches()
    do throws(KernelError) {
      end = try EventDescriptor()
    } catch {
      throw CNIError(.execution, code: CNIError.Code.ioFailure, "\(error)")
    }
    // Armed before the first look, so that nothing falls in between.
    watches.arm(directory: directory.path, others: pluginDirectories)
    state = Mutex(State(contents: directory.load()))
    do throws(KernelError) {
      try DedicatedThread.start(name: "berth-cni-watch") { [weak self, end] in
        // The thread holds the watcher only while it works, so that forgetting the watcher ends the thread.
        while watches.waitForBurst(end: end.raw) {
          guard let self else { return }
          self.follow(watches)
        }
      }
    } catch {
      throw CNIError(.execution, code: CNIError.Code.ioFailure, "\(error)")
    }
  }

  deinit { end.signal() }

  /// The networks in force and the files that could not be used.
  public var contents: NetworkConfigurationDirectory.Contents { state.withLock { $0.contents } }

  /// Looks at the directory at once, for a caller that misses a network; blocks for as long as reading files takes.
  public func reload() -> NetworkConfigurationDirectory.Contents { load() }

  /// Ends the watching; idempotent. What was loaded stays.
  public func shutdown() {
    state.withLock { $0.isShutDown = true }
    end.signal()
  }

  private func follow(_ watches: DirectoryWatches) {
    watches.arm(directory: directory.path, others: pluginDirectories)
    let contents = load()
    guard !state.withLock({ $0.isShutDown }) else { return }
    onChange(contents)
  }

  private func load() -> NetworkConfigurationDirectory.Contents {
    // One at a time: an older look must not replace a newer one's findings.
    loading.withLock { _ in
      let found = directory.load()
      return state.withLock { state in
        state.contents = found.keepingLastGood(of: state.contents)
        return state.contents
      }
    }
  }
}

extension NetworkConfigurationDirectory.Contents {
  /// What was found, and for each file that failed the network that it gave before, unless another file has the name now.
  ///
  /// A failure of the directory itself says nothing about its files: all of them stay.
  func keepingLastGood(of previous: Self) -> Self {
    var networks = self.networks
    for network in previous.networks {
      let directory = network.file.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
        separator: "/")
      let hasFailed = failures.contains { $0.file == network.file || $0.file == directory }
      guard hasFailed, self[network.list.name] == nil else { continue }
      networks.append(network)
    }
    networks.sort { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
    return Self(networks: networks, failures: failures)
  }
}
