public import JSON

/// What a run is about to try, as the head of a report tells it.
public struct RunPlan: Sendable, Hashable {
  /// One network under test.
  public struct Network: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// The version of the specification that its plugins are asked in.
    public let version: String
    /// Its plugins, in their order.
    public let plugins: [PluginIdentity]

    /// A network.
    public init(name: String, version: String, plugins: [PluginIdentity]) {
      self.name = name
      self.version = version
      self.plugins = plugins
    }
  }

  /// The suite's own version.
  public let suiteVersion: String
  /// The networks; one that is asked in several versions occurs once for each.
  public let networks: [Network]
  /// The number of trials that will be told of: each case on each subject.
  public let trials: Int
  /// What every choice by chance of this run comes from.
  public let seed: UInt64

  /// A plan.
  public init(suiteVersion: String, networks: [Network], trials: Int, seed: UInt64) {
    self.suiteVersion = suiteVersion
    self.networks = networks
    self.trials = trials
    self.seed = seed
  }

  /// The releases of the plugins by their types, for those that tell one.
  public var releases: [String: String] {
    var releases: [String: String] = [:]
    for plugin in networks.flatMap(\.plugins) { releases[plugin.type] = plugin.release }
    return releases
  }

  /// As the first line of a report of JSON lines has it.
  public var json: JSON {
    .object([
      "suite": "berth-conformance", "version": .string(suiteVersion), "seed": .integer(seed),
      "trials": .integer(trials),
      "networks": .array(
        networks.map { network in
          .object([
            "name": .string(network.name), "version": .string(network.version),
            "plugins": .array(network.plugins.map(\.json)),
          ])
        }),
    ])
  }

  /// Reads it back; nil where it is none.
  public init?(_ json: JSON) {
    guard let version = json["version"]?.string, let networks = json["networks"]?.array,
      case .number(let seed)? = json["seed"], let seed = UInt64(seed), let trials = json["trials"]?.integer
    else { return nil }
    suiteVersion = version
    self.seed = seed
    self.trials = trials
    self.networks = networks.compactMap { network in
      guard let name = network["name"]?.string, let version = network["version"]?.string else { return nil }
      let plugins = (network["plugins"]?.array ?? []).compactMap { PluginIdentity($0) }
      return Network(name: name, version: version, plugins: plugins)
    }
  }
}
