import CNI
import JSON
import LinuxKernel

extension Call {
  /// Whether the plugin ended by itself with another status than 0.
  var refused: Bool {
    guard case .ended(let exit) = response.outcome, case .exited(let status) = exit else { return false }
    return status != 0
  }

  /// Whether it did as asked, or refused with an error document: never a crash, never silence.
  var isAnswer: Bool { succeeded || refused && document?["code"]?.integer != nil }

  /// What an error document says in words, both its texts.
  var errorText: String {
    [document?["msg"]?.string, document?["details"]?.string].compactMap { $0 }.joined(separator: "; ")
  }
}

extension Trial {
  /// Notes a violation unless the call was refused.
  func expectRefusal(_ call: Call, of what: String) {
    expect(
      call.refused,
      "\(what) was not refused (expected: an exit status other than 0 of the plugin's own): \(call.outcome)")
  }

  /// Notes a violation unless the call succeeded.
  func expectSuccess(_ call: Call, of what: String) {
    expect(call.succeeded, "\(what) failed (expected: success): \(call.outcome)")
  }

  /// Notes a violation unless the call was refused with one of these codes; where it was not refused at all, that is
  /// another case's affair.
  func expectCode(_ codes: Int..., of call: Call, for what: String) throws {
    guard call.refused else { try skip("\(what) was not refused") }
    let expected = codes.map(String.init).joined(separator: " or ")
    expect(
      call.errorCode.map(codes.contains) ?? false,
      "\(what) was not refused with an error document of code \(expected): \(call.outcome)")
  }

  /// Notes a violation unless the call succeeded or was refused with an error document.
  func expectAnswer(_ call: Call, to what: String) {
    expect(call.isAnswer, "\(what) was neither done nor refused with an error document: \(call.outcome)")
  }
}
