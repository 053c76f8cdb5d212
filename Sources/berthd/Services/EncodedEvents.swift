import PodSandbox
import RuntimeAPI
import Synchronization

/// The last events as they are sent: encoded once, however many streams send them.
final class EncodedEvents: Sendable {
  private static let kept = 16
  private let recent = Mutex<[(number: UInt64, bytes: [UInt8])]>([])

  /// The event's message. One that lies further back is encoded anew.
  func encode(_ event: SandboxEvent) -> [UInt8] {
    if event.number > 0, let known = recent.withLock({ $0.first { $0.number == event.number }?.bytes }) { return known }
    let bytes = ProtoJSONEncoder().encode(CRI.ContainerEventResponse(event))
    recent.withLock { recent in
      if recent.count == Self.kept { recent.removeFirst() }
      recent.append((event.number, bytes))
    }
    return bytes
  }
}
