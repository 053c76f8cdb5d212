import FoundationEssentials
public import JSON

extension ConnectError {
  /// The body of a failed unary call ("Error end-stream" and "Unary-Response" of the Connect protocol).
  public var json: JSON {
    var members: JSONObject = ["code": .string(code.rawValue)]
    if !message.isEmpty { members["message"] = .string(message) }
    if !details.isEmpty { members["details"] = .array(details.map(\.json)) }
    return .object(members)
  }

  /// Reads the body of a failed call; nil if it is no Connect error. A code that is missing or unknown is inferred from the
  /// HTTP status.
  public init?(json: JSON, httpStatus: Int) {
    guard case .object = json, json["code"] != nil || json["message"] != nil else { return nil }
    let code: ConnectCode? = if case .string(let name) = json["code"] { ConnectCode(rawValue: name) } else { nil }
    let details: [ConnectErrorDetail] =
      if case .array(let elements) = json["details"] { elements.compactMap(ConnectErrorDetail.init(json:)) } else { [] }
    self.init(
      code: code ?? ConnectCode(httpStatus: httpStatus),
      message: json["message"]?.string ?? "",
      details: details)
  }
}

extension ConnectErrorDetail {
  fileprivate var json: JSON {
    var members: JSONObject = ["type": .string(type), "value": .string(unpadded(value))]
    members["debug"] = debug
    return .object(members)
  }

  fileprivate init?(json: JSON) {
    guard let type = json["type"]?.string,
      let value = json["value"]?.string.flatMap(Self.bytes)
    else { return nil }
    self.init(type: type, value: value, debug: json["debug"])
  }

  /// Base64 as Connect writes it, without padding.
  private func unpadded(_ bytes: [UInt8]) -> String {
    let text = Data(bytes).base64EncodedString()
    return String(text.prefix { $0 != "=" })
  }

  /// The bytes that Base64 stands for, with padding or without; nil if it is none.
  private static func bytes(_ text: String) -> [UInt8]? {
    let digits = text.utf8.reversed().drop { $0 == UInt8(ascii: "=") }.reversed()
    let padding = String(repeating: "=", count: (4 - digits.count % 4) % 4)
    return Data(base64Encoded: String(decoding: digits, as: UTF8.self) + padding).map { Array($0) }
  }
}
