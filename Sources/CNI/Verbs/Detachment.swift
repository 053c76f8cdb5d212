import LinuxKernel

/// A DEL over a whole list while it is under way.
struct Detachment {
  let runtime: CNIRuntime
  let list: NetworkConfigurationList
  let attachment: Attachment
  let detaching: Detaching
  let result: CNIResult?
  /// Whether the ADD completed, so that the first failure halts.
  let isComplete: Bool
  let cancellation: Cancellation?
  private(set) var failures: [CNIError] = []
  private(set) var excused: [ExcusedFailure] = []

  init(
    _ runtime: CNIRuntime, _ list: NetworkConfigurationList, _ attachment: Attachment, _ detaching: Detaching,
    result: CNIResult?, isComplete: Bool, cancellation: Cancellation?
  ) {
    self.runtime = runtime
    self.list = list
    self.attachment = attachment
    self.detaching = detaching
    self.result = result
    self.isComplete = isComplete
    self.cancellation = cancellation
  }

  /// Calls the plugins in reverse order.
  mutating func run() {
    let detaching = detaching
    for place in list.plugins.indices.reversed() {
      guard let failure = delete(list.plugins[place], excuse: { detaching.excuse(for: $0, at: place) }) else {
        continue
      }
      if !failures.isEmpty { askWithoutNamespace(at: place, after: failure) }
      if owesAddress(at: place, after: failure) { releaseAddress(at: place, after: failure) }
      guard !isComplete || failures.isEmpty, failure.kind != .cancelled else { return }
    }
  }

  /// Calls one plugin, or the IPAM plugin of one by itself; the failure, if it failed, is sorted into one list or the other.
  @discardableResult
  private mutating func delete(
    _ plugin: PluginConfiguration, itsIPAM ipam: String? = nil, excuse: (CNIError) -> String?
  ) -> CNIError? {
    do throws(CNIError) {
      try runtime.call(
        .del, plugin, as: ipam, of: list, attachment: attachment, previousResult: result, cancellation: cancellation,
        excuse: excuse
      ) { _ in }
      return nil
    } catch {
      if let excuse = excuse(error) {
        excused.append(ExcusedFailure(error: error, excuse: excuse))
      } else {
        failures.append(error)
      }
      return error
    }
  }

  /// A plugin whose ADD failed may have made nothing, and fail because it does not find it (host-device without its device): it
  /// is asked once more without a namespace, in which there would be nothing to look for.
  private mutating func askWithoutNamespace(at place: Int, after failure: CNIError) {
    guard failures.last == failure, failure.isPluginsOwn, detaching.failedOrderly(at: place), interfaceIsGone else {
      return
    }
    var attachment = attachment
    attachment.networkNamespace = ""
    do throws(CNIError) {
      try runtime.call(
        .del, list.plugins[place], of: list, attachment: attachment, previousResult: result, cancellation: cancellation
      ) { _ in }
    } catch {
      // The first failure stands; this one is in the trace.
      return
    }
    failures.removeLast()
    excused.append(
      ExcusedFailure(
        error: failure,
        excuse: "its ADD had failed, there is no \(attachment.interfaceName), and without a namespace it succeeds"))
  }

  /// Whether the attachment's interface is not, or no longer, there.
  private var interfaceIsGone: Bool {
    detaching.interfaceIsGone
      ?? !NetworkNamespace.hasInterface(attachment.interfaceName, at: attachment.networkNamespace)
  }

  /// Whether an interface plugin may have kept the address of an interface that is gone: then nobody else lets go of it.
  private func owesAddress(at place: Int, after failure: CNIError) -> Bool {
    guard list.plugins[place].ipamType != nil, failure.kind != .cancelled, !failure.saysUnknownContainer else {
      return false
    }
    if let called = detaching.failedAdd?.calledPlugins, place >= called { return false }
    return interfaceIsGone
  }

  /// The interface plugin's failure stays what it is: whatever else it may have left behind is still there.
  private mutating func releaseAddress(at place: Int, after failure: CNIError) {
    let plugin = list.plugins[place]
    let isRefused = detaching.refusedAdd(at: place, in: failure)
    let detaching = detaching
    delete(plugin, itsIPAM: plugin.ipamType) { error in
      guard isRefused, error.kind != .cancelled else { return detaching.excuse(for: error, at: place) }
      return "\(plugin.type), which would have called it, refused its configuration at ADD"
    }
  }
}
