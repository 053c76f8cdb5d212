import JSON
import RuntimeAPI
import Testing

@Suite("Connect errors")
struct ConnectErrorTests {
  @Test("codes and HTTP statuses are the protocol's")
  func statuses() {
    let table: [ConnectCode: Int] = [
      .canceled: 499, .unknown: 500, .invalidArgument: 400, .deadlineExceeded: 504, .notFound: 404, .alreadyExists: 409,
      .permissionDenied: 403, .resourceExhausted: 429, .failedPrecondition: 400, .aborted: 409, .outOfRange: 400,
      .unimplemented: 501, .internal: 500, .unavailable: 503, .dataLoss: 500, .unauthenticated: 401,
    ]
    for code in ConnectCode.allCases { #expect(table[code] == code.httpStatus) }
    let inferred: [Int: ConnectCode] = [
      400: .internal, 401: .unauthenticated, 403: .permissionDenied, 404: .unimplemented, 429: .unavailable,
      502: .unavailable, 503: .unavailable, 504: .unavailable, 418: .unknown, 500: .unknown,
    ]
    for (status, code) in inferred { #expect(ConnectCode(httpStatus: status) == code) }
  }

  @Test("an error survives the way out and in again, whatever its detail's length")
  func roundTrip() throws {
    for length in [0, 1, 2, 3, 127, 128, 20_000] {
      let report = UndoReport(
        podSandboxId: "ab",
        undo: [
          .init(
            step: "AttachNetworks", outcome: "failed", error: String(repeating: "ü", count: length), milliseconds: 1.5)
        ])
      let error = ConnectError(code: .internal, message: "m", details: [report.detail])
      let read = try #require(ConnectError(json: JSON(parsing: error.json.bytes()), httpStatus: 500))
      #expect(read == error)
      #expect(read.undoReport == report)
    }
  }

  @Test("the undo report is a StringValue as protobuf encodes it")
  func golden() {
    let detail = UndoReport(podSandboxId: "ab").detail
    #expect(detail.type == "google.protobuf.StringValue")
    #expect(detail.value == [0x0A, 21] + Array(#"{"podSandboxId":"ab"}"#.utf8))
    #expect(detail.debug == .string(#"{"podSandboxId":"ab"}"#))
    let error = ConnectError(code: .alreadyExists, message: "taken", details: [detail])
    #expect(
      error.json.text()
        == #"{"code":"already_exists","message":"taken","details":[{"type":"google.protobuf.StringValue","#
        + #""value":"ChV7InBvZFNhbmRib3hJZCI6ImFiIn0","debug":"{\"podSandboxId\":\"ab\"}"}]}"#)
  }

  @Test("padded values are read too, malformed details are dropped")
  func details() throws {
    let json = try JSON(
      parsing: Array(
        #"{"code":"internal","details":[{"type":"t","value":"AQ=="},{"type":"t","value":"A"},{"type":1},7,{"type":"t","value":"*"}]}"#
          .utf8))
    #expect(ConnectError(json: json, httpStatus: 500)?.details == [ConnectErrorDetail(type: "t", value: [1])])
  }

  @Test("an unknown code is inferred from the status, what is no error is none")
  func unknownCodes() {
    #expect(ConnectError(json: ["code": "teapot"], httpStatus: 403)?.code == .permissionDenied)
    #expect(ConnectError(json: [:], httpStatus: 500) == nil)
    #expect(ConnectError(json: .string("code"), httpStatus: 500) == nil)
  }

  @Test(
    "garbage in place of a report is no report",
    arguments: [
      [], [0x0A], [0x0A, 5, 0x7B], [0x12, 0], [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0x0A, 2, 0xFF, 0xFF],
    ] as [[UInt8]])
  func badReports(_ value: [UInt8]) {
    #expect(UndoReport(detail: .init(type: "google.protobuf.StringValue", value: value)) == nil)
  }
}
