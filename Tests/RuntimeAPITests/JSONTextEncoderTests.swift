import Foundation
import JSON
import Testing

@Suite("A value as JSON text, in one pass")
struct JSONTextEncoderTests {
  private enum Shape: Codable, Hashable {
    case point
    case circle(radius: Double)
    case path([Int8], closed: Bool)
  }

  private struct Everything: Codable, Hashable {
    var text = "\u{e9} \"quoted\" \\ \n\r\t \u{1} \u{2028} 🙂"
    var empty = ""
    var numbers: [Int64] = [0, .min, .max]
    var unsigned = UInt64.max
    var fractions = [0.1, -1e-30, 1e300, 5, -0.0]
    var flags = [true, false]
    var absent: String?
    var present: String? = "here"
    var holes: [Int?] = [1, nil, 3]
    var map = ["a": [1], "b": []]
    var nothing: [String] = []
    var shapes: [Shape] = [.point, .circle(radius: 2.5), .path([-1, 2], closed: true)]
    var nested = [[["deep"]], []]
  }

  private class Base: Codable {
    var base = 1
  }

  private final class Derived: Base {
    var derived = "two"

    override func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      var inner = container.nestedContainer(keyedBy: Key.self, forKey: .inner)
      try super.encode(to: container.superEncoder())
      // The one inside is closed by now; the one outside is not.
      try container.encode(derived, forKey: .derived)
      inner = container.nestedContainer(keyedBy: Key.self, forKey: .list)
      var list = inner.nestedUnkeyedContainer(forKey: .list)
      try list.encode(1)
      try list.encode("x")
    }

    private enum Key: String, CodingKey { case inner, derived, list }
  }

  @Test("whatever is written is read again, by a reader of somebody else's")
  func roundTrip() throws {
    let bytes = try JSONTextEncoder().encode(Everything())
    #expect(try JSONDecoder().decode(Everything.self, from: Data(bytes)) == Everything())
    #expect(!bytes.contains(UInt8(ascii: "\n")))
  }

  @Test("keys stand as they are encoded, and what is absent does not stand at all")
  func order() throws {
    struct Ordered: Encodable {
      var zebra = 1
      var ape: Int?
      var cat = "c"
    }
    #expect(try JSONTextEncoder().encode(Ordered()) == Array(#"{"zebra":1,"cat":"c"}"#.utf8))
  }

  @Test("containers within containers are closed when the one outside goes on")
  func nesting() throws {
    let text = String(decoding: try JSONTextEncoder().encode(Derived()), as: UTF8.self)
    #expect(text == #"{"inner":{},"super":{"base":1},"derived":"two","list":{"list":[1,"x"]}}"#)
  }

  @Test("single values and values that encode nothing are text, too")
  func fragments() throws {
    struct Silent: Encodable {
      func encode(to encoder: any Encoder) {}
    }
    #expect(try JSONTextEncoder().encode("a") == Array(#""a""#.utf8))
    #expect(try JSONTextEncoder().encode([Silent(), Silent()]) == Array("[{},{}]".utf8))
    #expect(try JSONTextEncoder().encode(Int?.none) == Array("null".utf8))
  }

  @Test("numbers that JSON has no text for are refused", arguments: [Double.infinity, -.infinity, .nan])
  func noNumber(_ value: Double) {
    #expect(throws: EncodingError.self) { try JSONTextEncoder().encode([value]) }
  }
}
