public import CNI
import JSON

extension PluginCall {
  /// Refuses arguments that the plugin does not know (code 4), unless `IgnoreUnknown` lets them pass, as the reference plugins
  /// do.
  public func requireKnownArguments(_ known: String...) throws(PluginError) {
    guard try !ignoresUnknownArguments,
      let other = arguments.first(where: { $0.key != "IgnoreUnknown" && !known.contains($0.key) })
    else { return }
    throw PluginError(
      "CNI_ARGS: unknown argument \(other.key)", code: CNIError.Code.invalidEnvironment,
      details: "IgnoreUnknown=1 lets others pass")
  }

  private var ignoresUnknownArguments: Bool {
    get throws(PluginError) {
      guard let argument = arguments.last(where: { $0.key == "IgnoreUnknown" }) else { return false }
      switch argument.value.lowercased() {
      case "1", "true": return true
      case "0", "false": return false
      default:
        throw PluginError(
          "CNI_ARGS: IgnoreUnknown=\(argument.value)", code: CNIError.Code.invalidEnvironment,
          details: "1, true, 0 and false are understood")
      }
    }
  }

  /// Refuses keys of the configuration that the plugin does not know (code 2), each named with the nearest known one. The
  /// reference plugins pass over them.
  public func requireKnownFields() throws(PluginError) {
    guard !unknownFields.isEmpty else { return }
    throw PluginError(
      "cannot use the configuration: " + unknownFields.map(\.description).joined(separator: "; "),
      code: CNIError.Code.unsupportedField)
  }

  /// The previous result, which a plugin that must be chained cannot do without.
  public func requirePreviousResult() throws(PluginError) -> CNIResult {
    guard let previousResult else {
      throw PluginError(
        "\(request.plugin) needs the result of a plugin before it", code: CNIError.Code.invalidConfiguration,
        details: "it is not the first of a list")
    }
    return previousResult
  }
}
