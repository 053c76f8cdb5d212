/// What a command meets besides its arguments; tests put their own in place.
struct Surroundings: Sendable {
  /// The environment's variables.
  var environment: [String: String]
  /// Where output goes.
  var console: Console
  /// Nanoseconds since the epoch.
  var now: @Sendable () -> Int64
  /// All of standard input.
  var readStandardInput: @Sendable () throws(CommandFailure.Reason) -> [UInt8]

  @TaskLocal static var current = Surroundings(
    environment: hostEnvironment(), console: .standard, now: hostTime,
    readStandardInput: { () throws(CommandFailure.Reason) in try InputFile.read(descriptor: 0, name: "standard input") }
  )
}
