import LinuxKernel

/// A number of places that are taken and given back: how many things go on at once.
struct Places: Sendable {
  private let semaphore: Semaphore
  private let count: Int

  init(_ count: Int) {
    self.count = count
    semaphore = Semaphore()
    for _ in 0..<count { semaphore.signal() }
  }

  /// Waits for a place.
  func take() { semaphore.wait() }

  /// Gives a place back.
  func give() { semaphore.signal() }

  /// Waits until all places have been given back.
  func takeAll() { for _ in 0..<count { semaphore.wait() } }
}
