import Glibc
import LinuxKernel
import SystemPackage

/// The files as a trial sees them: the host's, with a layer of the trial's own over them that takes every change.
///
/// Made in a mount namespace that nobody else is in, which then has nothing of the host's that could be written.
struct PrivateTree {
  /// Where a layer is, below the stage, and what it lies over.
  struct Layer: Sendable, Hashable {
    /// The layer's directory on the stage.
    let directory: String
    /// Where the trial sees it: nothing for `/`.
    let path: String
  }

  private let layout: HostLayout
  /// The directory over which the stage is mounted until all is made: `/sys`, which everyone has and which is replaced anyway.
  private let stage = "/sys"
  private var root: String { stage + "/root" }
  /// The layers so far.
  private(set) var layers: [Layer] = []

  private init(_ layout: HostLayout) { self.layout = layout }

  /// Replaces the calling process's root, and all that is mounted there.
  static func enter(_ layout: HostLayout, ownsCgroups: Bool) throws -> WrittenFiles {
    var tree = PrivateTree(layout)
    try Mounts.makePrivate("/")
    try Mounts.new("tmpfs", at: tree.stage, [.noSetuid], options: "size=1g,mode=755")
    try Directories.make(tree.root, mode: 0o755)
    try tree.mountLayers()
    try tree.mountEmpty()
    try KernelMounts.make(in: tree.root, layout, ownsCgroups: ownsCgroups)
    // It stays open, and with it the stage, which is mounted nowhere any more in a moment.
    let descriptor = Glibc.open(tree.stage, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    try Mounts.becomeRoot(tree.root)
    return WrittenFiles(stage: descriptor, layers: tree.layers)
  }

  private mutating func mountLayers() throws {
    for path in layout.layered {
      do {
        try mountLayer(over: path)
      } catch {
        guard path != "/" else { return try bindAll() }
        try bindReadOnly(path)
      }
    }
    for path in layout.copied {
      guard let content = try? DurableFile.read(path, limit: 1 << 20) else { continue }
      try? DurableFile.replace(place(path), with: content, mode: 0o644, durable: false)
    }
  }

  private mutating func mountLayer(over path: String) throws {
    let number = layers.count
    let (upper, work) = ("\(stage)/upper\(number)", "\(stage)/work\(number)")
    try Directories.make(upper, mode: 0o755)
    try Directories.make(work, mode: 0o755)
    let lower = path.replacing("\\", with: "\\\\").replacing(":", with: "\\:").replacing(",", with: "\\,")
    try Mounts.new(
      "overlay", at: place(path), [.noDevices], options: "lowerdir=\(lower),upperdir=\(upper),workdir=\(work)")
    layers.append(Layer(directory: "upper\(number)", path: path == "/" ? "" : path))
  }

  /// Where the kernel has no overlay: everything as it is, read-only, and the places that are written usually on the stage.
  private mutating func bindAll() throws {
    layers = []
    try Mounts.bind("/", root, recursive: true)
    // The stage itself comes along; it is covered by what is mounted at its place next.
    try Mounts.setReadOnly(root, recursive: true)
    if HostFile.isDirectory("/etc/cni") { try mountEmpty("/etc/cni", mode: 0o755) }
  }

  private func bindReadOnly(_ path: String) throws {
    try Mounts.bind(path, place(path))
    try Mounts.setReadOnly(place(path))
  }

  private mutating func mountEmpty() throws {
    for path in layout.emptied { try mountEmpty(path, mode: path.hasSuffix("/tmp") ? 0o1777 : 0o755) }
    for path in layout.kept {
      try Directories.make(place(path), mode: 0o755)
      do { try mountLayer(over: path) } catch { try bindReadOnly(path) }
    }
    for path in layout.keptFiles {
      close(creat(place(path), 0o644))
      try bindReadOnly(path)
    }
    if layout.hasSeparateVarRun, HostFile.isDirectory("/var/run") { try Mounts.bind(place("/run"), place("/var/run")) }
  }

  private mutating func mountEmpty(_ path: String, mode: UInt16) throws {
    let directory = "empty\(layers.count)"
    try Directories.make("\(stage)/\(directory)", mode: mode)
    guard try makeDirectory(path) else { return }
    try Mounts.bind("\(stage)/\(directory)", place(path))
    layers.append(Layer(directory: directory, path: path))
  }

  /// False where it could not be made but by emptying the one that it lies in, which is done.
  private mutating func makeDirectory(_ path: String) throws -> Bool {
    do throws(KernelError) {
      try Directories.make(place(path), mode: 0o755)
      return true
    } catch {
      guard error.errno == .readOnlyFileSystem else { throw error }
      let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
      guard !parent.isEmpty, !layers.contains(where: { $0.path == parent }) else { throw error }
      try mountEmpty(parent, mode: 0o755)
      try Directories.make(place(path), mode: 0o755)
      return false
    }
  }

  private func place(_ path: String) -> String { path == "/" ? root : root + path }
}
