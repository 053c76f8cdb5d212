public import CNI
import JSON

/// Why a plugin failed: the specification's error document.
public struct PluginError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A code of the specification (`CNIError.Code`), or the plugin's own from 100 up.
  public var code: Int
  /// What was tried, on what, and why it failed.
  public var message: String
  /// More about it, such as what to do; possibly empty.
  public var details: String

  /// An error. Codes that the specification has a word for are better than 999.
  public init(_ message: String, code: Int = CNIError.Code.internal, details: String = "") {
    self.code = code
    self.message = message
    self.details = details
  }

  /// What a runtime's operation failed with, of a delegate for instance: the code that the delegate gave stays.
  public init(_ error: CNIError) {
    self.init(error.message, code: error.code == 0 ? CNIError.Code.internal : error.code, details: error.details)
  }

  /// What a delegate failed with: its own words, or what became of it, which does not say whom it is about.
  init(_ error: CNIError, of delegate: String) {
    self.init(error)
    if !error.hasDocument { message = "\(delegate): \(message)" }
  }

  /// The message and the details.
  public var description: String { details.isEmpty ? message : "\(message); \(details)" }

  /// The document that is printed. Runtimes take 0 for no error, and cannot read what is below it.
  func document(cniVersion: String) -> JSON {
    var object: JSONObject = [
      "cniVersion": .string(cniVersion), "code": .integer(code > 0 ? code : CNIError.Code.internal),
      "msg": .string(message),
    ]
    if !details.isEmpty { object["details"] = .string(details) }
    return .object(object)
  }
}
