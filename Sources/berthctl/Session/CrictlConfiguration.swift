import JSON
import RuntimeAPI

/// crictl's configuration file; keys that mean nothing to berthctl are left alone.
struct CrictlConfiguration {
  var runtimeEndpoint: String?
  var timeout: Duration?
  var debug = false

  /// Reads the file.
  init(path: String) throws(CommandFailure.Reason) {
    try self.init(parsing: try InputFile.read(path: path), name: path)
  }

  init(parsing bytes: [UInt8], name: String) throws(CommandFailure.Reason) {
    let document = try YAMLReader.document(bytes, name: name)
    switch document["runtime-endpoint"] {
    case nil, .null: break
    case .string(let endpoint): runtimeEndpoint = endpoint
    default: throw .init("\(name): runtime-endpoint: expected a string")
    }
    switch document["timeout"] {
    case nil, .null: break
    case .number(let token), .string(let token):
      guard let span = TimeSpan(argument: token) else {
        throw .init("\(name): timeout: expected seconds, got \(token)")
      }
      timeout = span.duration > .zero ? span.duration : nil
    default: throw .init("\(name): timeout: expected seconds")
    }
    switch document["debug"] {
    case nil, .null: break
    case .bool(let flag): debug = flag
    default: throw .init("\(name): debug: expected true or false")
    }
  }
}
