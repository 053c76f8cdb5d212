import LinuxKernel
import Netlink

/// A rule of nftables as a person reads it, as far as it tells one rule from another.
enum RuleWords {
  /// A rule's attributes (NFTA_RULE_…); `set` names what is looked up in.
  static func words(_ rule: [Int: Attribute], set: (String) -> String) -> String {
    var words: [String] = []
    for element in rule[4].map({ Array($0.nested) }) ?? [] {
      let expression = element.values
      let text = Self.words(expression[1]?.string ?? "", expression[2]?.values ?? [:], set)
      if !text.isEmpty { words.append(text) }
    }
    if let data = rule[7], let comment = Self.texts(data.payload).first { words.append("comment \"\(comment)\"") }
    return words.joined(separator: " ")
  }

  /// A set's element (NFTA_SET_ELEM_…).
  static func element(_ element: [Int: Attribute]) -> String {
    var words = element[1].flatMap { $0.values[1] }.map { value($0.payload) } ?? "*"
    if let end = element[10].flatMap({ $0.values[1] }) { words += "-" + value(end.payload) }
    // NFT_SET_ELEM_INTERVAL_END: where an interval ends.
    if let flags = element[3]?.uint32, UInt32(bigEndian: flags) & 1 != 0 { words = "below " + words }
    if let data = element[2] { words += " : " + Self.data(data.values) }
    if let data = element[6], let comment = texts(data.payload).first { words += " comment \"\(comment)\"" }
    return words
  }

  private static func words(_ name: String, _ data: [Int: Attribute], _ set: (String) -> String) -> String {
    switch name {
    case "counter", "": ""
    case "payload": payload(data)
    case "meta": "meta " + (number(data[2]).map { metaKeys[$0] ?? "\($0)" } ?? "")
    case "cmp": (number(data[2]) == 1 ? "!= " : "") + (data[3].map { Self.data($0.values) } ?? "")
    case "immediate": data[2].map { Self.data($0.values) } ?? ""
    case "lookup": data[1].map { set($0.string) } ?? ""
    case "match", "target": ([data[1]?.string ?? ""] + (data[3].map { xt($0.payload) } ?? [])).joined(separator: " ")
    case "bitwise": data[4].flatMap { $0.values[1] }.map { "& \(value($0.payload))" } ?? ""
    default: name
    }
  }

  /// What an extension of iptables keeps: its texts, and its bytes, which hold ports and addresses.
  private static func xt(_ bytes: UnsafeRawBufferPointer) -> [String] {
    let texts = texts(bytes)
    return texts.isEmpty ? [hexadecimal(bytes)] : texts
  }

  private static func payload(_ data: [Int: Attribute]) -> String {
    let place = [number(data[2]), number(data[3]), number(data[4])].map { $0.map(String.init) ?? "?" }
    switch place.joined(separator: ",") {
    case "1,12,4", "1,8,16": return "saddr"
    case "1,16,4", "1,24,16": return "daddr"
    case "2,0,2": return "sport"
    case "2,2,2": return "dport"
    default: return "payload \(place.joined(separator: ","))"
    }
  }

  private static let metaKeys: [UInt32: String] = [
    0: "length", 1: "protocol", 3: "mark", 4: "iif", 5: "oif", 6: "iifname", 7: "oifname", 15: "nfproto", 16: "l4proto",
  ]

  private static func number(_ attribute: Attribute?) -> UInt32? { attribute?.uint32.map { UInt32(bigEndian: $0) } }

  /// NFTA_DATA_VALUE, or a verdict.
  private static func data(_ data: [Int: Attribute]) -> String {
    if let bytes = data[1]?.payload { return value(bytes) }
    guard let verdict = data[2]?.values, let code = number(verdict[1]) else { return "" }
    let chain = verdict[2]?.string ?? ""
    switch Int32(bitPattern: code) {
    case 0: return "drop"
    case 1: return "accept"
    case -3: return "jump \(chain)"
    case -4: return "goto \(chain)"
    case -5: return "return"
    default: return "verdict \(code) \(chain)"
    }
  }

  /// Bytes as what they most likely are: a name, an address, or several; else their digits.
  static func value(_ bytes: UnsafeRawBufferPointer) -> String {
    if let text = texts(bytes).first, bytes.count != 4 { return text }
    if bytes.count == 4 || bytes.count == 16, let address = IPAddress(bytes: Array(bytes)) { return "\(address)" }
    guard bytes.count % 4 == 0, bytes.count > 4 else { return hexadecimal(bytes) }
    return stride(from: 0, to: bytes.count, by: 4).map { start in
      IPAddress(bytes: Array(bytes[start..<start + 4])).map { "\($0)" } ?? ""
    }.joined(separator: " . ")
  }

  private static func hexadecimal(_ bytes: UnsafeRawBufferPointer) -> String {
    "0x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The texts of three letters or more in it.
  static func texts(_ bytes: UnsafeRawBufferPointer) -> [String] {
    bytes.split { !(0x20..<0x7f).contains($0) }.filter { $0.count >= 3 }.map { String(decoding: $0, as: UTF8.self) }
  }
}
