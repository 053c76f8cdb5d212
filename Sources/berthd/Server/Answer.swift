import JSON
import RuntimeAPI

/// What is sent back.
struct Answer: Sendable {
  var status = 200
  var contentType = "application/json"
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// What went wrong; `nil` when all went well.
  var error: ConnectError?

  /// An answer with a body.
  init(_ body: [UInt8], contentType: String = "application/json") {
    self.body = body
    self.contentType = contentType
  }

  /// An error, with the status that belongs to its code unless HTTP has a fitter one.
  init(_ error: ConnectError, status: Int? = nil, headers: [(name: String, value: String)] = []) {
    self.status = status ?? error.code.httpStatus
    self.headers = headers
    self.error = error
    body = error.json.bytes()
  }

  /// The answer in the form that a stream's client expects: a stream that ends with the error at once. What is no matter of the
  /// Connect protocol yet, a wrong method or content type, stays as HTTP says it.
  var asStream: Answer {
    guard let error, ![405, 415].contains(status) else { return self }
    var answer = self
    answer.status = 200
    answer.contentType = Route.streamType
    answer.body = Envelope(endingWith: error).bytes
    return answer
  }
}

/// A request that is refused for what its head or its body is, before anything is done about it.
struct Refusal: Error {
  let answer: Answer

  init(_ answer: Answer) { self.answer = answer }

  init(_ code: ConnectCode, _ message: String, status: Int? = nil, headers: [(name: String, value: String)] = []) {
    answer = Answer(ConnectError(code: code, message: message), status: status, headers: headers)
  }
}
