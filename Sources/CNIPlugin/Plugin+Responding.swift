public import CNI
import JSON
import LinuxKernel

extension Plugin {
  /// Serves one call as a program would: the same answers, the same documents, the same exit status.
  ///
  /// VERSION needs no configuration, and tells its version again where it gets one. Where the namespace is the caller's own, the call is refused (code 8) before anything is
  /// done. Standard error holds the call's remarks and what the plugins that it asked wrote there.
  public func respond(to request: PluginRequest, from caller: PluginCaller) -> PluginResponse {
    guard request.verb != .version else {
      let asked = RequestDocument.spokenVersion(request.configuration, supporting: supportedVersions)
      return PluginResponse(.ended(.exited(0)), stdout: versions(inAnswerTo: asked).serialized())
    }
    var caller = caller
    caller.remarks = Remarks(passOn: caller.hearsRemarks)
    do throws(PluginError) {
      let call = try PluginCall<Configuration>(request, from: caller, supporting: supportedVersions)
      let answer = try serve(call)
      return PluginResponse(.ended(.exited(0)), stdout: answer, stderr: caller.remarks.text)
    } catch {
      let version = RequestDocument.spokenVersion(request.configuration, supporting: supportedVersions)
      return PluginResponse(
        .ended(.exited(1)), stdout: error.document(cniVersion: version).serialized(), stderr: caller.remarks.text)
    }
  }

  private func serve(_ call: PluginCall<Configuration>) throws(PluginError) -> [UInt8] {
    switch call.verb {
    case .add:
      let result = try add(call)
      do throws(CNIError) {
        return try result.converted(to: call.cniVersion).raw.serialized()
      } catch {
        throw PluginError(error)
      }
    case .del: try del(call)
    case .check: try check(call)
    case .gc: try gc(call)
    case .status: try status(call)
    case .version: break
    }
    return []
  }

  private func versions(inAnswerTo version: String) -> JSON {
    [
      "cniVersion": .string(version),
      "supportedVersions": .array(supportedVersions.map { .string($0) }),
    ]
  }
}
