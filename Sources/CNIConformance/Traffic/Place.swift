import LinuxKernel

/// A network namespace that takes part in a trial's traffic.
struct Place: Sendable, Hashable {
  /// How it is called in a violation.
  let name: String
  /// The file that its namespace is mounted on; nil for what is the host to the plugin.
  let path: String?

  /// What is the host to the plugin: where the trial itself is.
  static let host = Place(name: "the host", path: nil)

  /// A pod's namespace.
  init(_ pod: Pod) {
    name = "pod \(pod.containerID)"
    path = pod.networkNamespace
  }

  init(name: String, path: String?) {
    self.name = name
    self.path = path
  }

  /// Runs the closure in the namespace, on a thread that ends with it. Sockets that it opens stay there for ever.
  func visit<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
    let outcome = Handoff<Swift.Result<Result, any Error>>()
    let path = path
    try DedicatedThread.start(name: "conf-place") {
      outcome.give(Swift.Result { if let path { try NetworkNamespace.visit(path, body) } else { try body() } })
    }
    return try outcome.take().get()
  }
}
