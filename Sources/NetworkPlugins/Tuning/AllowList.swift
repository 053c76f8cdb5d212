import CNI
import CNIPlugin
import JSON
import LinuxKernel
import SystemPackage

/// The administrator's list of parameters that pods may be given: a file, a pattern a line. Without the file all are allowed.
struct AllowList: Sendable {
  let path: String

  private static let limit = 1 << 20

  /// Why the list cannot be honoured here; nil where it can, or where there is none.
  var reasonWhyNot: String? {
    do throws(PluginError) {
      _ = try patterns()
      return nil
    } catch {
      return error.message
    }
  }

  /// Refuses the first parameter whose key, as it is written, no line matches.
  func check(_ parameters: [SysctlParameter]) throws(PluginError) {
    guard !parameters.isEmpty, let patterns = try patterns() else { return }
    for parameter in parameters where !patterns.contains(where: { $0.isFound(in: parameter.key) }) {
      throw PluginError(
        "sysctl: \(parameter.key.beginning(128)) is not allowed on this host", code: CNIError.Code.invalidConfiguration,
        details: "\(path) has the patterns of those that are")
    }
  }

  private func patterns() throws(PluginError) -> [SimplePattern]? {
    let bytes: [UInt8]
    do throws(KernelError) {
      bytes = try DurableFile.read(path, limit: Self.limit)
    } catch {
      guard error.errno != .noSuchFileOrDirectory else { return nil }
      throw PluginError("\(error)", code: CNIError.Code.ioFailure)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw unreadable("it is no UTF-8") }
    var patterns: [SimplePattern] = []
    for line in text.unicodeScalars.split(separator: "\n").map(Self.trimmed) where !line.isEmpty {
      guard let pattern = SimplePattern(String(line)) else {
        throw unreadable("\"\(String(line).beginning(64))\" has more than characters, sets and repetitions")
      }
      patterns.append(pattern)
    }
    return patterns
  }

  private static func trimmed(_ line: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
    var line = line.drop { $0.properties.isWhitespace }
    while line.last?.properties.isWhitespace == true { line.removeLast() }
    return line
  }

  private func unreadable(_ reason: String) -> PluginError {
    PluginError("\(path) cannot be matched as it is meant: \(reason)", code: CNIError.Code.invalidConfiguration)
  }
}
