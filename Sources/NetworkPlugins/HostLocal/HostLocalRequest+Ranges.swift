import CNIPlugin
import JSON
import LinuxKernel

extension HostLocalRequest {
  /// The capability's sets, the range that stands for itself, then those of `ranges`.
  static func sets(
    _ ipam: HostLocal.Configuration.IPAM, _ capability: [[HostLocal.Configuration.Range]], _ version: String
  ) throws(PluginError) -> [RangeSet] {
    var written = capability
    if let subnet = ipam.subnet, !subnet.isEmpty {
      written.append([
        .init(subnet: subnet, rangeStart: ipam.rangeStart, rangeEnd: ipam.rangeEnd, gateway: ipam.gateway)
      ])
    }
    written += ipam.ranges ?? []
    guard !written.isEmpty else { throw invalid("no IP ranges specified") }
    var sets: [RangeSet] = []
    for (index, ranges) in written.enumerated() { sets.append(try set(ranges, index)) }
    try checkOverlaps(sets)
    let families = sets.map { $0.ranges[0].first.family }
    if version.hasPrefix("0.1.") || version.hasPrefix("0.2."), Set(families).count < families.count {
      throw invalid("CNI version \(version) does not support more than 1 address per family")
    }
    return sets
  }

  private static func set(
    _ ranges: [HostLocal.Configuration.Range], _ index: Int
  ) throws(PluginError) -> RangeSet {
    guard !ranges.isEmpty else { throw invalid("invalid range set \(index): empty range set") }
    var made: [AddressRange] = []
    for range in ranges {
      let next = try self.range(range, index)
      if let first = made.first, first.first.family != next.first.family {
        throw invalid("invalid range set \(index): mixed address families")
      }
      if let other = made.first(where: { $0.overlaps(next) }) {
        throw invalid("invalid range set \(index): subnets \(other.subnet) and \(next.subnet) overlap")
      }
      made.append(next)
    }
    return RangeSet(ranges: made)
  }

  private static func checkOverlaps(_ sets: [RangeSet]) throws(PluginError) {
    for (index, set) in sets.enumerated() {
      for (later, other) in sets.enumerated().dropFirst(index + 1)
      where set.ranges.contains(where: { range in other.ranges.contains { $0.overlaps(range) } }) {
        throw invalid("range set \(index) overlaps with \(later)")
      }
    }
  }

  private static func range(
    _ range: HostLocal.Configuration.Range, _ index: Int
  ) throws(PluginError) -> AddressRange {
    let place = "invalid range set \(index)"
    guard let text = range.subnet, let subnet = IPPrefix(text) else {
      throw invalid("\(place): \"\((range.subnet ?? "").beginning(64))\" is no subnet, as 10.1.0.0/16 is")
    }
    guard subnet.length <= subnet.address.family.bitCount - 2 else {
      throw invalid("\(place): network \(subnet) too small to allocate from")
    }
    guard subnet.address == subnet.network.address else {
      throw invalid(
        "\(place): network has host bits set; for a subnet mask of length \(subnet.length) it is \(subnet.network)")
    }
    let first = try bound(range.rangeStart, "rangeStart", in: subnet, place) ?? subnet.lowestHost
    let last = try bound(range.rangeEnd, "rangeEnd", in: subnet, place) ?? subnet.highestHost
    guard first <= last else { throw invalid("\(place): rangeStart \(first) comes after rangeEnd \(last)") }
    var gateway = subnet.lowestHost
    if let text = range.gateway, !text.isEmpty {
      guard let given = IPAddress(text), given.family == subnet.address.family else {
        throw invalid("\(place): gateway \"\(text.beginning(64))\" is no address of \(subnet)'s family")
      }
      gateway = given
    }
    return AddressRange(subnet: subnet, first: first, last: last, gateway: gateway)
  }

  private static func bound(
    _ text: String?, _ key: String, in subnet: IPPrefix, _ place: String
  ) throws(PluginError) -> IPAddress? {
    guard let text, !text.isEmpty else { return nil }
    guard let address = IPAddress(text), subnet.contains(address) else {
      throw invalid("\(place): \(key) \(text.beginning(64)) not in network \(subnet)")
    }
    return address
  }
}

/// Of a network of four addresses or more, without host bits.
extension IPPrefix {
  /// The one behind the network's own.
  fileprivate var lowestHost: IPAddress { IPAddress(family: address.family, value: address.value | 1) }

  /// The last IPv4 address is the broadcast one.
  fileprivate var highestHost: IPAddress {
    address.family == .v4 ? IPAddress(family: .v4, value: last.value ^ 1) : last
  }
}
