import ArgumentParser
import CNIConformance
import Glibc
import JSON

@main
struct Main {
  static func main() {
    do {
      let command = try BerthConformance.parse()
      exit(try command.conduct())
    } catch let error as RunInterrupted {
      complain(error.description)
      exit(1)
    } catch {
      exit(report(error))
    }
  }

  /// Help on standard output is a success; all else is a wrong use, in one line.
  private static func report(_ error: any Error) -> Int32 {
    if BerthConformance.exitCode(for: error).isSuccess {
      print(BerthConformance.fullMessage(for: error))
      return 0
    }
    let message = BerthConformance.message(for: error)
    complain(message)
    return 2
  }

  static func complain(_ message: String) {
    ReportSink(descriptor: 2).write("berth-conformance: \(message.replacingControls(by: \.escaped))\n")
  }
}
