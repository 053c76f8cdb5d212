import PodSandbox

extension DaemonConfiguration {
  /// Refuses paths that could only fail later, or do harm, whether they come from the file or from a flag.
  func validate() throws(ConfigurationError) {
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
}
