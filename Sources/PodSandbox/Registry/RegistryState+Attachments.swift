import CNI

extension RegistryState {
  /// The attachments that are in use, those of runs that have yet to commit and those that are owed included.
  ///
  /// - Parameter networks: How many networks a runtime handler names; a pod of one that names none is on the default one.
  func attachments(networks: (_ runtimeHandler: String) -> Int) -> Set<AttachmentIdentity> {
    Set(
      places.values.flatMap { place -> [AttachmentIdentity] in
        let names: [String]
        switch place.entry {
        case .sandbox(let sandbox): names = sandbox.record.networks.map(\.interfaceName)
        case .owed(let debt): names = debt.sandbox.record.networks.map(\.interfaceName)
        case .run(let run): names = (0..<max(1, networks(run.runtimeHandler))).map { "eth\($0)" }
        case .quarantined, .collecting: names = []
        }
        return names.map { AttachmentIdentity(containerID: place.id, interfaceName: $0) }
      })
  }
}
