import CNI
import JSON
import LinuxKernel

extension Trial {
  /// The entries of the network that are under test, each as it was written.
  private var entries: [JSONObject] { subject.list.plugins[0..<subject.range.upperBound].map(\.object) }

  /// Whether an entry has a key that says true.
  func declares(_ key: String) -> Bool { entries.contains { $0.value(ignoringCase: key)?.bool == true } }

  /// Whether the configuration keeps pods of the network from each other.
  var keepsPodsApart: Bool {
    declares("portIsolation") || entries.contains { $0.value(ignoringCase: "ingressPolicy")?.string == "isolated" }
  }

  /// Ends the trial where the configuration keeps pods apart.
  func skipIsolated() throws {
    if keepsPodsApart { try skip("the configuration keeps pods from each other") }
  }

  /// Ends the trial where the host and the pod cannot talk.
  func skipApart(_ wired: Wired) throws {
    if !wired.meetsHost { try skip("the kernel keeps a pod of this kind of interface and its own host apart") }
  }

  /// Who else can talk to the pods of a network: the host, or where that cannot, another pod.
  func caller(of wired: Wired) throws -> Place { wired.meetsHost ? .host : try wire().place }

  /// The families of which the result has a default route; ends the trial where there is none.
  func familiesWithDefaultRoute(_ wired: Wired) throws -> [IPAddress.Family] {
    let families = wired.families.filter { family in
      wired.result.routes.contains { $0.destination == .everything(family) }
    }
    if families.isEmpty { try skip("the result has no default route") }
    return families
  }
}
