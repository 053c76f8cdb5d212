import JSON
import NIOHTTP1
import RuntimeAPI

extension HTTPRequestHead {
  /// The target's path, without its query; of an absolute target too. Longer ones than any of ours are cut off: text is
  /// compared and hashed in a time quadratic in its combining marks.
  var path: String {
    var target = uri.utf8[...]
    for scheme in ["http://", "https://"] where target.starts(with: scheme.utf8) {
      target = target.dropFirst(scheme.utf8.count).drop { $0 != UInt8(ascii: "/") }
    }
    return (String(target.prefix { $0 != UInt8(ascii: "?") }) ?? "").beginning(Self.longest)
  }

  private static let longest = 512

  /// A field's value, the first if there are several; as much of it as one may be long that is understood.
  func field(_ name: String) -> String? { headers.first(name: name)?.beginning(Self.longest) }

  /// Whether it is of a client that knows neither chunks nor connections that stay.
  var isOld: Bool { version.major < 1 || version.major == 1 && version.minor < 1 }

  /// How long the client waits.
  var timeout: RequestTimeout { RequestTimeout(field("connect-timeout-ms")) }

  /// Whether the client waits for a go-ahead before it sends the body.
  var expectsContinue: Bool { field("expect")?.lowercased() == "100-continue" }
}
