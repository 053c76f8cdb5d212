/// libFuzzer's driver, from the library that `-sanitize=fuzzer` links.
@_extern(c, "LLVMFuzzerRunDriver")
func runDriver(
  _ argumentCount: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ testOneInput: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Fuzzes the parsers that face plugins and files; the arguments are libFuzzer's.
///
/// SwiftPM renames an executable's `main`, so libFuzzer's own cannot be used.
@main
enum ParserFuzzer {
  static func main() {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    _ = runDriver(&count, &arguments) { start, count in
      do {
        let bytes = Array(UnsafeBufferPointer(start: start, count: count))
        _ = try ParserProperties(sample: bytes.reduce(0) { $0 &+ Int($1) }).check(bytes)
      } catch {
        fatalError("\(error)")
      }
      return 0
    }
  }
}
