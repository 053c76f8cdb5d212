import CNI
import JSON

/// An error in the form in which plugins print them; codes of 100 and more are this plugin's own.
struct PluginError: Error {
  let code: Int
  let message: String
  let details: String?

  init(_ code: Int, _ message: String, details: String? = nil) {
    self.code = code
    self.message = message
    self.details = details
  }

  func json(version: String) -> JSON {
    var members: [(String, JSON)] = [
      ("cniVersion", .string(version)), ("code", .integer(code)), ("msg", .string(message)),
    ]
    if let details { members.append(("details", .string(details))) }
    return .object(JSONObject(members))
  }
}
