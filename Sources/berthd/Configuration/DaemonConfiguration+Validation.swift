import PodSandbox

extension DaemonConfiguration {
  /// Refuses values that could only fail later, or do harm.
  func validate() throws(ConfigurationError) {
    try validatePaths()
    try require("maxConcurrentRequests", limits.maxConcurrentRequests, in: 1...100_000)
    try require("maxRequestBodyBytes", limits.maxRequestBodyBytes, in: 1024...(64 << 20))
    let durations = [
      ("stepTimeout", sandboxes.stepTimeout), ("pluginTimeout", sandboxes.pluginTimeout),
      ("pluginDeleteTimeout", sandboxes.pluginDeleteTimeout), ("shutdownGrace", shutdownGrace),
      ("requestReadTimeout", limits.readTimeout), ("idleTimeout", limits.idleTimeout),
    ]
    for (key, duration) in durations where duration <= .zero {
      throw ConfigurationError(key, "must be longer than nothing")
    }
  }

  private func validatePaths() throws(ConfigurationError) {
    var paths = [
      ("socket", socket), ("root", sandboxes.root), ("state", sandboxes.state),
      ("netnsDir", sandboxes.networkNamespaceDirectory), ("cniConfDir", sandboxes.cniConfigurationDirectory),
      ("cniCacheDir", sandboxes.cniCacheDirectory), ("cgroupParent", sandboxes.cgroupParent),
      ("pauseBinary", sandboxes.pauseBinary),
    ]
    paths += sandboxes.cniPluginDirectories.map { ("cniBinDir", $0) }
    for (name, handler) in sandboxes.runtimeHandlers.sorted(by: { $0.key < $1.key }) {
      try validate(handlerName: name)
      if let directory = handler.cniConfigurationDirectory {
        paths.append(("runtimeHandlers.\(name).cniConfDir", directory))
      }
    }
    for (key, path) in paths {
      guard path.hasPrefix("/") else { throw ConfigurationError(key, "\"\(path)\" is not an absolute path") }
      guard !path.utf8.contains(0), !path.split(separator: "/").contains("..") else {
        throw ConfigurationError(key, "\"\(path)\" must hold neither \"..\" nor a zero byte")
      }
    }
    guard !sandboxes.cniPluginDirectories.isEmpty else { throw ConfigurationError("cniBinDir", "names no directory") }
    guard socket.utf8.count <= SocketFile.longestPath else {
      throw ConfigurationError(
        "socket", "\"\(socket)\" is longer than the \(SocketFile.longestPath) bytes a socket's path may have")
    }
  }

  private func validate(handlerName name: String) throws(ConfigurationError) {
    guard !name.isEmpty else {
      throw ConfigurationError(
        "runtimeHandlers", "the empty name is the default handler's; its settings are the top-level ones")
    }
  }

  private func require(_ key: String, _ value: Int, in range: ClosedRange<Int>) throws(ConfigurationError) {
    guard range.contains(value) else {
      throw ConfigurationError(key, "\(value) is not between \(range.lowerBound) and \(range.upperBound)")
    }
  }
}
