import JSON
import LinuxKernel

extension ResultCache {
  /// The entries of all attachments, or of one container's, sorted by file name.
  func attachments(containerID: String?) throws(CNIError) -> [CachedAttachment] {
    var attachments: [CachedAttachment] = []
    for name in try names(mentioning: containerID) {
      guard case .success(let entry) = entry(name) else { continue }
      if let containerID, entry.attachment.containerID != containerID { continue }
      attachments.append(
        CachedAttachment(network: entry.network, attachment: entry.attachment, configuration: entry.configuration))
    }
    return attachments
  }

  /// The files that are no entries, or those whose name mentions a container.
  func unreadable(containerID: String?) throws(CNIError) -> [UnreadableCacheEntry] {
    var found: [UnreadableCacheEntry] = []
    for name in try names(mentioning: containerID) {
      guard case .failure(let unreadable) = entry(name), let reason = unreadable.reason else { continue }
      found.append(UnreadableCacheEntry(name: name, path: "\(results)/\(name)", reason: reason))
    }
    return found
  }

  /// Both at once: every file is read a single time.
  func contents() throws(CNIError) -> (attachments: [CachedAttachment], unreadable: [UnreadableCacheEntry]) {
    var attachments: [CachedAttachment] = []
    var found: [UnreadableCacheEntry] = []
    for name in try names(mentioning: nil) {
      switch entry(name) {
      case .success(let entry):
        attachments.append(
          CachedAttachment(network: entry.network, attachment: entry.attachment, configuration: entry.configuration))
      case .failure(let unreadable):
        guard let reason = unreadable.reason else { continue }
        found.append(UnreadableCacheEntry(name: name, path: "\(results)/\(name)", reason: reason))
      }
    }
    return (attachments, found)
  }

  /// Removes a file that is no entry; one that has become one stays.
  func remove(_ unreadable: UnreadableCacheEntry) throws(CNIError) {
    guard case .failure = entry(unreadable.name) else { return }
    try CNIError.translating { () throws(KernelError) in try DurableFile.remove(unreadable.path, durable: false) }
  }

  private func names(mentioning containerID: String?) throws(CNIError) -> [String] {
    let names = try CNIError.translating { () throws(KernelError) in try Directories.names(in: results) }
    // No network's name begins with a dot: it is a writer's temporary file.
    let entries = names.filter { !$0.hasPrefix(".") }
    guard let containerID else { return entries }
    return entries.filter { ResultCache.mayBelong($0, to: containerID) }
  }

  /// Why a file is no entry; no reason when it is gone.
  private struct Unreadable: Error {
    let reason: String?
  }

  private func entry(_ name: String) -> Result<CacheEntry, Unreadable> {
    let bytes: [UInt8]
    do throws(CNIError) {
      guard let found = try contents("\(results)/\(name)") else { return .failure(Unreadable(reason: nil)) }
      bytes = found
    } catch {
      return .failure(Unreadable(reason: error.text))
    }
    guard !bytes.isEmpty else { return .failure(Unreadable(reason: "the file is empty")) }
    do throws(JSONError) {
      let object = try JSON(parsing: bytes).object
      guard let entry = object.flatMap(CacheEntry.init), !entry.network.isEmpty, !entry.attachment.interfaceName.isEmpty
      else { return .failure(Unreadable(reason: "the file holds no cache entry")) }
      return .success(entry)
    } catch {
      return .failure(Unreadable(reason: error.description))
    }
  }

  /// Whether `-<id>-` stands in the name with something before and after it; spares reading every file.
  private static func mayBelong(_ name: String, to containerID: String) -> Bool {
    let name = Array(name.utf8)
    let part = Array("-\(containerID)-".utf8)
    guard name.count > part.count + 1 else { return false }
    return (1..<(name.count - part.count)).contains { name[$0..<($0 + part.count)].elementsEqual(part) }
  }
}
