import CNI
import CNIPlugin
import JSON
import LinuxKernel
import SystemPackage
import Netlink

/// The note of what a pod's interface was like before it was tuned: a file of the reference plugin's, with its owner in it.
struct TuningBackup {
  private let directory: String
  private let owner: LinkOwner

  private static let defaultDirectory = "/run/cni/tuning"
  private static let limit = 1 << 16

  init(_ call: PluginCall<Tuning.Configuration>) {
    (directory, owner) = (Self.directory(call), LinkOwner(of: call))
  }

  private static func directory(_ call: PluginCall<Tuning.Configuration>) -> String {
    call.configuration.dataDir.flatMap { $0.isEmpty ? nil : $0 } ?? defaultDirectory
  }

  var path: String { "\(directory)/\(Self.name(owner.identity))" }

  private static func name(_ identity: AttachmentIdentity) -> String {
    "\(identity.containerID)_\(identity.interfaceName).json"
  }

  /// What is noted; nil where there is no note, or none that can be read.
  func read() throws -> LinkAttributes? { try Self.document(path).map(LinkAttributes.init) }

  private static func document(_ path: String) throws -> JSONObject? {
    let bytes: [UInt8]
    do throws(KernelError) {
      bytes = try DurableFile.read(path, limit: limit)
    } catch {
      guard error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory else { throw error }
      return nil
    }
    return try? JSON(parsing: bytes).object
  }

  /// Notes what a link has. What is noted already stays: it is from before the first of several changes.
  func write(_ attributes: LinkAttributes) throws {
    try put(read()?.completed(by: attributes) ?? attributes)
  }

  /// Makes the note what it was before a change that was taken back.
  func replace(by former: LinkAttributes?) throws {
    if let former { try put(former) } else { try remove() }
  }

  private func put(_ attributes: LinkAttributes) throws {
    try Directories.make(directory, mode: 0o700)
    let document = attributes.document(owner: owner)
    try DurableFile.replace(path, with: JSON.object(document).serialized(), durable: false)
  }

  /// Removes the note; without one it is done.
  func remove() throws { try DurableFile.remove(path, durable: false) }

  /// Removes the notes of a call's network that belong to none of its valid attachments, as far as they are the caller's.
  static func collect(_ call: PluginCall<Tuning.Configuration>) throws {
    let directory = directory(call)
    for name in try Directories.names(in: directory) {
      guard let owner = try document("\(directory)/\(name)")?[ownerKey]?.string,
        let identity = LinkOwner.identity(in: owner, of: call.network), name == Self.name(identity),
        !call.isValid(identity), call.caller.owns?(identity.containerID) ?? true
      else { continue }
      try DurableFile.remove("\(directory)/\(name)", durable: false)
    }
  }
}

/// Not the reference plugin's, which passes over it.
private let ownerKey = "owner"

extension LinkAttributes {
  fileprivate init(_ document: JSONObject) {
    mac = document["mac"]?.string.flatMap(MACAddress.init)
    mtu = document["mtu"]?.integer.flatMap(UInt32.init(exactly:)).flatMap { $0 == 0 ? nil : $0 }
    isPromiscuous = document["promisc"]?.bool
    takesAllMulticast = document["allmulti"]?.bool
    transmitQueueLength = document["txQLen"]?.integer.flatMap(UInt32.init(exactly:))
  }

  fileprivate func document(owner: LinkOwner) -> JSONObject {
    var document: JSONObject = [:]
    document["mac"] = mac.map { .string($0.description) }
    document["promisc"] = isPromiscuous.map { .bool($0) }
    document["mtu"] = mtu.map { .integer($0) }
    document["allmulti"] = takesAllMulticast.map { .bool($0) }
    document["txQLen"] = transmitQueueLength.map { .integer($0) }
    document[ownerKey] = .string(owner.description)
    return document
  }
}
