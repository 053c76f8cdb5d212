import CNI
import JSON

/// What a plugin is about to be given; a case spoils it as it likes before it is sent.
struct Request: Sendable {
  /// The executable.
  let executable: String
  /// The plugin's type.
  let plugin: String
  /// All variables, in the order in which a shell line shows them; nothing else is inherited but PATH.
  var environment: [Attachment.Argument]
  /// The bytes of standard input.
  var standardInput: [UInt8]

  /// A variable; nil takes it away.
  subscript(variable: String) -> String? {
    get { environment.first { $0.key == variable }?.value }
    set {
      environment.removeAll { $0.key == variable }
      if let newValue { environment.append(.init(variable, newValue)) }
    }
  }

  /// The configuration on standard input; empty where that is none.
  var configuration: JSONObject {
    get { (try? JSON(parsing: standardInput))?.object ?? [:] }
    set { standardInput = JSON.object(newValue).serialized() }
  }
}
