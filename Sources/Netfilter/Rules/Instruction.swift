/// One expression of the kernel's rule language, with registers as slots of four bytes, counted from 0.
enum Instruction: Hashable, Sendable {
  /// Loads `meta KEY` into a register.
  case meta(key: UInt32, slot: Int)
  case payload(PayloadField, slot: Int)
  case connectionTracking(key: UInt32, slot: Int)
  case routeTypeOfDestination(slot: Int)
  case and(slot: Int, mask: [UInt8])
  case compare(slot: Int, isEqual: Bool, to: [UInt8])
  case lookup(set: String, slot: Int, isInverted: Bool)
  /// Replaces the key by what the map has under it.
  case replace(map: String, slot: Int)
  case load([UInt8], slot: Int)
  case setMark(slot: Int)
  case verdict(Verdict)
  case masquerade
  case translate(Translation)

  struct PayloadField: Hashable, Sendable {
    let base: UInt32
    let offset: Int
    let length: Int
  }

  /// A verdict's number, and where it leads.
  struct Verdict: Hashable, Sendable {
    let code: Int32
    let chain: String?
  }

  struct Translation: Hashable, Sendable {
    let isDestination: Bool
    let family: UInt32
    let addressSlot: Int
    let portSlot: Int?
  }
}
