import CNI
import JSON

extension Trial {
  /// A pod with the interface that the network is for: `lo` for loopback, as runtimes call it, else `eth0`.
  func standardPod() throws -> Pod {
    try pod(interface: subject.list.plugins[0].type == "loopback" ? "lo" : "eth0")
  }

  /// Whether the first plugin under test is an IPAM plugin called by itself.
  var isAddressManager: Bool {
    let plugin = subject.list.plugins[subject.range.lowerBound]
    return plugin.ipamType == plugin.type
  }

  /// Skips where nothing makes an interface in the pod, which nobody has been added to yet.
  func requireNewInterface(_ pod: Pod) throws {
    if isAddressManager { try skip("an IPAM plugin makes no interface") }
    if try link(pod) != nil { try skip("\(pod.interfaceName) is in every pod: the plugin does not make it") }
  }

  /// A pod that nobody has been added to, of a network that makes interfaces.
  func newInterfacePod() throws -> Pod {
    let pod = try standardPod()
    try requireNewInterface(pod)
    return pod
  }

  /// ADD of the last plugin under test alone, after those before it, with a request that is changed first.
  func addAlone(_ pod: Pod, _ change: (inout Request) throws -> Void) throws -> Call {
    var request = try request(.add, pod, previousResult: try prepare(pod))
    try change(&request)
    return send(request)
  }

  /// DEL of the last plugin under test alone, with a request that is changed first.
  func delAlone(_ pod: Pod, _ previousResult: JSON?, _ change: (inout Request) throws -> Void = { _ in }) throws -> Call
  {
    var request = try request(.del, pod, previousResult: previousResult)
    try change(&request)
    return send(request)
  }

  /// CHECK of the last plugin under test alone, with a request that is changed first.
  func checkAlone(_ pod: Pod, _ previousResult: JSON?, _ change: (inout Request) throws -> Void = { _ in }) throws
    -> Call
  {
    var request = try request(.check, pod, previousResult: previousResult)
    try change(&request)
    return send(request)
  }

  /// GC of the last plugin under test alone; these pods are the valid ones.
  func gcAlone(valid: [Pod], _ change: (inout Request) throws -> Void = { _ in }) throws -> Call {
    let attachments = valid.map { pod -> JSON in
      ["containerID": .string(pod.containerID), "ifname": .string(pod.interfaceName)]
    }
    var request = try request(.gc, nil)
    request.configuration["cni.dev/valid-attachments"] = .array(attachments)
    // The key of an earlier text of the specification, which libcni sends as well.
    request.configuration["cni.dev/attachments"] = .array(attachments)
    try change(&request)
    return send(request)
  }

  /// STATUS of the last plugin under test alone, with a request that is changed first.
  func statusAlone(_ change: (inout Request) throws -> Void = { _ in }) throws -> Call {
    var request = try request(.status, nil)
    try change(&request)
    return send(request)
  }

  /// A verb of the last plugin under test with all that it needs, its request changed first: CHECK of an attachment, DEL of
  /// a container that nobody knows.
  func alone(_ verb: Verb, _ change: (inout Request) throws -> Void = { _ in }) throws -> Call {
    switch verb {
    case .add: return try addAlone(try standardPod(), change)
    case .del: return try delAlone(try standardPod(), nil, change)
    case .check:
      try requireCheck()
      let pod = try standardPod()
      return try checkAlone(pod, try attach(pod), change)
    case .gc:
      try speak(atLeast: "1.1.0", for: "GC")
      return try gcAlone(valid: [], change)
    case .status:
      try speak(atLeast: "1.1.0", for: "STATUS")
      return try statusAlone(change)
    case .version:
      var request = try request(.version, nil)
      request.standardInput = JSON.object(["cniVersion": .string(subject.version)]).serialized()
      try change(&request)
      return send(request)
    }
  }
}
