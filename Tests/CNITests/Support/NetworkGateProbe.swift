@testable import CNI

/// Looks at the queue before a network's gate.
enum NetworkGateProbe {
  static func waiting(_ cacheDirectory: String, _ network: String) async -> Int {
    NetworkGates.shared.waiting("\(cacheDirectory)\0\(network)")
  }
}
