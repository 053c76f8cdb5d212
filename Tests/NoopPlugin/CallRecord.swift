import CNI
import Glibc
import JSON

/// One call as a line of JSON, for tests to look at what a runtime gave to its plugins.
struct CallRecord {
  private let json: JSON

  init(_ call: Call) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let environment = call.environment.map { ($0.name, JSON.string($0.value)) }
    let signals = ["SigBlk", "SigIgn"].map { ($0, JSON.string(Self.status($0))) }
    json = .object(
      JSONObject([
        ("verb", .string(call["CNI_COMMAND"] ?? "")),
        ("plugin", .string(CommandLine.arguments.first ?? "")),
        ("pid", .integer(getpid())),
        ("session", .integer(getsid(0))),
        ("nanoseconds", .integer(time.tv_sec * 1_000_000_000 + time.tv_nsec)),
        ("environment", .object(JSONObject(environment))),
        ("stdin", .string(String(decoding: call.standardInput, as: UTF8.self))),
        ("descriptors", .array(Self.descriptors().map { .integer($0) })),
        ("signals", .object(JSONObject(signals))),
        ("cgroups", .string(String(decoding: readAll("/proc/self/cgroup") ?? [], as: UTF8.self))),
      ]))
  }

  /// Appends the line whole, whoever else appends to the file.
  func append(to path: String) throws(PluginError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw PluginError(100, "noop: cannot write the record \(path)", details: lastError()) }
    defer { close(descriptor) }
    flock(descriptor, LOCK_EX)
    Output.write(json.serialized() + [UInt8(ascii: "\n")], to: descriptor)
  }

  /// The open descriptors but for the one that lists them.
  private static func descriptors() -> [Int] {
    guard let directory = opendir("/proc/self/fd") else { return [] }
    defer { closedir(directory) }
    let own = Int(dirfd(directory))
    var numbers: [Int] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if let number = Int(name), number != own { numbers.append(number) }
    }
    return numbers.sorted()
  }

  private static func status(_ field: String) -> String {
    let text = String(decoding: readAll("/proc/self/status") ?? [], as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":\t") }
    return line.map { String($0.dropFirst(field.count + 2)) } ?? ""
  }
}

/// The words for the calling thread's last errno.
func lastError() -> String { String(cString: strerror(errno)) }
