import CNI
import Glibc
import LinuxKernel

/// What iptables-save tells, where the host has it: the one that iptables and its plugins use.
enum TablesSave {
  /// A family's program: where it is, and whether it tells of nftables' own tables.
  private struct Program {
    let path: String
    let family: String
    let tellsOfNftables: Bool
  }

  private static let programs: [Program] = [("iptables-save", "ip"), ("ip6tables-save", "ip6")].compactMap {
    name, family in
    let places = Trial.path.split(separator: ":").map { "\($0)/\(name)" }
    guard let path = places.first(where: { access($0, X_OK) == 0 }) else { return nil }
    let real = (try? Directories.canonical(path)) ?? path
    return Program(path: path, family: family, tellsOfNftables: real.contains("nft"))
  }

  private static let tables: Set<String> = ["filter", "nat", "mangle", "raw", "security"]

  /// Whether a table of nftables is one that the program tells of.
  static func tellsOf(_ family: String, _ table: String) -> Bool {
    tables.contains(table) && programs.contains { $0.family == family && $0.tellsOfNftables }
  }

  /// In the calling thread's network namespace.
  static func items(_ place: Snapshot.Place) throws -> [Snapshot.Item] {
    try programs.flatMap { program in
      let output = try run(program.path)
      var (table, items) = ("", [Snapshot.Item]())
      for line in output.split(separator: "\n") where !line.hasPrefix("#") && line != "COMMIT" {
        if line.hasPrefix("*") {
          table = String(line.dropFirst())
        } else {
          // `:CHAIN POLICY [packets:bytes]`; a rule as it was made.
          let words = line.split(separator: " ").filter { !$0.hasPrefix("[") || !$0.hasSuffix("]") }
          let identity = "\(program.family) \(table) \(words.joined(separator: " "))"
          items.append(Snapshot.Item(kind: .iptables, place: place, identity: identity))
        }
      }
      return items
    }
  }

  private static func run(_ path: String) throws -> String {
    let invoker = ExecutablePluginInvoker(timeout: .seconds(20), environment: ["PATH=\(Trial.path)"])
    let response = invoker.invoke(
      PluginRequest(
        verb: .version, plugin: "iptables-save", executable: path, network: "", environment: [], configuration: []),
      cancellation: nil)
    guard case .ended(let exit) = response.outcome, exit.isSuccess else {
      throw ObservationFailure("\(path): \(response.outcome) \(response.stderr)")
    }
    return String(decoding: response.stdout, as: UTF8.self)
  }
}

/// What kept a snapshot from being taken.
struct ObservationFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
