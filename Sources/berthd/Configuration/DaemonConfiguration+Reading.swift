import JSON
import SystemPackage

extension DaemonConfiguration {
  /// Reads `path`, or the default file when `path` is `nil`. A default file that is missing changes nothing; one that was
  /// asked for must be there.
  static func read(_ path: String?) throws(ConfigurationError) -> DaemonConfiguration {
    let file = path ?? defaultFile
    let contents: [UInt8]
    do {
      contents = try readAll(file)
    } catch {
      if path == nil, error == .noSuchFileOrDirectory { return DaemonConfiguration() }
      throw ConfigurationError("", "cannot be read: \(error)", file: file)
    }
    return try parse(contents, file: file)
  }

  /// Parses the contents of `file`.
  static func parse(_ contents: [UInt8], file: String) throws(ConfigurationError) -> DaemonConfiguration {
    let document: JSON
    do {
      document = try JSON(parsing: contents, rules: .strict, maximumSize: maximumFileSize)
    } catch {
      throw ConfigurationError("", "\(error)", file: file)
    }
    do {
      return try DocumentDecoder(.plain).decode(DaemonConfiguration.self, from: document)
    } catch {
      throw ConfigurationError(error, in: contents, of: file)
    }
  }

  private static func readAll(_ path: String) throws(Errno) -> [UInt8] {
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
      return try file.closeAfter {
        var contents: [UInt8] = []
        while contents.count <= maximumFileSize {
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

  private static let maximumFileSize = 1 << 20
}

extension ConfigurationError {
  /// What the decoder says, with the line and column of what it is about.
  init(_ error: DocumentError, in contents: [UInt8], of file: String) {
    let path: FieldPath
    switch error {
    case .syntax(let error):
      self.init("", "\(error)", file: file)
      return
    case .invalid(let place, _): path = place
    case .unknownFields(let fields): path = fields.first?.place ?? .root("")
    }
    let place = JSON.place(of: path, in: contents).map { ":\($0.line):\($0.column)" } ?? ""
    self.init("", "\(error)", file: file + place)
  }
}
