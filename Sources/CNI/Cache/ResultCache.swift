import JSON
import LinuxKernel
import SystemPackage

/// The cache of results that libcni defines and other runtimes share: `<directory>/results/<network>-<container>-<interface>`.
struct ResultCache: Sendable {
  let directory: String

  var results: String { "\(directory)/results" }

  func path(network: String, _ attachment: Attachment) -> String {
    "\(results)/\(network)-\(attachment.containerID)-\(attachment.interfaceName)"
  }

  func read(network: String, _ attachment: Attachment) -> Reading {
    let bytes: [UInt8]
    do {
      guard let found = try contents(path(network: network, attachment)) else { return .absent }
      bytes = found
    } catch {
      return .corrupt(error.text)
    }
    return Reading(bytes, network: network, attachment)
  }

  /// Puts an entry in place by a temporary file and a rename. Not durable: the caller keeps all that DEL needs elsewhere.
  ///
  /// Errors: it is longer than what is read again; the file system.
  func write(_ entry: CacheEntry) throws(CNIError) {
    let bytes = entry.json.serialized()
    guard bytes.count <= CNIBounds.cacheEntry else {
      throw CNIError(
        .cache, code: CNIError.Code.ioFailure, "the cache entry has more than \(CNIBounds.cacheEntry) bytes",
        details: "shorten the configuration, the capabilities' values or the result")
    }
    let path = path(network: entry.network, entry.attachment)
    try CNIError.translating { () throws(KernelError) in
      try Directories.make(results)
      // Beside `results`, not in it: other runtimes take whatever lies there for an entry.
      do throws(KernelError) {
        try DurableFile.replace(path, with: bytes, durable: false, temporaryDirectory: directory)
      } catch {
        guard error.errno == .improperLink else { throw error }
        // `results` is a file system of its own.
        try DurableFile.replace(path, with: bytes, durable: false)
      }
    }
  }

  /// Removes an attachment's entry; that there is none is success. Not to be called for what reads as `foreign`.
  func remove(network: String, _ attachment: Attachment) throws(CNIError) {
    let path = path(network: network, attachment)
    try CNIError.translating { () throws(KernelError) in try DurableFile.remove(path, durable: false) }
  }

  /// A file's bytes, no more than a writer of ours writes; nil when there is no file.
  func contents(_ path: String) throws(CNIError) -> [UInt8]? {
    try CNIError.translating { () throws(KernelError) in try HostFile.read(path, limit: CNIBounds.cacheEntry) }
  }

  /// Removes what writers left that were killed.
  func removeTemporaryFiles() throws(CNIError) {
    try CNIError.translating { () throws(KernelError) in
      try DurableFile.removeTemporaryFiles(in: directory)
      try DurableFile.removeTemporaryFiles(in: results)
    }
  }
}
