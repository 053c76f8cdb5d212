/// Media types as `Content-Type` has them.
enum MediaType {
  /// Whether `text` is the JSON type `wanted`, in UTF-8 if it says so at all.
  static func matches(_ text: String, _ wanted: String) -> Bool {
    // As most clients write it.
    if text == wanted { return true }
    let parts = text.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" && $0 != "\"" } }
    guard parts.first == wanted else { return false }
    return parts.dropFirst().allSatisfy { !$0.hasPrefix("charset=") || $0 == "charset=utf-8" }
  }
}
