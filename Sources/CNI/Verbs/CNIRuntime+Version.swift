import JSON
public import LinuxKernel

extension CNIRuntime {
  /// VERSION: the versions of the specification that a plugin speaks.
  ///
  /// A plugin that does not know the verb speaks 0.1.0; one that answers 0.2.0 without a list speaks 0.1.0 and 0.2.0.
  public func version(of plugin: String, cancellation: Cancellation? = nil) throws(CNIError) -> [String] {
    // Plugins built against old versions of skel refuse to answer without these.
    let environment: [Attachment.Argument] = [
      .init("CNI_COMMAND", "VERSION"), .init("CNI_CONTAINERID", ""), .init("CNI_NETNS", "dummy"),
      .init("CNI_ARGS", ""), .init("CNI_IFNAME", "dummy"), .init("CNI_PATH", "dummy"),
    ]
    let stdin: JSON = ["cniVersion": .string(SpecificationVersion.current.description)]
    do {
      return try call(
        plugin, verb: .version, network: "", interfaceName: "",
        request: {
          PluginRequest(
            verb: .version, plugin: plugin, executable: $0, network: "", environment: environment,
            configuration: stdin.serialized())
        },
        cancellation: cancellation, interpret: { (response) throws(CNIError) in try response.supportedVersions() })
    } catch {
      guard error.kind == .plugin, error.text == "unknown CNI_COMMAND: VERSION" else { throw error }
      return ["0.1.0"]
    }
  }
}

extension PluginResponse {
  fileprivate func supportedVersions() throws(CNIError) -> [String] {
    func undecodable(_ reason: String) -> CNIError {
      CNIError(
        .invalidResult, code: CNIError.Code.decodingFailure, "decoding version info: \(reason)", exit: .exited(0))
    }
    let document: JSON
    do {
      document = try JSON(parsing: stdout)
    } catch {
      throw undecodable("\(error)")
    }
    let own = document.object?.value(ignoringCase: "cniVersion")?.string ?? ""
    guard !own.isEmpty else { throw undecodable("missing field cniVersion") }
    let entries = document.object?.value(ignoringCase: "supportedVersions")?.array ?? []
    let versions = entries.compactMap(\.string)
    guard versions.count == entries.count else {
      throw undecodable("supportedVersions holds something else than strings")
    }
    guard versions.isEmpty else { return versions }
    guard own == "0.2.0" else { throw undecodable("missing field supportedVersions") }
    return ["0.1.0", "0.2.0"]
  }
}
