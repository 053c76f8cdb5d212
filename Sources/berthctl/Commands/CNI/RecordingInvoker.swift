import CNI
import JSON
import LinuxKernel
import Synchronization

/// Executes nothing: keeps what each plugin would get, and answers as one that succeeds.
final class RecordingInvoker: PluginInvoker {
  /// A call that was not made.
  struct Call: Sendable {
    let request: PluginRequest
  }

  private struct State {
    var calls: [Call] = []
    var missing: [String] = []
  }

  private let state = Mutex(State())

  /// The calls, in order.
  var calls: [Call] { state.withLock { $0.calls } }

  /// Why plugins could not be found, each reason once.
  var missing: [String] { state.withLock { $0.missing } }

  /// A plugin that is not there has no path, and can be shown all the same.
  func locate(_ type: String, in directories: [String]) throws(CNIError) -> String {
    do {
      return try PluginLookup.find(type, in: directories)
    } catch {
      state.withLock { state in
        if !state.missing.contains(error.text) { state.missing.append(error.text) }
      }
      return ""
    }
  }

  func invoke(_ request: PluginRequest, cancellation: Cancellation?) -> PluginResponse {
    state.withLock { $0.calls.append(Call(request: request)) }
    switch request.verb {
    case .add: return .exited(0, stdout: standIn(for: request).description)
    case .version:
      let versions = SpecificationVersion.supported.map(JSON.string)
      let answer: JSON = [
        "cniVersion": .string(SpecificationVersion.current.description), "supportedVersions": .array(versions),
      ]
      return .exited(0, stdout: answer.description)
    case .del, .check, .gc, .status: return .exited(0)
    }
  }

  /// The next plugin's `prevResult`: nobody knows what this one would have answered, and the document says so.
  private func standIn(for request: PluginRequest) -> JSON {
    var version: JSON?
    do {
      version = try JSON(parsing: request.configuration)["cniVersion"]
    } catch {
      // The runtime made it just now; without one the reader takes the configuration's.
    }
    return [
      "cniVersion": version ?? .string(SpecificationVersion.current.description),
      "dryRun": .string("what \(request.plugin) answers"),
    ]
  }
}
