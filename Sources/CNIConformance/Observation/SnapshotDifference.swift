/// What has become of things between two snapshots.
struct SnapshotDifference: Sendable {
  /// One thing that is not as it was.
  struct Change: Sendable, Hashable {
    let item: Snapshot.Item
    /// As it was; nil for one that was not there.
    let before: Snapshot.Item?
    /// Whether it is there now.
    let isThere: Bool

    /// In words: `link veth1234 (veth, master cni0) on the host is left`.
    var words: String {
      guard let before else { return "\(item.words) is left" }
      guard isThere else { return "\(before.words) is gone" }
      return "\(before.words) has changed: \(item.details.isEmpty ? "its content" : item.details)"
    }
  }

  /// What was found, in an order that is the same each time.
  let changes: [Change]

  /// Things on a link that itself came or went are left out, for they go with it.
  init(from before: Snapshot, to after: Snapshot) {
    let kinds = before.kinds.intersection(after.kinds)
    var links: [Snapshot.Place: Set<String>] = [:]
    for (one, other) in [(before, after), (after, before)] {
      for (key, item) in one.items where key.kind == .link && other.items[key] == nil {
        links[key.place, default: []].insert(item.identity)
      }
    }
    var found: [Change] = []
    for (key, item) in after.items where kinds.contains(key.kind) {
      let old = before.items[key]
      if let old, old.details == item.details, old.content == item.content { continue }
      // A parameter that appears is one of a module that was loaded, or of a link.
      if old == nil, key.kind == .sysctl { continue }
      found.append(Change(item: item, before: old, isThere: true))
    }
    for (key, item) in before.items where kinds.contains(key.kind) && after.items[key] == nil && key.kind != .sysctl {
      found.append(Change(item: item, before: item, isThere: false))
    }
    changes = found.filter { change in
      guard let link = change.item.link else { return true }
      return links[change.item.place]?.contains(link) != true
    }.sorted { Self.order($0) < Self.order($1) }
  }

  private static func order(_ change: Change) -> (String, String, String) {
    (change.item.kind.rawValue, change.item.place.rawValue, change.item.identity)
  }
}
