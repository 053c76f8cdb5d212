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
    body = error.json.bytes
  }
}

/// A request that is refused by its head alone.
struct Refusal: Error {
  let answer: Answer

  init(_ code: ConnectCode, _ message: String, status: Int? = nil, headers: [(name: String, value: String)] = []) {
    answer = Answer(ConnectError(code: code, message: message), status: status, headers: headers)
  }
}
