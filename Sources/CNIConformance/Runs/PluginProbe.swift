import Glibc
import JSON
import LinuxKernel

/// Asks plugins who they are, in namespaces of their own: the first that is done, which shows whether there can be any.
enum PluginProbe {
  /// Throws where no namespaces can be made, in words for a user.
  static func ask(
    _ plugins: [(type: String, path: String)], in isolation: Isolation
  ) throws -> [PluginIdentity] {
    let process: TrialProcess
    do {
      process = try isolation.begin(uplinks: ["uplink0"], deadline: .seconds(60)) { host in
        for plugin in plugins {
          let identity = PluginIdentity.asking(type: plugin.type, executable: plugin.path)
          host.tell(.other(identity.json))
        }
      }
    } catch {
      throw refusal("\(error)")
    }
    while !process.look(Poll.wait(for: process.descriptors, until: process.nextLook)[...]) {}
    isolation.end(process)
    var identities: [PluginIdentity] = []
    for message in process.messages {
      switch message {
      case .broken(let why): throw refusal(why)
      case .other(let json): if let identity = PluginIdentity(json) { identities.append(identity) }
      case .call, .over: continue
      }
    }
    return identities
  }

  private static func refusal(_ why: String) -> UsageFault {
    geteuid() == 0
      ? UsageFault("no namespaces can be made here: \(why)")
      : UsageFault("root is needed: a user namespace was tried in its stead, and refused (\(why))")
  }
}
