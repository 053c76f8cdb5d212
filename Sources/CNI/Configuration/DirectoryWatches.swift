import Glibc
import LinuxKernel
import Synchronization
import SystemPackage

/// Waits for changes in directories that may come and go (inotify).
///
/// inotify watches inodes, not paths. So every directory on the way is watched for the name that leads on, and after each
/// change all watches are set anew: what was removed, moved or swapped in between is found again.
final class DirectoryWatches: Sendable {
  /// What happens to names; enough of a directory that only leads on, whose files are nobody's business here.
  private static let nameMask =
    UInt32(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
  private static let mask = nameMask | UInt32(IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB)

  /// The names that matter in a directory; nil for all.
  private typealias Names = Set<String>?

  private struct State {
    var watched: [CInt: Names] = [:]
    var isIncomplete = false
  }

  private let instance: OwnedDescriptor
  private let state = Mutex(State())
  private let quiet: Duration
  private let longest: Duration
  private let retry: Duration

  /// A burst is over after `quiet` without a change, or after `longest`; a directory that could not be watched is looked for again after `retry`.
  init(
    quiet: Duration = .milliseconds(50), longest: Duration = .seconds(1), retry: Duration = .seconds(2)
  ) throws(CNIError) {
    let raw = inotify_init1(CInt(IN_NONBLOCK) | CInt(IN_CLOEXEC))
    guard raw >= 0 else {
      throw CNIError(
        .execution, code: CNIError.Code.ioFailure, "could not watch directories: \(Errno(rawValue: errno))",
        details: "see fs.inotify.max_user_instances")
    }
    instance = OwnedDescriptor(raw)
    self.quiet = quiet
    self.longest = longest
    self.retry = retry
  }

  /// Watches a directory of configurations with all that its files and plugins hang on, and other directories.
  func arm(directory: String, others: [String]) {
    state.withLock { state in
      let before = Set(state.watched.keys)
      state = State()
      for path in [directory] + others { watchPath(path, &state) }
      for path in related(to: directory) { watch(path, nil, &state) }
      for stale in before.subtracting(state.watched.keys) { inotify_rm_watch(instance.raw, stale) }
    }
  }

  /// Waits for a change that matters and for the end of its burst; false when `end` became readable.
  func waitForBurst(end: CInt) -> Bool {
    while true {
      let again = state.withLock { $0.isIncomplete } ? SuspendingClock.now + retry : nil
      let ready = Poll.wait(for: [(instance.raw, POLLIN), (end, POLLIN)], until: again)
      if ready[1] { return false }
      if !ready[0] { return true }
      guard drain() else { continue }
      let limit = SuspendingClock.now + longest
      while Poll.isReadable(instance.raw, until: min(.now + quiet, limit)), .now < limit { _ = drain() }
      return true
    }
  }

  /// The directories on the way to a path, each for the next name, and the last one for all names.
  private func watchPath(_ path: String, _ state: inout State) {
    var walked = "/"
    for name in path.split(separator: "/") {
      watch(walked, [String(name)], &state)
      walked += walked == "/" ? String(name) : "/\(name)"
    }
    if !watch(walked, nil, &state) { state.isIncomplete = true }
  }

  @discardableResult
  private func watch(_ path: String, _ names: Names, _ state: inout State) -> Bool {
    // One directory may both lead on and hold configurations.
    let mask = (names == nil ? DirectoryWatches.mask : DirectoryWatches.nameMask) | UInt32(IN_MASK_ADD)
    let watch = inotify_add_watch(instance.raw, path, mask)
    guard watch >= 0 else { return false }
    if let known = state.watched[watch] {
      state.watched[watch] = known.flatMap { known in names.map { known.union($0) } }
    } else {
      state.watched[watch] = names
    }
    return true
  }

  /// The directories in a directory, which hold networks' plugins, and those that its symbolic links lead to.
  private func related(to directory: String) -> Set<String> {
    var related: Set<String> = []
    do {
      for name in try Directories.names(in: directory).prefix(1024) {
        let path = "\(directory)/\(name)"
        if HostFile.isDirectory(path) {
          related.insert(path)
        } else if let target = HostFile.linkTarget(path), let slash = target.lastIndex(of: "/") {
          related.insert(String(target[..<slash]))
        }
      }
    } catch {
      // Loading the directory will say why it cannot be read.
    }
    return related
  }

  /// Reads all pending events; whether one of them matters.
  private func drain() -> Bool {
    var matters = false
    while true {
      let events = [UInt8](unsafeUninitializedCapacity: 1 << 14) { buffer, count in
        count = max(0, read(instance.raw, buffer.baseAddress, buffer.count))
      }
      guard !events.isEmpty else { return matters }
      state.withLock { state in
        if DirectoryWatches.matter(events, state.watched) { matters = true }
      }
    }
  }

  /// struct inotify_event: watch, mask, cookie and length in four bytes each, then the name, filled up with NULs.
  private static func matter(_ events: [UInt8], _ watched: [CInt: Names]) -> Bool {
    var rest = events[...]
    while rest.count >= 16 {
      let words = (0..<4).map { word in
        rest.dropFirst(4 * word).prefix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      }
      let name = String(decoding: rest.dropFirst(16).prefix(Int(words[3])).prefix { $0 != 0 }, as: UTF8.self)
      rest = rest.dropFirst(16 + Int(words[3]))
      // An overflow says that anything may have happened; a watch that is gone, that its directory is.
      if words[1] & UInt32(IN_Q_OVERFLOW) != 0 { return true }
      guard let names = watched[CInt(bitPattern: words[0])] else { continue }
      if name.isEmpty || names?.contains(name) ?? true { return true }
    }
    return false
  }
}
