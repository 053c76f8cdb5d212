import LinuxKernel
import Netlink

/// What is in a pod's namespace: its links, their addresses and the routes, each in words.
struct PodState: Equatable {
  /// The links' names, whether up, and their addresses: what a container sees as its interfaces.
  let entries: Set<String>

  /// What is there now.
  init(_ trial: Trial, _ pod: Pod) throws {
    let kernel = try trial.kernel(pod)
    let links = try kernel.links()
    var entries: Set<String> = []
    for link in links {
      // The kernel's own links of tunnels come with their modules, whoever loads them.
      entries.insert("link \(link.name) (\(link.isUp ? "up" : "down"), MAC \(link.mac.map(\.description) ?? "none"))")
      for address in try kernel.addresses(ofLink: link.index) where !address.prefix.address.isLinkLocal {
        entries.insert("address \(address.prefix) of \(link.name)")
      }
    }
    let names = Dictionary(links.map { ($0.index, $0.name) }) { first, _ in first }
    for route in try kernel.routes(table: nil) where route.table != Route.localTable && !PodState.isAutomatic(route) {
      let way = route.gateway.map { " via \($0)" } ?? ""
      entries.insert("route \(route.destination)\(way) by \(route.linkIndex.flatMap { names[$0] } ?? "none")")
    }
    self.entries = entries
  }

  /// What came and what went, in words; empty where nothing did.
  func changes(since before: PodState) -> [String] {
    entries.subtracting(before.entries).sorted().map { "\($0) came" }
      + before.entries.subtracting(entries).sorted().map { "\($0) went" }
  }

  /// What the kernel gives each link that is up by itself: IPv6's link-local and multicast routes.
  private static func isAutomatic(_ route: Route) -> Bool {
    route.destination.address.isLinkLocal || route.destination.address.isMulticast
  }
}
