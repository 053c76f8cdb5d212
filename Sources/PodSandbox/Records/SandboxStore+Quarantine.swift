import CNI
import JSON
import LinuxKernel

extension SandboxStore {
  /// The name in a record that cannot be used otherwise, so that it stays reserved; `nil` when it cannot be made out.
  func nameInUnreadable(_ file: Unreadable) -> SandboxName? {
    // Whatever fails here, the id is still reserved by the file itself.
    guard let bytes = try? DurableFile.read(file.path, limit: 4 << 20),
      let intent = bytes.split(separator: UInt8(ascii: "\n")).first, let document = try? JSON(parsing: Array(intent)),
      let metadata = document["configuration"]?["metadata"], let name = metadata["name"]?.string
    else { return nil }
    var found = PodSandboxConfiguration.Metadata()
    found.name = name
    found.namespace = metadata["namespace"]?.string ?? ""
    found.uid = metadata["uid"]?.string ?? ""
    found.attempt = metadata["attempt"]?.integer.flatMap(UInt32.init(exactly:)) ?? 0
    return SandboxName(found)
  }
}
