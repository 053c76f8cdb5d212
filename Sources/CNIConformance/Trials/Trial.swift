import CNI
import JSON
import LinuxKernel
import Netlink

/// One case being tried on one subject: makes pods, calls plugins, keeps the calls as evidence and the violations.
///
/// It runs in namespaces of its own, of which it is the only user: what is the host to the plugin is nobody else's.
public final class Trial {
  /// What is tested; a case may change its configuration for itself.
  var subject: Subject
  /// What its pods are named after.
  let name: String
  /// The time one call has.
  let timeout: Duration
  /// What choices by chance come from.
  let seed: UInt64
  /// What the trial is given where it has namespaces of its own.
  private let host: TrialHost?
  /// What verbs may cost; nil where nobody has said.
  var budget: Budget?
  /// Told of each call once it is over.
  private let observer: (Call) -> Void
  /// What was found wrong, in order.
  private(set) var violations: [String] = []
  /// What was measured, by name: milliseconds, or what the name says.
  private(set) var figures: [Figure] = []
  /// The addresses that pods which are attached can be called by, by container id and interface.
  var calledBy: [String: Set<IPPrefix>] = [:]
  private var podCount = 0

  init(
    _ subject: Subject, name: String = "conformance", timeout: Duration, seed: UInt64 = 0, host: TrialHost? = nil,
    observer: @escaping (Call) -> Void
  ) {
    self.subject = subject
    self.name = name
    self.timeout = timeout
    self.seed = seed
    self.host = host
    self.observer = observer
  }

  // --- judging ---

  /// Notes a violation; the trial goes on.
  func violate(_ words: String) { violations.append(words) }

  /// Notes a violation unless it is so.
  func expect(_ isSo: Bool, _ words: @autoclosure () -> String) {
    if !isSo { violate(words()) }
  }

  /// Notes a violation and ends the trial unless it is so.
  func require(_ isSo: Bool, _ words: @autoclosure () -> String) throws {
    guard !isSo else { return }
    violate(words())
    throw TrialEnd.violated
  }

  /// The value, or a violation and the trial's end.
  func require<Value>(_ value: Value?, _ words: @autoclosure () -> String) throws -> Value {
    guard let value else {
      violate(words())
      throw TrialEnd.violated
    }
    return value
  }

  /// Keeps what was measured.
  func measured(_ name: String, _ value: Double) { figures.append(Figure(name: name, value: value)) }

  /// Ends the trial: the case says nothing about this subject.
  func skip(_ why: String) throws -> Never { throw TrialEnd.skipped(why) }

  // --- the host ---

  /// The network namespace beyond the host's uplink: what stands for the rest of the world. It has 198.51.100.1 and
  /// 2001:db8:ffff::1, the host 198.51.100.2 and 2001:db8:ffff::2; each is the other's default gateway.
  var outside: String { TrialNetwork.outside }

  /// The files that were written since the trial began, by whomever: all but pods' namespaces.
  func writtenFiles() -> [WrittenFile] { host?.writtenFiles?.list() ?? [] }

  // --- pods ---

  /// A new pod: a network namespace pinned in `/var/run/netns`, its `lo` up (unless the network is the
  /// one that does that), and a container id that nobody had.
  func pod(interface: String = "eth0") throws -> Pod {
    podCount += 1
    let name = "\(name)-\(podCount)"
    let pod = Pod(containerID: name, networkNamespace: "/var/run/netns/\(name)", interfaceName: interface)
    let directory = try Directories.canonical("/var/run") + "/netns"
    try NetworkNamespace.prepareDirectory(directory)
    try NetworkNamespace.pinNew(at: "\(directory)/\(name)")
    let kernel = try NetworkNamespace.visit("\(directory)/\(name)") {
      // Nobody else can have the pod's addresses: they need not be asked for, a second or two each.
      try? Sysctl.write("net.ipv6.conf.default.accept_dad", "0")
      return try RouteSocket()
    }
    let loopback = try kernel.link(named: "lo").index
    try kernel.perform(.setUp(loopback))
    // To bring it up is what is tested; its addresses it has from now on.
    if subject.list.plugins[0].type == "loopback" { try kernel.perform(.setDown(loopback)) }
    return pod
  }

  /// Takes a pod's namespace away.
  func discard(_ pod: Pod) throws {
    try NetworkNamespace.unpin(try Directories.canonical("/var/run") + pod.networkNamespace.dropFirst("/var/run".count))
  }

  // --- calls ---

  /// What a runtime would give to a plugin of the list (by default the last one under test); GC and STATUS have no pod.
  func request(
    _ verb: Verb, _ pod: Pod?, plugin index: Int? = nil, previousResult: JSON? = nil
  ) throws -> Request {
    let index = index ?? subject.range.upperBound - 1
    let runtime = CNIRuntime(
      pluginDirectories: subject.pluginDirectories, invoker: ExecutablePluginInvoker(environment: []))
    let attachment = Attachment(
      containerID: pod?.containerID ?? "", networkNamespace: pod?.networkNamespace ?? "",
      interfaceName: pod?.interfaceName ?? "")
    let made = runtime.requests(verb, subject.list, attachment, previousResult: nil)[index]
    var request = Request(
      executable: subject.executables[index], plugin: made.plugin, environment: made.environment,
      standardInput: made.configuration)
    if let pod { request["CNI_ARGS"] = pod.arguments }
    if let previousResult { request.configuration["prevResult"] = previousResult }
    return request
  }

  /// Calls a plugin and waits for its end, at most the trial's time.
  @discardableResult
  func send(_ request: Request) -> Call {
    let invoker = ExecutablePluginInvoker(timeout: timeout, environment: ["PATH=\(Self.path)"])
    let start = SuspendingClock.now
    let response = invoker.invoke(
      PluginRequest(
        verb: request["CNI_COMMAND"].flatMap(Verb.init(rawValue:)) ?? .add, plugin: request.plugin,
        executable: request.executable, network: subject.list.name, environment: request.environment,
        configuration: request.standardInput), cancellation: nil)
    let call = Call(request: request, response: response, duration: start.duration(to: .now))
    observer(call)
    return call
  }

  /// Keeps a call as evidence that was made beside this, on another thread.
  func note(_ call: Call) { observer(call) }

  static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}
