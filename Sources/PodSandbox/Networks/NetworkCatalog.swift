import CNI
import LinuxKernel
import Synchronization

/// The networks of one CNI configuration directory: the last good configuration, and why the present one is not it.
final class NetworkCatalog: Sendable {
  private struct State {
    var lists: [NetworkConfigurationList] = []
    var fault: String?
  }

  let directory: String
  private let state = Mutex(State())

  init(directory: String) {
    self.directory = directory
    reload()
  }

  /// Reads the directory again. When nothing in it can be used, the last good configuration stays in force; when
  /// nothing is there any more, none is.
  func reload() {
    let contents = NetworkConfigurationDirectory(directory).load()
    state.withLock { state in
      if !contents.networks.isEmpty || contents.failures.isEmpty { state.lists = contents.networks.map(\.list) }
      state.fault =
        if !contents.failures.isEmpty {
          contents.failures.map(\.description).joined(separator: "; ")
        } else if contents.networks.isEmpty {
          "no CNI configuration file in \(directory). Has your network provider started?"
        } else {
          nil
        }
    }
  }

  /// The networks of a pod, `eth0`'s first: those named, or the first one there is.
  func networks(named names: [String]) throws(SandboxError) -> [NetworkConfigurationList] {
    let (lists, fault) = state.withLock { ($0.lists, $0.fault) }
    guard let first = lists.first else {
      throw SandboxError(.unavailable, "cni plugin not initialized: \(fault ?? "no network is configured")")
    }
    guard !names.isEmpty else { return [first] }
    var chosen: [NetworkConfigurationList] = []
    for name in names {
      guard let list = lists.first(where: { $0.name == name }) else {
        throw SandboxError(
          .unavailable,
          "cni plugin not initialized: no network configuration with name \"\(name)\" in \(directory)"
            + (fault.map { " (\($0))" } ?? ""))
      }
      chosen.append(list)
    }
    return chosen
  }

  /// Why a file could not be loaded; `nil` when all could and there is one.
  var fault: String? { state.withLock { $0.fault } }

  /// The networks in force.
  var lists: [NetworkConfigurationList] { state.withLock { $0.lists } }
}
