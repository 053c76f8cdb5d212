import Glibc
import LinuxKernel
import Synchronization
import Testing

@testable import PodSandbox

@Suite("Operations on one sandbox go one after the other", .timeLimit(.minutes(1)))
struct LaneTests {
  private let lane = Lane()

  @Test("in the order of arrival, one at a time, and whoever left was alone")
  func order() throws {
    let (lane, done) = (lane, Handoff<Void>())
    let state = Mutex<(inside: Int, most: Int, order: [Int])>((0, 0, []))
    let gate = Handoff<Void>()
    try lane.enter {
      gate.take()
      lane.leave()
    }
    #expect(lane.isBusy)
    for number in 0..<50 {
      try lane.enter {
        state.withLock {
          $0.inside += 1
          $0.most = max($0.most, $0.inside)
          $0.order.append(number)
          $0.inside -= 1
        }
        lane.leave()
        if number == 49 { done.give(()) }
      }
    }
    #expect(state.withLock { $0.order }.isEmpty, "nobody is let in before the first has left")
    gate.give(())
    done.take()
    #expect(state.withLock { $0.order } == Array(0..<50))
    #expect(state.withLock { $0.most } == 1)
    #expect(!lane.isBusy)
  }

  @Test("an operation may leave on another thread than the one that it began on")
  func leavesElsewhere() throws {
    let (lane, second) = (lane, Handoff<Void>())
    let isInside = Handoff<Void>()
    try lane.enter { isInside.give(()) }
    isInside.take()
    try lane.enter { second.give(()) }
    try DedicatedThread.start(name: "berth-test") { lane.leave() }
    second.take()
    #expect(lane.isBusy)
    lane.leave()
    #expect(!lane.isBusy)
  }

  @Test("each has a thread of its own, and the caller waits for none of them")
  func threads() throws {
    let (lane, threads) = (lane, Handoff<pthread_t>())
    let gate = Handoff<Void>()
    try lane.enter {
      gate.take()
      threads.give(pthread_self())
      lane.leave()
    }
    gate.give(())
    #expect(threads.take() != pthread_self())
  }

  @Test("many threads at once: each gets in once, and never two together")
  func storm() throws {
    let (lane, done) = (lane, Handoff<Void>())
    let state = Mutex<(inside: Int, most: Int, count: Int)>((0, 0, 0))
    _ = try onThreads(8) { _ in
      for _ in 0..<20 {
        try? lane.enter {
          state.withLock {
            $0.inside += 1
            $0.most = max($0.most, $0.inside)
          }
          let count = state.withLock {
            $0.inside -= 1
            $0.count += 1
            return $0.count
          }
          lane.leave()
          if count == 160 { done.give(()) }
        }
      }
    }
    done.take()
    #expect(state.withLock { $0.most } == 1)
  }
}
