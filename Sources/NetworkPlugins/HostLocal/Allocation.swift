import CNI
import CNIPlugin
import LinuxKernel

/// One container's addresses: one out of each set, those that are asked for before any other.
struct Allocation {
  let request: HostLocalRequest
  let owner: ReservationDirectory.Owner
  /// Whether the container may have addresses of before.
  let checksOwner: Bool
  /// Why there are none; what was taken is given back then.
  private(set) var failure: PluginError?
  private var given: [IPAddress] = []
  /// What the container has of before; looked for once, however many sets there are.
  private var held: [IPAddress]?

  /// So many addresses are tried one by one before it is asked which ones are taken.
  private static let attempts = 8

  init(_ request: HostLocalRequest, owner: ReservationDirectory.Owner, checksOwner: Bool) {
    self.request = request
    self.owner = owner
    self.checksOwner = checksOwner
  }

  /// The addresses, set by set; none with ``failure``. To be run under the directory's lock.
  mutating func run() throws(KernelError) -> [CNIResult.IPConfiguration] {
    do throws(KernelError) {
      var ips: [CNIResult.IPConfiguration] = []
      var wanted = request.wanted
      for (index, set) in request.sets.enumerated() {
        guard let ip = try next(set, index, &wanted) else { break }
        ips.append(ip)
      }
      if failure == nil, let first = wanted.first {
        let all = wanted.map(\.description).joined(separator: ", ")
        failure = HostLocalRequest.invalid(
          "failed to allocate all requested IPs: \(all)\(wanted.count == 1 ? ": \(first) is in no range" : "")")
      }
      guard failure != nil else { return ips }
    } catch {
      try giveBack()
      throw error
    }
    try giveBack()
    return []
  }

  private func giveBack() throws(KernelError) {
    for address in given { try request.directory.release(address, of: owner) }
  }

  private mutating func next(
    _ set: RangeSet, _ index: Int, _ wanted: inout [IPAddress]
  ) throws(KernelError) -> CNIResult.IPConfiguration? {
    if let place = wanted.firstIndex(where: { set.range(of: $0) != nil }) {
      return try take(wanted.remove(at: place), set, index)
    }
    if checksOwner, let held = try heldAlready(set) {
      failure = PluginError("\(owner.containerID) has been allocated to \(held), duplicate allocation is not allowed")
      return nil
    }
    guard let (range, address) = try free(set, index) else {
      failure = try exhausted(set)
      return nil
    }
    given.append(address)
    try request.directory.setLast(address, ofSet: index)
    return range.prefix(address).map { .init(address: $0, gateway: range.gateway.description) }
  }

  /// One that is asked for by name.
  private mutating func take(
    _ address: IPAddress, _ set: RangeSet, _ index: Int
  ) throws(KernelError) -> CNIResult.IPConfiguration? {
    guard let range = set.range(of: address), address != range.gateway else {
      failure = HostLocalRequest.invalid("requested ip \(address) is subnet's gateway")
      return nil
    }
    guard try request.directory.reserve(address, for: owner) else {
      failure = PluginError("requested IP address \(address) is not available in range set \(set)")
      return nil
    }
    given.append(address)
    try request.directory.setLast(address, ofSet: index)
    return range.prefix(address).map { .init(address: $0, gateway: range.gateway.description) }
  }

  private mutating func heldAlready(_ set: RangeSet) throws(KernelError) -> IPAddress? {
    if held == nil {
      held = try request.directory.reservations().filter { $0.owner.isSame(as: owner) }.map(\.address)
    }
    // What a set before has just given lies in none of the others: they do not overlap.
    return held?.first { set.range(of: $0) != nil }
  }

  private func free(_ set: RangeSet, _ index: Int) throws(KernelError) -> (AddressRange, IPAddress)? {
    var taken: Set<String>?
    var attempts = 0
    for (range, address) in set.addresses(after: request.directory.last(ofSet: index)) {
      if attempts == Self.attempts { taken = try request.directory.taken() }
      attempts += 1
      // What is taken by nobody is found empty: it is tried all the same once nothing else is left.
      if taken?.contains("\(address)") == true { continue }
      if try request.directory.reserve(address, for: owner) { return (range, address) }
    }
    return try lost(set)
  }

  /// An address whose file a loss of power has emptied.
  private func lost(_ set: RangeSet) throws(KernelError) -> (AddressRange, IPAddress)? {
    let owned = Set(try request.directory.reservations().map(\.address))
    for name in try request.directory.taken() {
      guard let address = IPAddress(name), !owned.contains(address), let range = set.range(of: address),
        address != range.gateway
      else { continue }
      if try request.directory.reserve(address, for: owner) { return (range, address) }
    }
    return nil
  }

  private func exhausted(_ set: RangeSet) throws(KernelError) -> PluginError {
    let holders = try request.directory.reservations().filter { set.range(of: $0.address) != nil }
      .sorted { $0.address < $1.address }
    let some = holders.prefix(5).map { "\($0.address) \($0.owner.containerID.prefix(13))" }.joined(separator: ", ")
    let rest = holders.count > 5 ? ", and \(holders.count - 5) more" : ""
    return PluginError(
      "no IP addresses available in range set: \(set)", code: CNIError.Code.tryAgainLater,
      details: "\(request.directory.path) has given away \(holders.count): \(some)\(rest)")
  }
}
