import CNI
import JSON
import LinuxKernel

/// A plugin's call and what came of it: what a case judges by, and what a report shows of it.
struct Call: Sendable {
  let request: Request
  let response: PluginResponse
  let duration: Duration

  /// Whether the plugin ended by itself with status 0.
  var succeeded: Bool {
    if case .ended(let exit) = response.outcome { exit.isSuccess } else { false }
  }

  /// The one document on standard output; nil where there is none, or more than that.
  var document: JSON? { try? JSON(parsing: response.stdout) }

  /// The document's error code; nil where it is no error document.
  var errorCode: Int? { succeeded ? nil : document?["code"]?.integer }

  /// The result on standard output of an ADD that succeeded.
  var result: CNIResult? {
    guard succeeded, let document else { return nil }
    return try? CNIResult(document, defaultVersion: request.configuration["cniVersion"]?.string ?? "0.1.0")
  }

  /// How it ended: `exit status 1`.
  var ending: String {
    switch response.outcome {
    case .ended(let exit): "\(exit)"
    case .timedOut(let time): "it did not end within \(time)"
    case .cancelled: "it was cancelled"
    case .notStarted(let why), .failed(let why): why
    }
  }

  /// How it ended and what it said, in words for a violation.
  var outcome: String {
    let words = String(decoding: response.stdout.prefix(400), as: UTF8.self)
    return ending + (words.isEmpty ? ", nothing on standard output" : ", standard output: \(words)")
  }
}
