public import CNI
public import CNIPlugin
public import JSON
import LinuxKernel

/// Gives addresses out of ranges, and keeps account of them in files of this host (the reference plugin `host-local`).
///
/// It gives from the reference plugin's own directories, under its lock, and in its order; either gives back what the other
/// has given.
public struct HostLocal: NativePlugin {
  /// Its name in `ipam.type`.
  public let type = "host-local"

  /// A plugin.
  public init() {}

  /// Its keys are those of `ipam`; the others are its caller's.
  public func reasonToExecute(_ configuration: JSONObject) -> String? {
    switch read(configuration) {
    case .failure(let error): return error.message
    case .success(let (_, unknown)):
      return unknown.first { $0.path.utf8.starts(with: "ipam.".utf8) }.map { "the key \($0.path) is not known" }
    }
  }

  /// Gives one address of each set; all or none.
  public func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult {
    let request = try HostLocalRequest(call)
    let dns = try request.resolvConf.map { path throws(PluginError) in try ResolverFile.read(path) }
    var allocation = Allocation(request, owner: call.owner, checksOwner: !call.caller.isNewAttachment)
    let ips = try reporting { () throws(KernelError) in
      try request.directory.locked(call.caller.cancellation) { () throws(KernelError) in try allocation.run() }
    }
    if let failure = allocation.failure { throw failure }
    do throws(CNIError) {
      return try CNIResult(cniVersion: call.cniVersion, ips: ips, routes: request.routes, dns: dns ?? .init())
    } catch {
      throw PluginError(error)
    }
  }

  /// Gives back what the attachment has: by the previous result, and where that does not lead to all, by every file.
  public func del(_ call: PluginCall<Configuration>) throws(PluginError) {
    let request = try HostLocalRequest(call)
    let directory = request.directory
    let known = call.previousResult?.ips.map(\.address.address) ?? []
    try reporting { () throws(KernelError) in
      try directory.locked(call.caller.cancellation) { () throws(KernelError) in
        var released = 0
        for address in known where try directory.release(address, of: call.owner) { released += 1 }
        // The result is what the last plugin of the list made of it: only where it has led to one of each set nothing else
        // is to be looked for, which takes as long as there are addresses given.
        guard released < request.sets.count else { return }
        for (address, owner) in try directory.reservations() where owner.isSame(as: call.owner) {
          try directory.release(address, of: call.owner)
        }
      }
    }
  }

  /// Whether the attachment has an address.
  public func check(_ call: PluginCall<Configuration>) throws(PluginError) {
    let directory = try HostLocalRequest(call).directory
    let reservations = try reporting { () throws(KernelError) in try directory.reservations() }
    guard reservations.contains(where: { $0.owner.isSame(as: call.owner) }) else {
      throw PluginError("host-local: Failed to find address added by container \(call.containerID)")
    }
  }

  /// Gives back what belongs to no valid attachment.
  public func gc(_ call: PluginCall<Configuration>) throws(PluginError) {
    let directory = try HostLocalRequest(call).directory
    let valid = call.validAttachments.map {
      ReservationDirectory.Owner(containerID: $0.containerID, interfaceName: $0.interfaceName)
    }
    try reporting { () throws(KernelError) in
      guard try !directory.taken().isEmpty else { return }
      try directory.locked(call.caller.cancellation) { () throws(KernelError) in
        for (address, owner) in try directory.reservations()
        where call.caller.owns?(owner.containerID) ?? true && !valid.contains(where: owner.isSame) {
          try directory.release(address, of: owner)
        }
      }
    }
  }

  /// Checks the configuration, and that each set has an address left (code 50).
  public func status(_ call: PluginCall<Configuration>) throws(PluginError) {
    let request = try HostLocalRequest(call)
    for (index, set) in request.sets.enumerated() {
      guard try reporting({ () throws(KernelError) in try request.directory.isUsedUp(set, index) }) else { continue }
      throw PluginError(
        "no IP addresses available in range set: \(set)", code: CNIError.Code.notAvailable,
        details: "\(request.directory.path) has given away all of them")
    }
  }
}

extension PluginCall {
  fileprivate var owner: ReservationDirectory.Owner {
    ReservationDirectory.Owner(containerID: containerID, interfaceName: interfaceName)
  }
}

/// A failure of the kernel's as a plugin tells it.
func reporting<T>(_ body: () throws(KernelError) -> T) throws(PluginError) -> T {
  do throws(KernelError) {
    return try body()
  } catch {
    throw PluginError("\(error)", code: CNIError.Code.ioFailure)
  }
}
