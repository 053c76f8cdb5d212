@testable import CNI
import LinuxKernel

extension Samples {
  /// A plugin call as CNI tells it, of three milliseconds.
  static func call(
    _ plugin: String, _ outcome: PluginCallRecord.Outcome = .ok, exit: ExitStatus? = .exited(0), error: CNIError? = nil,
    stderr: String = ""
  ) -> PluginCallRecord {
    PluginCallRecord(
      plugin: plugin, servedBy: "/bin/\(plugin)", network: "n", verb: .add, interfaceName: "eth0", startedAt: .now,
      duration: .milliseconds(3),
      outcome: outcome, exit: exit, error: error, excuse: nil, stderr: stderr, request: nil, stdout: nil)
  }
}
