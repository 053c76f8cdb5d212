import CNI
import CNIPlugin
import JSON
import LinuxKernel
import SystemPackage

/// A kernel parameter of a pod's network that is to have a value.
struct SysctlParameter: Hashable {
  /// As it is written in the configuration.
  let key: String
  /// Below `/proc/sys`.
  let path: String
  let value: String

  /// Refuses what names none of the network's parameters.
  ///
  /// Every dot separates, also behind a slash; the first `IFNAME` stands for the interface, whose own dots stay.
  init(_ key: String, _ value: String, interface: String) throws(PluginError) {
    let slashed = String(decoding: key.utf8.map { $0 == UInt8(ascii: ".") ? UInt8(ascii: "/") : $0 }, as: UTF8.self)
    let named = slashed.split(separator: "IFNAME", maxSplits: 1, omittingEmptySubsequences: false).joined(
      separator: interface)
    path = named.split(separator: "/").joined(separator: "/")
    guard path.hasPrefix("net/"), Sysctl.path(of: path) != nil else {
      throw Tuning.invalid("sysctl: \"\(key.beginning(128))\" is no parameter below net.")
    }
    var line = value[...]
    while line.last?.isNewline == true { line.removeLast() }
    guard !line.utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\n") }) else {
      throw Tuning.invalid("sysctl: the value of \"\(key.beginning(128))\" is not one line")
    }
    (self.key, self.value) = (key, String(line))
  }

  /// What tells it from others: its path's bytes.
  fileprivate var file: [UInt8] { Array(path.utf8) }

  /// The value that it has now, on a thread that is in the pod's namespace; nil of one that can only be written.
  func present() throws(PluginError) -> String? {
    do throws(KernelError) {
      return try Sysctl.read(path)
    } catch {
      guard error.errno != .permissionDenied else { return nil }
      throw refusal(error)
    }
  }

  /// Writes it.
  func write() throws(PluginError) {
    do throws(KernelError) { try Sysctl.write(path, value) } catch { throw refusal(error) }
  }

  private func refusal(_ error: KernelError) -> PluginError {
    let isAsked = [.noSuchFileOrDirectory, .invalidArgument, .outOfRange].contains(error.errno)
    return PluginError(
      "sysctl \(key.beginning(128)): \(error)",
      code: isAsked ? CNIError.Code.invalidConfiguration : CNIError.Code.ioFailure)
  }

  /// Whether a value that was read is this one: blanks are the kernel's, and so is how it writes numbers.
  func isSame(as present: String) -> Bool {
    let (wanted, found) = (value.split(whereSeparator: \.isWhitespace), present.split(whereSeparator: \.isWhitespace))
    return wanted.elementsEqual(found) { one, other in
      guard one != other else { return true }
      return Self.number(one).map { $0 == Self.number(other) } ?? false
    }
  }

  /// A number as the kernel reads it: `0x` begins a hexadecimal one, 0 an octal one.
  private static func number(_ text: Substring) -> Int? {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative ? text.dropFirst() : text
    let value =
      digits.hasPrefix("0x") ? Int(digits.dropFirst(2), radix: 16) : Int(digits, radix: digits.hasPrefix("0") ? 8 : 10)
    // Behind a second sign may stand the least number there is, which has no opposite.
    return value.map { isNegative ? 0 &- $0 : $0 }
  }
}

extension [SysctlParameter] {
  /// Those of a configuration, with what replaces or completes them; one parameter in two spellings has one value, or is refused.
  init(
    _ own: [(key: String, value: String)], replacedBy others: [(key: String, value: String)], interface: String
  ) throws(PluginError) {
    self = try Self.distinct(own, interface)
    var places = Dictionary(uniqueKeysWithValues: enumerated().map { ($0.element.file, $0.offset) })
    for other in try Self.distinct(others, interface) {
      if let place = places[other.file] {
        self[place] = other
      } else {
        places[other.file] = count
        append(other)
      }
    }
  }

  private static func distinct(
    _ entries: [(key: String, value: String)], _ interface: String
  ) throws(PluginError) -> [SysctlParameter] {
    var parameters: [SysctlParameter] = []
    var places: [[UInt8]: Int] = [:]
    for entry in entries {
      let parameter = try SysctlParameter(entry.key, entry.value, interface: interface)
      guard let place = places[parameter.file] else {
        places[parameter.file] = parameters.count
        parameters.append(parameter)
        continue
      }
      let other = parameters[place]
      guard other.value == parameter.value else {
        throw Tuning.invalid(
          "sysctl: \"\(other.key.beginning(128))\" and \"\(parameter.key.beginning(128))\" are one parameter, with two values"
        )
      }
    }
    return parameters
  }
}
