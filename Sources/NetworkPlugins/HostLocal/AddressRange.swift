import LinuxKernel

/// Addresses from one to another, both of them in it, and the one among them that is the router's.
struct AddressRange: Sendable, Hashable {
  let subnet: IPPrefix
  let first: IPAddress
  let last: IPAddress
  let gateway: IPAddress

  func contains(_ address: IPAddress) -> Bool { address.family == first.family && first <= address && address <= last }

  func overlaps(_ other: AddressRange) -> Bool {
    first.family == other.first.family && first <= other.last && other.first <= last
  }

  /// An address of it with its subnet's prefix.
  func prefix(_ address: IPAddress) -> IPPrefix? { IPPrefix(address, length: subnet.length) }
}

/// Ranges of one family of which a pod gets one address.
struct RangeSet: Sendable, Hashable, CustomStringConvertible {
  let ranges: [AddressRange]

  func range(of address: IPAddress) -> AddressRange? { ranges.first { $0.contains(address) } }

  /// `10.1.0.2-10.1.0.254,10.2.0.2-10.2.0.254`, as the reference plugin writes it.
  var description: String { ranges.map { "\($0.first)-\($0.last)" }.joined(separator: ",") }

  /// All addresses once, from the one behind `last` on, and `last` itself at the end; routers' left out.
  func addresses(after last: IPAddress?) -> some Sequence<(AddressRange, IPAddress)> {
    let start = last.flatMap { last in ranges.firstIndex { $0.contains(last) } } ?? 0
    let begun = ranges[start]
    let behind = Array(ranges[start...].dropFirst()) + Array(ranges[..<start])
    var parts: [(AddressRange, IPAddress, IPAddress)] = []
    if let last, begun.contains(last) {
      // Behind the highest address of all there is none.
      if let next = last.next, next <= begun.last { parts.append((begun, next, begun.last)) }
      parts += behind.map { ($0, $0.first, $0.last) } + [(begun, begun.first, last)]
    } else {
      parts = ([begun] + behind).map { ($0, $0.first, $0.last) }
    }
    return parts.lazy.flatMap { range, from, to in
      sequence(first: from) { $0 < to ? $0.next : nil }.lazy.map { (range, $0) }
    }.filter { range, address in address != range.gateway }
  }
}
