import CNI
import Glibc
import JSON
import LinuxKernel

/// Where the plugins under test keep what they must remember.
struct DataDirectories {
  /// None lies in another.
  let paths: [String]

  /// The usual one, those that the configuration names, and wherever a pod's id is found in a file while it is attached.
  init(_ trial: Trial) throws {
    let pod = try trial.pod()
    let result = try trial.attachUnderTest(pod, nil)
    let marks = PodMarks(pod)
    let files = try trial.snapshot([.file]).bearing { $0.kind == .file ? marks.identifier(in: $0) : nil }
    try trial.detachUnderTest(pod, result, mustDetach: false)
    try trial.discard(pod)
    let parents = files.map { String($0.item.identity[..<($0.item.identity.lastIndex(of: "/") ?? "/".startIndex)]) }
    let named = trial.subject.list.dataDirectories.filter { $0.hasPrefix("/") }
    let all = Set(["/var/lib/cni"] + named + parents).filter { $0.count > 1 }.sorted()
    paths = all.filter { path in !all.contains { $0 != path && path.hasPrefix($0 + "/") } }
  }

  /// Lays a small filesystem over each, has the closure called, and takes them off again.
  func covered(_ prepare: (String) throws -> Void, _ body: () throws -> Void) throws {
    var mounted: [String] = []
    defer { for path in mounted.reversed() { try? Mounts.detach(path) } }
    for path in paths {
      try Directories.make(path, mode: 0o755)
      try Mounts.tmpfs(at: path, size: 64 << 10, mode: 0o755)
      mounted.append(path)
      try prepare(path)
    }
    try body()
  }

  /// Leaves no room on the filesystem of a directory.
  static func fill(_ path: String) throws {
    let descriptor = open("\(path)/ballast", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw KernelError.failed("create", "\(path)/ballast") }
    defer { close(descriptor) }
    let block = [UInt8](repeating: 0x2e, count: 4096)
    while write(descriptor, block, block.count) > 0 {}
  }

  /// The regular files below the directories.
  func files() -> [String] {
    var found: [String] = []
    func collect(_ directory: String) {
      for entry in (try? Directories.entries(directory)) ?? [] {
        let path = "\(directory)/\(entry.name)"
        if entry.isDirectory { collect(path) } else { found.append(path) }
      }
    }
    for path in paths { collect(path) }
    return found.sorted()
  }

  /// Takes away all that is in them.
  func empty() throws {
    for path in paths {
      for entry in (try? Directories.entries(path)) ?? [] { try Directories.remove("\(path)/\(entry.name)") }
    }
  }
}
