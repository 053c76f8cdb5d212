/// What was there at one moment: everything that a plugin may leave, in network namespaces, in files and among processes.
struct Snapshot: Sendable {
  /// A kind of thing.
  enum Kind: String, Sendable, Hashable, CaseIterable {
    case link, address, route, rule, neighbour, fdb, vlan, qdisc, nftables, iptables, sysctl, mount, cgroup, process,
      file
  }

  /// Whose network namespace it is in.
  enum Place: String, Sendable, Hashable {
    case host
    /// The pod of the trial.
    case pod
    /// What stands for the rest of the world.
    case outside
  }

  /// One thing that was there.
  struct Item: Sendable, Hashable {
    let kind: Kind
    let place: Place
    /// What it is told by: it is the same thing as long as this is the same.
    let identity: String
    /// What else is known of it, and may change.
    var details: String = ""
    /// The link that it lies on, and goes with.
    var link: String?
    /// All the text that it holds, where that is more than is shown: a file's content.
    var content: String?

    /// All that a container's id or address may be found in.
    var text: String { content.map { "\(identity) \(details) \($0)" } ?? "\(identity) \(details)" }

    /// In words: `link veth1234 (veth, master cni0) on the host`.
    var words: String {
      let rest = details.isEmpty ? "" : " (\(details))"
      switch kind {
      case .mount, .cgroup, .process, .file: return "\(kind.rawValue) \(identity)\(rest)"
      default: return "\(kind.word) \(identity)\(rest) \(place.words)"
      }
    }
  }

  /// What it was asked for.
  let kinds: Set<Kind>
  /// The things, each under a number of its own where several are alike.
  private(set) var items: [Key: Item] = [:]

  /// What an item is found by in another snapshot.
  struct Key: Sendable, Hashable {
    let kind: Kind
    let place: Place
    let identity: String
    /// Which of several that are alike.
    let copy: Int
  }

  init(kinds: Set<Kind>, _ all: [Item] = []) {
    self.kinds = kinds
    add(all)
  }

  /// Adds what was seen elsewhere at the same moment.
  mutating func add(_ all: [Item]) {
    for item in all {
      var copy = 0
      while items[Key(kind: item.kind, place: item.place, identity: item.identity, copy: copy)] != nil { copy += 1 }
      items[Key(kind: item.kind, place: item.place, identity: item.identity, copy: copy)] = item
    }
  }

  /// Those in whose text the closure finds something, with what it found.
  func bearing(_ mark: (Item) -> String?) -> [(item: Item, mark: String)] {
    items.values.compactMap { item in mark(item).map { (item, $0) } }
      .sorted { ($0.item.kind.rawValue, $0.item.identity) < ($1.item.kind.rawValue, $1.item.identity) }
  }
}

extension Snapshot.Kind {
  /// All but the kernel's parameters, which are many and slow to read.
  static let objects = Set(allCases).subtracting([.sysctl])

  /// What a thing of this kind is called.
  var word: String {
    switch self {
    case .fdb: "forwarding entry"
    case .vlan: "VLAN"
    case .nftables: "nftables"
    case .iptables: "iptables"
    default: rawValue
    }
  }
}

extension Snapshot.Place {
  /// Where that is.
  var words: String {
    switch self {
    case .host: "on the host"
    case .pod: "in the pod's network namespace"
    case .outside: "in the namespace outside"
    }
  }
}
