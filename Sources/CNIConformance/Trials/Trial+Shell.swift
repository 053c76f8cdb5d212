import CNI
import Glibc
import LinuxKernel
import SystemPackage

extension Trial {
  /// A directory of this trial's own on the host.
  func ownDirectory(_ name: String) throws -> String {
    let path = try Directories.canonical("/run") + "/conformance-\(self.name)-\(name)"
    try Directories.make(path, mode: 0o755)
    return path
  }

  /// Writes a script for `/bin/sh` that can be executed; skips where there is no shell.
  func script(_ path: String, _ text: String) throws {
    guard access("/bin/sh", X_OK) == 0 else { try skip("this needs a shell, and there is no /bin/sh") }
    try write(path, "#!/bin/sh\n\(text)\n")
  }

  /// Writes a file that can be executed.
  func write(_ path: String, _ text: String) throws {
    let file = try FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .truncate],
      permissions: [.ownerReadWriteExecute, .groupReadExecute])
    try file.closeAfter { _ = try file.writeAll(text.utf8) }
  }

  /// Calls a plugin by way of a shell's line, which has the plugin's path in `$executable`.
  func sendThroughShell(_ request: Request, _ line: String) throws -> Call {
    let path = try ownDirectory("shell") + "/" + request.plugin
    try script(path, "executable='\(request.executable)'\n\(line)")
    return send(
      Request(
        executable: path, plugin: request.plugin, environment: request.environment, standardInput: request.standardInput
      ))
  }
}
