import Glibc

/// Finding a plugin's executable (libcni's `invoke.FindInPath`).
public enum PluginLookup {
  /// The first directory's regular file of that name, symbolic links followed.
  ///
  /// Errors: no name; a name with `/`, which could leave the directories (CVE-2021-20206); no directories; none has it.
  public static func find(_ plugin: String, in directories: [String]) throws(CNIError) -> String {
    guard !plugin.isEmpty else { throw CNIError(.pluginNotFound, "no plugin name provided") }
    guard !plugin.utf8.contains(UInt8(ascii: "/")), !plugin.utf8.contains(0) else {
      throw CNIError(.pluginNotFound, "invalid plugin name: \(plugin)")
    }
    guard !directories.isEmpty else { throw CNIError(.pluginNotFound, "no paths provided") }
    for directory in directories {
      let path = directory.hasSuffix("/") ? directory + plugin : "\(directory)/\(plugin)"
      var status = stat()
      if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG { return path }
    }
    throw CNIError(
      .pluginNotFound, "failed to find plugin \"\(plugin)\" in path [\(directories.joined(separator: " "))]")
  }
}
