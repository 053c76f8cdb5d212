package import CNI
import CNIPlugin

/// A plugin that has something in the host's table.
protocol TableUser: NativePlugin {
  /// What an attachment has there, by its configuration and its result.
  func claim(_ call: PluginCall<Configuration>) throws -> TableClaim
}

extension TableUser {
  fileprivate func missing(_ request: PluginRequest, _ caller: PluginCaller) throws -> TableClaim? {
    let call = try PluginCall<Configuration>(request, from: caller, supporting: supportedVersions)
    var claim = try claim(call)
    let missing = try HostRuleset().missing(claim)
    claim.elements = claim.elements.filter(missing.contains)
    return missing.isEmpty ? nil : claim
  }
}

extension NativePlugins {
  /// Whether an attachment lacks something that ADD had made in the host's table.
  ///
  /// - Parameter request: What its plugin would be given with CHECK.
  package static func lacksTableEntries(_ request: PluginRequest) throws -> Bool {
    guard let user = plugin(request.plugin) as? any TableUser else { return false }
    return try user.missing(request, .forNobody) != nil
  }

  /// Makes again what an attachment lacks of what ADD had made in the host's table.
  package static func restoreTableEntries(_ request: PluginRequest) throws {
    guard let user = plugin(request.plugin) as? any TableUser, let claim = try user.missing(request, .forNobody) else {
      return
    }
    do {
      try HostRuleset().make(claim)
    } catch let conflict as TableConflict {
      throw conflict.error
    }
  }
}

extension PluginCaller {
  /// One that asks nobody.
  fileprivate static let forNobody = PluginCaller(invoker: NoDelegates())
}
