import JSON
import CNI
import FoundationEssentials
import LinuxKernel

/// Looks for what carries ids of this daemon on the host.
struct GarbageFinder: Sendable {
  /// What was found of one id.
  struct Traces: Sendable {
    var subjects: [String] = []
    var attachments: [CachedAttachment] = []
    var reservations: [HostLocalReservation] = []
  }

  let host: SandboxHost

  /// Everything that carries an id of ours, by id.
  func find() async -> [String: Traces] {
    var found: [String: Traces] = [:]
    func note(_ id: String, _ subject: String) { found[id, default: Traces()].subjects.append(subject) }
    for (id, path) in await DedicatedThread.run(name: "berth-gc", { files() }) { note(id, path) }
    // A cache that cannot be read is told by the operations that need it.
    let cached = (try? await host.cni(timeout: .seconds(1)).cachedAttachments()) ?? []
    for attachment in cached where host.ids.owns(attachment.attachment.containerID) {
      let id = attachment.attachment.containerID
      note(id, "CNI cache entry of network \(attachment.network), \(attachment.attachment.interfaceName)")
      found[id]?.attachments.append(attachment)
    }
    for reservation in await DedicatedThread.run(name: "berth-gc", { reservations() }) {
      note(reservation.containerID, reservation.path)
      found[reservation.containerID]?.reservations.append(reservation)
    }
    return found
  }

  /// A record from which the steps can undo what is left of an id, as far as its traces tell.
  func ghost(_ id: String, _ traces: Traces) async -> SandboxRecord {
    var networks: [SandboxRecord.Network] = []
    for cached in traces.attachments {
      var result: CNIResult?
      // Without a result there is no stand-in's address, and DEL goes on all the same.
      if let list = cached.configurationList {
        result = try? await host.cni(timeout: .seconds(1)).cachedResult(list, cached.attachment)
      }
      networks.append(
        SandboxRecord.Network(
          attachment: cached.attachment, configuration: String(decoding: cached.configuration, as: UTF8.self),
          result: result?.raw.description))
    }
    return SandboxRecord(
      id: id, configuration: PodSandboxConfiguration(), runtimeHandler: "", networks: networks, bootID: host.bootID,
      createdAt: 0, stage: .creating)
  }

  /// Removes the reservations that DEL has not released: its network may be configured no more.
  func releaseReservations(_ traces: Traces) async -> [String] {
    await DedicatedThread.run(name: "berth-gc") {
      traces.reservations.compactMap { reservation in
        do {
          try reservation.release()
          return nil
        } catch {
          return "\(error)"
        }
      }
    }
  }

  private func files() -> [(id: String, path: String)] {
    let configuration = host.configuration
    let namespaces = names(in: configuration.networkNamespaceDirectory).compactMap { name in
      host.ids.idPrefix(ofNetworkNamespace: name).map {
        (id: $0, path: configuration.networkNamespaceDirectory + "/" + name)
      }
    }
    let directories = names(in: configuration.state + "/sandboxes").map {
      (id: $0, path: configuration.state + "/sandboxes/" + $0)
    }
    let records = names(in: host.store.directory).filter { $0.hasSuffix(".json") }.map {
      (id: String($0.prefix { $0 != "." }), path: host.store.directory + "/" + $0)
    }
    let groups = host.cgroups.all.flatMap { hierarchy in
      let parent = Cgroup(path: configuration.cgroupParent, in: [hierarchy]).directory(in: hierarchy)
      return names(in: parent).map { name in
        (id: name.hasSuffix(".cni") ? String(name.dropLast(4)) : name, path: parent + "/" + name)
      }
    }
    let byID = (directories + records + groups).filter { host.ids.owns($0.id) }
    // A namespace's name has only the first half of the id; the other traces of the sandbox tell the whole.
    return byID
      + namespaces.map { namespace in
        (id: byID.first { $0.id.hasPrefix(namespace.id) }?.id ?? host.ids.padded(namespace.id), path: namespace.path)
      }
  }

  private func reservations() -> [HostLocalReservation] {
    host.allCatalogs.flatMap(\.lists).flatMap(HostLocalReservation.all).filter { host.ids.owns($0.containerID) }
  }

  /// A directory that is not there holds nothing.
  private func names(in directory: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  }
}
