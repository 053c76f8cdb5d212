extension Berth {
  /// The error a CNI plugin answered with.
  public struct PluginCallError: Message {
    /// The error's code; CNI's own are below 100.
    public var code: UInt32
    /// The message.
    public var msg: String
    /// The details.
    public var details: String

    /// Makes the message; what is left out has its proto3 default.
    public init(code: UInt32 = 0, msg: String = "", details: String = "") {
      self.code = code
      self.msg = msg
      self.details = details
    }
  }

  /// One call of a CNI plugin.
  public struct PluginCall: Message {
    /// The plugin's type.
    public var plugin: String
    /// The network's name.
    public var network: String
    /// `ADD`, `DEL`, `CHECK`, …
    public var verb: String
    /// The interface in the pod.
    public var interface: String
    /// When it began, from the trace's start.
    public var startNanoseconds: Int64
    /// How long it took.
    public var durationNanoseconds: Int64
    /// `ok`, `failed`, `timeout` or `cancelled`.
    public var outcome: String
    /// The plugin's exit status.
    public var exitStatus: Int32
    /// The plugin's error, if it answered with one.
    public var error: PluginCallError?
    /// What it wrote to standard error, bounded.
    public var stderr: String
    /// Whether the daemon served it itself, instead of executing a program.
    public var native: Bool

    /// Makes the message; what is left out has its proto3 default.
    public init(
      plugin: String = "", network: String = "", verb: String = "", interface: String = "", startNanoseconds: Int64 = 0,
      durationNanoseconds: Int64 = 0, outcome: String = "", exitStatus: Int32 = 0, error: PluginCallError? = nil,
      stderr: String = "", native: Bool = false
    ) {
      self.plugin = plugin
      self.network = network
      self.verb = verb
      self.interface = interface
      self.startNanoseconds = startNanoseconds
      self.durationNanoseconds = durationNanoseconds
      self.outcome = outcome
      self.exitStatus = exitStatus
      self.error = error
      self.stderr = stderr
      self.native = native
    }
  }

  /// One step of an operation, or its undo.
  public struct TraceStep: Message {
    /// The step's name.
    public var step: String
    /// `do` or `undo`.
    public var action: String
    /// `ok`, `failed`, `skipped` or `cancelled`.
    public var outcome: String
    /// Why it failed.
    public var error: String
    /// When it began, from the trace's start.
    public var startNanoseconds: Int64
    /// How long it took.
    public var durationNanoseconds: Int64
    /// The plugins it executed.
    public var pluginCalls: [PluginCall]
    /// What was excused, left out or given up, a sentence each.
    public var notes: [String]

    /// Makes the message; what is left out has its proto3 default.
    public init(
      step: String = "", action: String = "", outcome: String = "", error: String = "", startNanoseconds: Int64 = 0,
      durationNanoseconds: Int64 = 0, pluginCalls: [PluginCall] = [], notes: [String] = []
    ) {
      self.step = step
      self.action = action
      self.outcome = outcome
      self.error = error
      self.startNanoseconds = startNanoseconds
      self.durationNanoseconds = durationNanoseconds
      self.pluginCalls = pluginCalls
      self.notes = notes
    }
  }

  /// What one operation on a sandbox did, and when.
  public struct Trace: Message {
    /// The sandbox's id.
    public var podSandboxId: String
    /// `RunPodSandbox`, `StopPodSandbox`, `RemovePodSandbox` or `Recovery`.
    public var operation: String
    /// When it began, in nanoseconds since the epoch.
    public var startedAt: Int64
    /// How long it took.
    public var durationNanoseconds: Int64
    /// `ok` or `failed`.
    public var outcome: String
    /// Why it failed.
    public var error: String
    /// Its steps, in the order in which they began.
    public var steps: [TraceStep]

    /// Makes the message; what is left out has its proto3 default.
    public init(
      podSandboxId: String = "", operation: String = "", startedAt: Int64 = 0, durationNanoseconds: Int64 = 0,
      outcome: String = "", error: String = "", steps: [TraceStep] = []
    ) {
      self.podSandboxId = podSandboxId
      self.operation = operation
      self.startedAt = startedAt
      self.durationNanoseconds = durationNanoseconds
      self.outcome = outcome
      self.error = error
      self.steps = steps
    }
  }

  /// Asks for the traces of a sandbox, also of one whose run failed.
  public struct GetPodSandboxTraceRequest: Message {
    /// The sandbox's id or a prefix of it.
    public var podSandboxId: String

    /// Makes the message; what is left out has its proto3 default.
    public init(podSandboxId: String = "") {
      self.podSandboxId = podSandboxId
    }
  }

  /// The traces of a sandbox.
  public struct GetPodSandboxTraceResponse: Message {
    /// The traces, oldest first.
    public var traces: [Trace]

    /// Makes the message; what is left out has its proto3 default.
    public init(traces: [Trace] = []) {
      self.traces = traces
    }
  }
}

extension BerthService {
  /// Says what operations on a sandbox did, step by step.
  public static let getPodSandboxTrace = RPC<Berth.GetPodSandboxTraceRequest, Berth.GetPodSandboxTraceResponse>(
    service: name, method: "GetPodSandboxTrace")
}
