import CNI
import LinuxKernel

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
    do {
      for name in try Directories.names(in: results) where name.hasPrefix(network + "-") {
        // One that cannot be linked is one that the dry run does not know of: the same as none.
        symlink("\(results)/\(name)", "\(path)/results/\(name)")
      }
    } catch {
      unreadable = "\(error)"
    }
  }

  /// Removes the directory and what the dry run put into it.
  func remove() {
    // What cannot be listed stays in the directory for temporary files; nothing better can be done with it.
    for name in (try? Directories.names(in: path + "/results")) ?? [] { unlink("\(path)/results/\(name)") }
    rmdir(path + "/results")
    rmdir(path)
  }
}
