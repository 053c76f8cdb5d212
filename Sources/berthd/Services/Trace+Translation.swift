import PodSandbox
import RuntimeAPI

extension Berth.Trace {
  init(_ trace: Trace) {
    self.init(
      podSandboxId: trace.sandboxID, operation: trace.operation.rawValue, startedAt: trace.startedAt,
      durationNanoseconds: trace.duration, outcome: trace.outcome.rawValue, error: trace.error ?? "",
      steps: trace.steps.map(Berth.TraceStep.init))
  }
}

extension Berth.TraceStep {
  init(_ step: Trace.Step) {
    self.init(
      step: step.step.rawValue, action: step.action.rawValue, outcome: step.outcome.rawValue, error: step.error ?? "",
      startNanoseconds: step.start, durationNanoseconds: step.duration,
      pluginCalls: step.pluginCalls.map(Berth.PluginCall.init), notes: step.notes)
  }
}

extension Berth.PluginCall {
  init(_ call: Trace.PluginCall) {
    let error = call.errorCode.map { code in
      Berth.PluginCallError(
        code: UInt32(clamping: code), msg: call.errorMessage ?? "", details: call.errorDetails ?? "")
    }
    self.init(
      plugin: call.plugin, network: call.network, verb: call.verb, interface: call.interface,
      startNanoseconds: call.start, durationNanoseconds: call.duration, outcome: call.outcome.rawValue,
      exitStatus: call.exitStatus ?? 0, error: error, stderr: call.stderr ?? "",
      native: call.isNative == true)
  }
}
