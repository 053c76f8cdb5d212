public import LinuxKernel

extension Statement {
  /// What a rule compares an expression with.
  public enum Operand: Sendable, Hashable {
    /// One value.
    case value(DataType.Value)
    /// The addresses of a prefix.
    case prefix(IPPrefix)
    /// The keys of a set.
    case set(Table.Set)
    /// Any of several states of a connection; for `ct state`.
    case states(ConnectionStates)
    /// Any of several things that became of a connection; for `ct status`.
    case status(ConnectionStatus)
    /// A kind of address; for `fib daddr type`.
    case addressType(AddressType)
  }
}

/// States of a connection, as bits (enum ip_conntrack_info).
public struct ConnectionStates: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt32

  /// Makes states of their bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The packet belongs to no connection and cannot begin one.
  public static let invalid = ConnectionStates(rawValue: 1)
  /// Packets went in both directions.
  public static let established = ConnectionStates(rawValue: 2)
  /// The connection belongs to another one.
  public static let related = ConnectionStates(rawValue: 4)
  /// The packet begins a connection.
  public static let new = ConnectionStates(rawValue: 8)
}

/// What became of a connection, as bits (enum ip_conntrack_status).
public struct ConnectionStatus: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt32

  /// Makes a status of its bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The source address was translated.
  public static let snat = ConnectionStatus(rawValue: 0x10)
  /// The destination address was translated.
  public static let dnat = ConnectionStatus(rawValue: 0x20)
}

/// A kind of address, numbered as routes' types are.
public enum AddressType: UInt32, Sendable, Hashable {
  /// One that a route leads to.
  case unicast = 1
  /// One of the host's own.
  case local
  /// One of all hosts of a network.
  case broadcast
  /// One of a group.
  case multicast = 5
}

extension Statement.Operand {
  var words: String {
    switch self {
    case .value(let value): value.words
    case .prefix(let prefix): "\(prefix)"
    case .set(let set): "@\(set.name)"
    case .states(let states): Self.words(of: states.rawValue, ["invalid", "established", "related", "new"], from: 0)
    case .status(let status): Self.words(of: status.rawValue, ["snat", "dnat"], from: 4)
    case .addressType(let type): "\(type)"
    }
  }

  private static func words(of bits: UInt32, _ names: [String], from first: Int) -> String {
    names.enumerated().filter { bits & 1 << UInt32(first + $0.offset) != 0 }.map(\.element).joined(separator: ",")
  }

  /// The bits that are asked for, of those operands that are bits.
  var bits: UInt32? {
    switch self {
    case .states(let states): states.rawValue
    case .status(let status): status.rawValue
    default: nil
    }
  }
}
