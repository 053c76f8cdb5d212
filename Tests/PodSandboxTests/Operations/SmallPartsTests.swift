import Glibc
import LinuxKernel
import Synchronization
import Testing

@testable import PodSandbox

@Suite("A slot has one winner", .timeLimit(.minutes(1)))
struct SlotTests {
  @Test("the first who asks, and nobody after it")
  func first() {
    let slot = Slot()
    #expect(slot.take())
    #expect(!slot.take())
    #expect(!slot.take())
  }

  @Test("of many threads one")
  func manyThreads() throws {
    for _ in 0..<50 {
      let slot = Slot()
      #expect(try onThreads(8) { _ in slot.take() }.count { $0 } == 1)
    }
  }
}

@Suite("What is done when nobody waits", .timeLimit(.minutes(1)))
struct AfterwardsTests {
  @Test("in order, once, and what is added meanwhile too")
  func order() {
    let (afterwards, done) = (Afterwards(), Noted<Int>())
    afterwards.add {
      done.add(1)
      afterwards.add { done.add(3) }
    }
    afterwards.add { done.add(2) }
    #expect(done.all.isEmpty)
    afterwards.run()
    #expect(done.all == [1, 2, 3])
    afterwards.run()
    #expect(done.all == [1, 2, 3])
    afterwards.add { done.add(4) }
    afterwards.run()
    #expect(done.all == [1, 2, 3, 4])
  }
}

@Suite("Places bound how many things go on at once", .timeLimit(.minutes(1)))
struct PlacesTests {
  @Test("no more than there are, and all of them come back")
  func bound() throws {
    let places = Places(3)
    let state = Mutex<(inside: Int, most: Int)>((0, 0))
    _ = try onThreads(8) { _ in
      for _ in 0..<20 {
        places.take()
        state.withLock {
          $0.inside += 1
          $0.most = max($0.most, $0.inside)
        }
        state.withLock { $0.inside -= 1 }
        places.give()
      }
    }
    #expect(state.withLock { $0.most } <= 3)
    places.takeAll()
    let isIn = Mutex(false)
    let waiter = Handoff<Void>()
    try DedicatedThread.start(name: "berth-test") {
      places.take()
      isIn.withLock { $0 = true }
      waiter.give(())
    }
    for _ in 0..<1000 { sched_yield() }
    #expect(!isIn.withLock { $0 }, "all places are taken")
    places.give()
    waiter.take()
  }
}
