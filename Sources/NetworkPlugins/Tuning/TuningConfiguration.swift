import CNI
import CNIPlugin
public import JSON
import LinuxKernel

extension Tuning {
  /// What tuning reads of a configuration.
  public struct Configuration: Decodable, Sendable {
    struct RuntimeConfig: Decodable, Sendable { let mac: String? }
    struct Arguments: Decodable, Sendable { let cni: Asked? }
    /// What `args.cni` may ask for in place of the configuration.
    struct Asked: Decodable, Sendable {
      let sysctl: ConfiguredSysctls?
      let mac: String?
      let promisc: Bool?
      let mtu: Int?
      let allmulti: Bool?
      let txQLen: Int?
    }

    let sysctl: ConfiguredSysctls?
    let mac: String?
    let promisc: Bool?
    let mtu: Int?
    let allmulti: Bool?
    let txQLen: Int?
    let dataDir: String?
    let runtimeConfig: RuntimeConfig?
    let args: Arguments?
  }

  /// The keys that this one does not know, and an allow-list that it cannot read as the reference plugin would.
  public func reasonToExecute(_ configuration: JSONObject) -> String? {
    switch read(configuration) {
    case .failure(let error): return error.message
    case .success(let (configuration, unknown)):
      if let field = unknown.first { return "the key \(field.path) is not known" }
      guard configuration.sysctl != nil || configuration.args?.cni?.sysctl != nil else { return nil }
      return allowList.reasonWhyNot
    }
  }
}

/// Parameters in the order in which they are written: one may give others their values.
struct ConfiguredSysctls: Decodable, Sendable {
  let entries: [(key: String, value: String)]

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    entries = try container.allKeys.map { ($0.stringValue, try container.decode(String.self, forKey: $0)) }
  }
}
