import JSON
import RuntimeAPI

/// What is sent back.
struct Answer: Sendable {
  var status = 200
  var contentType = "application/json"
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// The error's code; `nil` when all went well.
  var code: ConnectCode?
  /// Why, for the log.
  var failure: String?
  /// The request's body has not been read to its end, so the connection is not used again.
  var leavesBodyUnread = false

  /// An answer with a body.
  init(_ body: [UInt8], contentType: String = "application/json") {
    self.body = body
    self.contentType = contentType
  }

  /// An error, with the status that belongs to its code unless HTTP has a fitter one.
  init(_ error: ConnectError, status: Int? = nil, headers: [(name: String, value: String)] = []) {
    self.status = status ?? error.code.httpStatus
    self.headers = headers
    code = error.code
    failure = error.message
    body = error.json.bytes()
  }

  /// Makes of an error what a stream's client expects: a stream that ends with it at once. What is no matter of the Connect
  /// protocol yet, a wrong method or content type, stays as HTTP says it.
  mutating func endStream() {
    guard status != 405, status != 415 else { return }
    status = 200
    contentType = OutgoingStream.contentType
    body = Envelope(endingWith: code.map { ConnectError(code: $0, message: failure ?? "") }).bytes
  }
}

/// A request that is refused by its head alone.
struct Refusal: Error {
  let answer: Answer

  init(_ code: ConnectCode, _ message: String, status: Int? = nil, headers: [(name: String, value: String)] = []) {
    answer = Answer(ConnectError(code: code, message: message), status: status, headers: headers)
  }
}
