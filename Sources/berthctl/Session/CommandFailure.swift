import RuntimeAPI

/// A command that failed: what is written to standard error, each line after `berthctl: <command>: `.
struct CommandFailure: Error {
  /// The command's name.
  let command: String
  /// What went wrong, one fact a line.
  let lines: [String]

  /// Why a command failed, before it is known which.
  struct Reason: Error {
    let lines: [String]

    init(_ lines: String...) { self.lines = lines }
    init(lines: [String]) { self.lines = lines }

    /// An error of the API, with its undo report.
    init(_ error: ConnectError) { lines = FailureReport.lines(error) }
  }
}
