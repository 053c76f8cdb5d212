import CNI
import JSON

/// What the runtime adds to a plugin's entry of the list.
struct RuntimePart {
  /// The previous result, in the configuration's version.
  let previousResult: CNIResult?
  /// The values of capabilities.
  let capabilities: JSONObject
  /// What GC must keep; empty with the other verbs.
  let validAttachments: Set<AttachmentIdentity>

  init(_ document: RequestDocument, verb: Verb) throws(PluginError) {
    previousResult = try Self.previousResult(document)
    capabilities = try Self.capabilities(document.object)
    validAttachments = verb == .gc ? try Self.attachments(document.object) : []
  }

  private static func previousResult(_ document: RequestDocument) throws(PluginError) -> CNIResult? {
    guard let value = document.object.member("prevResult") else { return nil }
    let result: CNIResult
    do throws(CNIError) {
      result = try CNIResult(value, defaultVersion: document.cniVersion)
    } catch {
      throw PluginError("cannot read prevResult: \(error.text)", code: CNIError.Code.decodingFailure)
    }
    // What an older version has no words for stays as it came: DEL needs it, and ADD's answer will say what is wrong.
    return (try? result.converted(to: document.cniVersion)) ?? result
  }

  private static func capabilities(_ object: JSONObject) throws(PluginError) -> JSONObject {
    guard let value = object.member("runtimeConfig") else { return [:] }
    guard let capabilities = value.object else { throw .undecodable("runtimeConfig", value, expected: "an object") }
    return capabilities
  }

  /// Without the list nothing would seem to be in use, and everything would be released: it must be there, and whole.
  private static func attachments(_ object: JSONObject) throws(PluginError) -> Set<AttachmentIdentity> {
    let key = "cni.dev/valid-attachments"
    guard let value = object.member(key) ?? object.member("cni.dev/attachments") else {
      throw PluginError(
        "\(key) is missing", code: CNIError.Code.invalidConfiguration,
        details: "GC needs the attachments that are in use, and an empty array where there are none")
    }
    guard let entries = value.array else { throw .undecodable(key, value, expected: "an array") }
    var identities: Set<AttachmentIdentity> = []
    for (index, entry) in entries.enumerated() {
      guard let id = entry.object?.member("containerID")?.string, let name = entry.object?.member("ifname")?.string,
        !id.isEmpty, !name.isEmpty
      else {
        throw PluginError(
          "cannot read \(key)[\(index)]: it has no containerID or no ifname", code: CNIError.Code.decodingFailure)
      }
      identities.insert(AttachmentIdentity(containerID: id, interfaceName: name))
    }
    return identities
  }
}
