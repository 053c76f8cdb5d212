import LinuxKernel
import Logging

extension SandboxService {
  /// Sees to it that the sandbox turns not ready the moment its pause exits.
  func watch(_ id: String, _ pause: ProcessHandle) {
    do {
      let watch = try host.watcher.watch(pause) { [weak self] in self?.pauseExited(id, pause) }
      registry.change(id) { if $0.pause != nil { $0.exitWatch = watch } }
    } catch {
      host.logger.error("the exit of its pause will not be noticed: \(error)", metadata: ["sandbox": "\(id)"])
    }
  }

  private func pauseExited(_ id: String, _ pause: ProcessHandle) {
    let died = registry.change(id) { sandbox in
      sandbox.exitWatch = nil
      guard sandbox.pause != nil else { return false }
      sandbox.pause = nil
      return sandbox.record.stage == .ready
    }
    if died == true {
      host.logger.warning("pause exited by itself; the sandbox is not ready", metadata: ["sandbox": "\(id)"])
    }
    _ = pause.reap()
  }
}
