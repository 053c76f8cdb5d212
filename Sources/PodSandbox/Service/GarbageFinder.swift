import CNI
import JSON
import Glibc
import LinuxKernel
import NetworkPlugins
import SystemPackage

/// Looks for what carries ids of this daemon on the host; all of it blocks.
struct GarbageFinder: Sendable {
  /// What was found of one id.
  struct Traces: Sendable {
    var subjects: [String] = []
    var attachments: [CachedAttachment] = []
    /// Files that go when nothing else stands in the way: cache entries that cannot be read, records under odd names.
    var files: [String] = []
    var reservations: [HostLocalReservation] = []
    var links: [OwnedLink] = []
    /// Those of the host's nf_tables.
    var elements: [OwnedElement] = []
    /// Its groups, each in the hierarchy that it was found in.
    var groups: [Cgroup] = []
    /// Where they are, if not below the daemon's own.
    var cgroupParent: String?
  }

  let host: SandboxHost
  let quarantined: [SandboxStore.Unreadable]
  /// Whether an id leads to nothing that lives.
  let isNobodys: @Sendable (String) -> Bool

  /// Everything that carries an id of ours, by id.
  func find() throws -> [String: Traces] {
    var found: [String: Traces] = [:]
    for (id, path) in try files() { found[id, default: Traces()].subjects.append(path) }
    for (id, parent, group) in try groups() {
      found[id, default: Traces()].subjects += group.hierarchies.map { group.directory(in: $0) }
      found[id]?.groups.append(group)
      if parent != host.configuration.cgroupParent { found[id]?.cgroupParent = parent }
    }
    for file in quarantined {
      found[file.id, default: Traces()].files.append(file.path)
      if found[file.id]?.subjects.contains(file.path) == false { found[file.id]?.subjects.append(file.path) }
    }
    try findCached(&found)
    for reservation in reservations() {
      guard case .owner(let id) = reservation.content, host.ids.owns(id) else { continue }
      found[id, default: Traces()].subjects.append(reservation.path)
      found[id]?.reservations.append(reservation)
    }
    for link in try links() {
      found[link.identity.containerID, default: Traces()].subjects.append("link \(link.name)")
      found[link.identity.containerID]?.links.append(link)
    }
    for element in try OwnedElement.all() where host.ids.owns(element.identity.containerID) {
      found[element.identity.containerID, default: Traces()].subjects.append("element \(element)")
      found[element.identity.containerID]?.elements.append(element)
    }
    return found
  }

  /// Links of ours on the host. Those that are cut off the kernel takes away by itself, most often before anybody looks again, and
  /// what does not go with a namespace the link reaper.
  private func links() throws -> [OwnedLink] {
    let deadline = SuspendingClock.now + .seconds(1)
    while true {
      let links = try OwnedLink.all().filter { host.ids.owns($0.identity.containerID) }
      guard links.contains(where: isGoing), .now < deadline else { return links }
      // The kernel tells of its end to those who watch all links only.
      usleep(20_000)
    }
  }

  private func isGoing(_ link: OwnedLink) -> Bool {
    link.isCutOff || !link.goesWithNamespace && isNobodys(link.identity.containerID)
  }

  private func findCached(_ found: inout [String: Traces]) throws {
    let cni = host.plugins.cache
    let contents = try cni.cacheContents()
    for cached in contents.attachments where host.ids.owns(cached.attachment.containerID) {
      let id = cached.attachment.containerID
      found[id, default: Traces()].subjects.append(
        "CNI cache entry of network \(cached.network), \(cached.attachment.interfaceName)")
      found[id]?.attachments.append(cached)
    }
    for entry in contents.unreadable {
      // The name is <network>-<id>-<interface>: the id is the part that is one.
      guard let id = entry.name.split(separator: "-").map(String.init).first(where: host.ids.owns) else { continue }
      found[id, default: Traces()].subjects.append("\(entry.path), a CNI cache entry that cannot be read")
      found[id]?.files.append(entry.path)
    }
  }

  /// Addresses whose file a loss of power has emptied: nobody's, and nobody would ever get them.
  func emptied() -> [HostLocalReservation] { reservations().filter { $0.content == .empty } }

  /// What the steps can undo what is left of an id by, as far as its traces tell.
  func ghost(_ id: String, _ traces: Traces) -> Pod {
    let attachments = traces.attachments.filter { $0.configurationList != nil }
    var configuration = PodSandboxConfiguration()
    configuration.linux.cgroupParent = traces.cgroupParent ?? ""
    let record = SandboxRecord(
      SandboxRecord.Intent(
        id: id, configuration: configuration, runtimeHandler: "",
        networks: attachments.map { cached in
          .init(
            interfaceName: cached.attachment.interfaceName,
            configuration: String(decoding: cached.configuration, as: UTF8.self),
            executed: cached.configurationList.map(host.plugins.executedAtWorst))
        },
        bootID: host.bootID, createdAt: 0, warnings: []))
    var pod = host.pod(record, trace: TraceRecorder(.recovery, sandboxID: id))
    pod.cachedAttachments = attachments.map(\.attachment)
    let cni = host.plugins.cache
    pod.results = attachments.map { cached in
      // Without a result there is no stand-in's address, and DEL goes on all the same.
      guard let list = cached.configurationList, let result = try? cni.cachedResult(list, cached.attachment) else {
        return ""
      }
      return result.raw.description
    }
    return pod
  }

  /// Removes what no step's undo knows: groups in odd places, reservations that DEL has not released, since their network may be configured no more,
  /// and files under odd names.
  ///
  /// - Returns: What could not be removed, and why.
  func release(_ traces: Traces) -> [String] {
    let reservations = traces.reservations.map { reservation in { try reservation.release() } }
    let files = traces.files.map { path in { try DurableFile.remove(path, durable: false) } }
    let groups = traces.groups.map { group in
      {
        try group.kill(until: .now + host.configuration.stepTimeout)
        try group.remove()
      }
    }
    let links = traces.links.map { link in { try link.delete() } }
    let elements = traces.elements.map { element in { try element.delete() } }
    return (groups + links + elements + reservations + files).compactMap { remove in
      do {
        try remove()
        return nil
      } catch {
        return "\(error)"
      }
    }
  }

  private func files() throws -> [(id: String, path: String)] {
    let configuration = host.configuration
    // First the namespaces: whatever has one had its directory before, and has its record longer.
    let pinned = try names(in: configuration.networkNamespaceDirectory)
    let directories = try names(in: configuration.state + "/sandboxes").map {
      (id: $0, path: configuration.state + "/sandboxes/" + $0)
    }
    let records = try names(in: host.store.directory).map {
      (id: String($0.prefix { $0 != "." }), path: host.store.directory + "/" + $0)
    }
    let byID = (directories + records).filter { host.ids.owns($0.id) }
    let known = Set(byID.map(\.id) + (try groups().map(\.id)))
    // A namespace's name has only the first half of the id; the other traces of the sandbox tell the whole.
    let namespaces = pinned.compactMap { name in
      host.ids.idPrefix(ofNetworkNamespace: name).map { prefix in
        (
          id: known.first { $0.utf8.starts(with: prefix.utf8) } ?? host.ids.padded(prefix),
          path: configuration.networkNamespaceDirectory + "/" + name
        )
      }
    }
    return byID + namespaces
  }

  /// Groups of ours, each in the hierarchy that it was found in.
  private func groups() throws -> [(id: String, parent: String, group: Cgroup)] {
    try parents().flatMap { path in
      try host.cgroups.all.flatMap { hierarchy in
        let parent = Cgroup(path: path, in: [hierarchy])
        return try names(in: parent.directory(in: hierarchy)).compactMap { name in
          ownedID(ofGroup: name).map { ($0, path, parent.child(name)) }
        }
      }
    }
  }

  /// The daemon's own parent of groups, and those that requests have named, as far as something of theirs still lives: with a
  /// sandbox's record its parent's name is lost.
  private func parents() throws -> [String] {
    let named = try Cgroup.inhabited().compactMap { path -> String? in
      let names = path.split(separator: "/")
      guard let place = names.firstIndex(where: { ownedID(ofGroup: String($0)) != nil }) else { return nil }
      return "/" + names[..<place].joined(separator: "/")
    }
    return Set(named + [host.configuration.cgroupParent]).sorted()
  }

  private func ownedID(ofGroup name: String) -> String? {
    let id = name.hasSuffix(".cni") ? String(name.dropLast(4)) : name
    return host.ids.owns(id) ? id : nil
  }

  /// Of the networks that are configured and of those that ever were.
  private func reservations() -> [HostLocalReservation] {
    let configured = host.networks.all.flatMap(\.lists).flatMap(HostLocalReservation.directories)
    return Set(configured + host.plugins.dataDirectories.all).sorted().flatMap { directory in
      // One that cannot be listed is told by the operations that need it.
      (try? HostLocalReservation.all(in: directory)) ?? []
    }
  }

  /// A directory that is not there holds nothing.
  private func names(in directory: String) throws(KernelError) -> [String] {
    do throws(KernelError) {
      return try Directories.names(in: directory)
    } catch {
      guard error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory else { throw error }
      return []
    }
  }
}
