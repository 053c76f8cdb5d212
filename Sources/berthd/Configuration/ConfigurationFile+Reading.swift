import FoundationEssentials
import JSON
import SystemPackage

extension ConfigurationFile {
  /// Reads `path`, or the default file when `path` is `nil`. A default file that is missing is an empty one; one that
  /// was asked for must be there.
  static func read(_ path: String?) throws(ConfigurationError) -> ConfigurationFile? {
    let file = path ?? DaemonConfiguration.defaultFile
    let contents: [UInt8]
    do {
      contents = try readAll(file)
    } catch {
      if path == nil, error == .noSuchFileOrDirectory { return nil }
      throw ConfigurationError("", "cannot be read: \(error)", file: file)
    }
    return try parse(contents, file: file)
  }

  /// Parses the contents of `file`.
  static func parse(_ contents: [UInt8], file: String) throws(ConfigurationError) -> ConfigurationFile {
    // Foundation says only that something is not JSON, and takes a key twice; this one says where.
    do { _ = try JSON(parsing: contents, rules: .strict) } catch {
      throw ConfigurationError("", "\(error)", file: file)
    }
    do {
      return try JSONDecoder().decode(ConfigurationFile.self, from: Data(contents))
    } catch let error as UnknownKey {
      throw ConfigurationError(error.path, error.description, file: file)
    } catch let error as DecodingError {
      throw ConfigurationError(error, file: file)
    } catch {
      throw ConfigurationError("", "\(error)", file: file)
    }
  }

  private static func readAll(_ path: String) throws(Errno) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
      return try file.closeAfter {
        var contents: [UInt8] = []
        while contents.count < 1 << 20 {
          let count = try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
            let count = try file.read(into: buffer)
            contents.append(contentsOf: buffer.prefix(count))
            return count
          }
          if count == 0 { break }
        }
        return contents
      }
    } catch let error as Errno {
      throw error
    } catch {
      throw .ioError
    }
  }
}

extension ConfigurationError {
  init(_ error: DecodingError, file: String) {
    let (context, reason): (DecodingError.Context, String) =
      switch error {
      case .typeMismatch(let type, let context): (context, "is not \(Self.article(for: type))")
      case .valueNotFound(_, let context): (context, "must not be null")
      case .keyNotFound(let key, let context): (context, "\"\(key.stringValue)\" is missing")
      case .dataCorrupted(let context): (context, context.debugDescription)
      @unknown default: (.init(codingPath: [], debugDescription: ""), "\(error)")
      }
    self.init(context.codingPath.dotted, reason, file: file)
  }

  private static func article(for type: any Any.Type) -> String {
    switch type {
    case is String.Type, is LogLevel.Type, is LogFormat.Type: "a string"
    case is Int.Type: "a whole number"
    case is [String].Type, is [Any].Type: "an array of strings"
    default: "an object"
    }
  }
}
