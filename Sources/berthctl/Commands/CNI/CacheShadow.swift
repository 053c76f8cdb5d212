import CNI

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A cache directory for a dry run, which may drop and replace what it likes: its entries are symbolic links to the real ones.
struct CacheShadow {
  let path: String
  /// Why the real cache could not be looked into, if so.
  private(set) var unreadable: String?

  /// Makes the directory below TMPDIR, else /tmp, with the entries of one network. Errors: there is no place for temporary
  /// files.
  init(of cache: String, network: String) throws(CNIError) {
    let temporary = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    let made = "\(temporary)/berthctl-cni.XXXXXX".withCString { template -> String? in
      guard let copy = strdup(template) else { return nil }
      defer { free(copy) }
      return mkdtemp(copy).map { String(cString: $0) }
    }
    guard let made, mkdir(made + "/results", 0o700) == 0 else {
      throw CNIError(
        .cache, code: CNIError.Code.ioFailure,
        "could not make a directory in \(temporary) for a dry run (TMPDIR names another): "
          + String(cString: strerror(errno)))
    }
    path = made
    link(cache, network: network)
  }

  private mutating func link(_ cache: String, network: String) {
    guard let real = realpath(cache + "/results", nil) else {
      if errno != ENOENT { unreadable = "\(cache)/results: \(String(cString: strerror(errno)))" }
      return
    }
    let results = String(cString: real)
    free(real)
    guard let names = CacheShadow.names(in: results) else {
      unreadable = "\(results): \(String(cString: strerror(errno)))"
      return
    }
    // One that cannot be linked is one that the dry run does not know of: the same as none.
    for name in names where name.hasPrefix(network + "-") { symlink("\(results)/\(name)", "\(path)/results/\(name)") }
  }

  /// Removes the directory and what the dry run put into it.
  func remove() {
    for name in CacheShadow.names(in: path + "/results") ?? [] { unlink("\(path)/results/\(name)") }
    rmdir(path + "/results")
    rmdir(path)
  }

  /// What lies in a directory; nil, with errno, if it cannot be read.
  private static func names(in directory: String) -> [String]? {
    guard let stream = opendir(directory) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
