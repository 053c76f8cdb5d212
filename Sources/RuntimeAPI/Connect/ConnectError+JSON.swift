extension ConnectError {
  /// The body of a failed unary call ("Error end-stream" and "Unary-Response" of the Connect protocol).
  public var json: JSONValue {
    var members: [JSONValue.Member] = [.init("code", .string(code.rawValue))]
    if !message.isEmpty { members.append(.init("message", .string(message))) }
    if !details.isEmpty { members.append(.init("details", .array(details.map(\.json)))) }
    return .object(members)
  }

  /// Reads the body of a failed call; nil if it is no Connect error. A code that is missing or unknown is inferred from the
  /// HTTP status.
  public init?(json: JSONValue, httpStatus: Int) {
    guard case .object = json, json["code"] != nil || json["message"] != nil else { return nil }
    let code: ConnectCode? = if case .string(let name) = json["code"] { ConnectCode(rawValue: name) } else { nil }
    let details: [ConnectErrorDetail] =
      if case .array(let elements) = json["details"] { elements.compactMap(ConnectErrorDetail.init(json:)) } else { [] }
    self.init(
      code: code ?? ConnectCode(httpStatus: httpStatus),
      message: json["message"].flatMap(String.init(proto:)) ?? "",
      details: details)
  }
}

extension ConnectErrorDetail {
  fileprivate var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("type", .string(type)), .init("value", .string(Base64.encode(value))),
    ]
    if let debug { members.append(.init("debug", debug)) }
    return .object(members)
  }

  fileprivate init?(json: JSONValue) {
    guard let type = json["type"].flatMap(String.init(proto:)),
      let value = json["value"].flatMap(String.init(proto:)).flatMap(Base64.decode)
    else { return nil }
    self.init(type: type, value: value, debug: json["debug"])
  }
}
