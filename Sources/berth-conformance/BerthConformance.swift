import CNI
import CNIConformance

@main
struct BerthConformance {
  static func main() throws {
    let arguments = CommandLine.arguments
    let directory = NetworkConfigurationDirectory("/")
    let list = try directory.load(arguments[1])
    try ConformanceRun.run(
      list, pluginDirectories: [arguments[2]], matching: arguments.count > 3 ? arguments[3] : "")
  }
}
