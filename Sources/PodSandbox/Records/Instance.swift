import CNI
import LinuxKernel
import SystemPackage

/// Who this daemon is among those of the host: the tag in the ids of its sandboxes, kept in `<root>/instance`.
///
/// A root directory that has the file was made or adopted by berthd.
enum Instance {
  static func path(root: String) -> String { root + "/instance" }

  /// Reads the tag, or makes it: from a record that is there already, else from the root directory's name, so that a daemon
  /// whose root was wiped still knows its own.
  static func tag(root: String, store: SandboxStore) throws(KernelError) -> String {
    let path = path(root: root)
    do throws(KernelError) {
      let text = String(decoding: try DurableFile.read(path, limit: 64), as: UTF8.self).filter { !$0.isWhitespace }
      if isTag(text) { return text }
    } catch {
      // What is longer than a tag is none.
      guard error.errno == .noSuchFileOrDirectory || error.errno == .fileTooLarge else { throw error }
    }
    let ids = try Directories.names(in: store.directory).map { String($0.prefix { $0 != "." }) }
    let recorded = ids.first(where: SandboxIDs.isWellFormed).map { String($0.dropFirst(24).prefix(8)) }
    let tag = recorded ?? String(SHA512.hexDigest(of: Array(root.utf8)).prefix(8))
    try DurableFile.replace(path, with: Array("\(tag)\n".utf8), mode: 0o600, durable: true)
    return tag
  }

  private static func isTag(_ text: String) -> Bool {
    text.utf8.count == 8 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
