/// CRI's `cgroupParent`: where below each hierarchy's mount a pod's cgroup is made.
enum CgroupParent {
  /// The kernel's NAME_MAX.
  private static let maximumName = 255
  /// The kernel's PATH_MAX, less the mount point's path and what is below the parent: the id and a leaf.
  private static let maximumPath = 4095 - 512

  /// The path that `text` means, with a slash in front and none at the end.
  ///
  /// A name without a slash that ends in `.slice` is a systemd slice, and means its place in systemd's tree, as in runc's
  /// `ExpandSlice` and kubelet: `a-b.slice` is `/a.slice/a-b.slice`, `-.slice` the root. Everything else is a path.
  ///
  /// - Throws: a few words, when it is neither.
  static func path(_ text: String) throws(Problem) -> String {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
      throw Problem("is not a path of a cgroup: it has white space or control characters in it")
    }
    // A slice's path repeats its name for each word: what is longer than a path is not taken apart.
    guard text.utf8.count <= maximumPath else {
      throw Problem("is not a path of a cgroup: it has \(text.utf8.count) bytes; \(maximumPath) is the most")
    }
    let isSlice = text.hasSuffix(".slice") && !text.contains("/")
    let components = isSlice ? try slices(text) : try names(text)
    for name in components where name.utf8.count > maximumName {
      throw Problem("is not a path of a cgroup: a name in it has \(name.utf8.count) bytes; \(maximumName) is the most")
    }
    let path = "/" + components.joined(separator: "/")
    guard path.utf8.count <= maximumPath else {
      throw Problem("is not a path of a cgroup: it has \(path.utf8.count) bytes; \(maximumPath) is the most")
    }
    return path
  }

  private static func names(_ text: String) throws(Problem) -> [String] {
    let path = text.hasPrefix("/") ? text.dropFirst() : Substring(text)
    let names = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    for name in names where name.isEmpty || name == "." || name == ".." {
      throw Problem(
        "is not a path of a cgroup: "
          + (name.isEmpty ? "a name in it is empty" : "it has \"\(name)\" in it, and names are all there is in one"))
    }
    return names
  }

  private static func slices(_ text: String) throws(Problem) -> [String] {
    let stem = text.dropLast(".slice".count)
    // The root slice has no place of its own.
    guard stem != "-" else { return [] }
    let words = stem.split(separator: "-", omittingEmptySubsequences: false)
    guard words.allSatisfy({ !$0.isEmpty }) else {
      throw Problem("is not the name of a systemd slice: a dash stands between two words (a-b.slice is in a.slice)")
    }
    return words.indices.map { words[...$0].joined(separator: "-") + ".slice" }
  }

  /// Why a text is no cgroup's parent.
  struct Problem: Error {
    let words: String
    init(_ words: String) { self.words = words }
  }
}

extension LinuxConfiguration {
  /// The cgroup that the pod's is made in, as a path below each hierarchy's mount; `nil` where the daemon's own is meant.
  ///
  /// Of a configuration that was validated; of another one, `nil` too where `cgroupParent` is no parent.
  var cgroupParentPath: String? {
    guard !cgroupParent.isEmpty else { return nil }
    do {
      return try CgroupParent.path(cgroupParent)
    } catch {
      return nil
    }
  }
}
