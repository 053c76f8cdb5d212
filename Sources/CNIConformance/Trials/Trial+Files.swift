import LinuxKernel

extension Trial {
  /// The files below these directories whose name or text has these words in it; pinned namespaces do not count.
  func files(naming words: String, below roots: [String]) throws -> [String] {
    var found: [String] = []
    for root in roots where HostFile.isDirectory(root) { try collect(words, root, into: &found) }
    return found.sorted()
  }

  private func collect(_ words: String, _ directory: String, into found: inout [String]) throws {
    for entry in try Directories.entries(directory) {
      let path = "\(directory)/\(entry.name)"
      if path.hasSuffix("/run/netns") || entry.name.hasPrefix("conformance-") { continue }
      if entry.isDirectory {
        try collect(words, path, into: &found)
      } else if entry.name.contains(words) || Self.text(path).contains(words) {
        found.append(path)
      }
    }
  }

  /// What no file is, or a file too large to be a record of a container, has no words.
  private static func text(_ path: String) -> String {
    guard let bytes = try? HostFile.read(path, limit: 1 << 20) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }
}
