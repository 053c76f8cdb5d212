/// What is wrong with a configuration: the key, where it stands, why.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
  /// The key's path, as `runtimeHandlers.fast.cniConfDir`; empty when it is not about one key.
  let key: String
  /// Why it cannot be used.
  let reason: String
  /// The file it came from; `nil` when it may as well have been a flag.
  var file: String?

  init(_ key: String, _ reason: String, file: String? = nil) {
    self.key = key
    self.reason = reason
    self.file = file
  }

  var description: String {
    let place = [file, key.isEmpty ? nil : key].compactMap { $0 }.joined(separator: ": ")
    return "configuration: \(place.isEmpty ? "" : place + ": ")\(reason)"
  }
}
