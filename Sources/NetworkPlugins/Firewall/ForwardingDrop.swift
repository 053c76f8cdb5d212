import Glibc
import JSON
import LinuxKernel
import Netfilter

/// Whoever drops what the host forwards unless a rule of his own lets it through: no rule of another table can (a packet must
/// pass all base chains of a hook).
enum ForwardingDrop {
  /// Who does, in words; nil where nobody does.
  static var reason: String? {
    do {
      return try reason(in: HostRuleset().ruleset, legacyTables: "/proc/net/ip_tables_names")
    } catch {
      return "it cannot be seen who drops forwarded packets: \(error)"
    }
  }

  static func reason(in ruleset: any Ruleset, legacyTables: String) throws -> String? {
    for table in try ruleset.tables() where !HostTable.isOurs(table) && table.family != .bridge {
      guard !table.name.hasSameBytes(as: "firewalld") else {
        return "firewalld is here, whose zones let packets through"
      }
      let dropping = try ruleset.chains(of: table).first { chain in
        chain.hook.map { $0.kind == .filter && $0.point == .forward && $0.policy == .drop } ?? false
      }
      if let dropping {
        return
          "the chain \(dropping.name) of the table \(table.family.rawValue) \(table.name) drops what it does not know"
      }
    }
    // What the kernel's older tables do cannot be seen from here.
    let names = (try? DurableFile.read(legacyTables, limit: 4096)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return names.split(separator: "\n").contains("filter") ? "iptables' legacy tables are in use" : nil
  }
}
