import CNI
import JSON
import LinuxKernel

extension Trial {
  /// Attaches a pod with values for the capabilities that the plugins declare, and waits until its addresses can be used.
  func wire(_ pod: Pod, _ capabilities: JSONObject = [:]) throws -> Wired {
    var document: JSON?
    for index in 0..<subject.range.upperBound {
      var request = try request(.add, pod, plugin: index, previousResult: document)
      give(&request, capabilities, plugin: index)
      let call = send(request)
      try require(call.succeeded, "ADD of \(call.request.plugin) failed: \(call.outcome)")
      document = try require(call.document, "ADD printed no single JSON document: \(call.outcome)")
    }
    let printed = try require(document, "nothing was asked to ADD")
    let result = try CNIResult(printed, defaultVersion: subject.version)
    if promisesNothing(result, pod) { try skip("the network makes no interface: its addresses are nobody's") }
    let kind = try Place(pod).kind(of: pod.interfaceName)
    let wired = Wired(
      pod: pod, document: printed, result: result, capabilities: capabilities,
      meetsHost: !["macvlan", "ipvlan"].contains(kind))
    if wired.addresses.isEmpty { try skip("the network gives the pod no address to be called by") }
    try needsOwnAddresses(wired)
    try settle([wired.place, .host])
    return wired
  }

  /// Whether a plugin tells of no interface and makes none, as an IPAM plugin that is called by itself.
  func promisesNothing(_ result: CNIResult, _ pod: Pod) -> Bool {
    result.interfaces.isEmpty && !NetworkNamespace.hasInterface(pod.interfaceName, at: pod.networkNamespace)
  }

  /// A new pod, attached.
  func wire(_ capabilities: JSONObject = [:]) throws -> Wired { try wire(try pod(), capabilities) }

  /// Ends the trial where a second pod gets the first one's address because the configuration has one for all.
  private func needsOwnAddresses(_ wired: Wired) throws {
    let addresses = Set(wired.addresses)
    let isStatic = subject.list.plugins.contains { $0.delegateTypes.contains("static") }
    if isStatic, calledBy.contains(where: { $0.key != wired.pod.containerID && !$0.value.isDisjoint(with: addresses) })
    {
      try skip("the network has one address for all pods")
    }
    calledBy[wired.pod.containerID, default: []].formUnion(addresses)
  }

  /// Detaches it again; all plugins must say that they did.
  func unwire(_ wired: Wired) throws {
    calledBy["\(wired.pod.containerID) \(wired.pod.interfaceName)"] = nil
    for index in (0..<subject.range.upperBound).reversed() {
      var request = try request(.del, wired.pod, plugin: index, previousResult: wired.document)
      give(&request, wired.capabilities, plugin: index)
      let call = send(request)
      expect(call.succeeded, "DEL of \(call.request.plugin) failed: \(call.outcome)")
    }
  }

  /// The values of the capabilities that a plugin declares, as a runtime puts them.
  private func give(_ request: inout Request, _ capabilities: JSONObject, plugin index: Int) {
    let declared = subject.list.plugins[index].capabilities
    let values = capabilities.filter { declared.contains($0.key) }
    if !values.isEmpty {
      request.configuration["runtimeConfig"] = .object(JSONObject(values.map { ($0.key, $0.value) }))
    }
  }

  /// Waits until no address in the places is tentative any more, at most five seconds.
  func settle(_ places: [Place]) throws {
    let deadline = SuspendingClock.now + .seconds(5)
    for place in places {
      while try place.hasTentativeAddress(), SuspendingClock.now < deadline { pause(.milliseconds(50)) }
    }
  }

  /// Ends the trial unless a plugin under test declares the capability.
  func needs(capability name: String) throws {
    guard subject.list.plugins[0..<subject.range.upperBound].contains(where: { $0.capabilities.contains(name) }) else {
      try skip("no plugin of the network declares the capability \(name)")
    }
  }
}
