import CNI
import CNIConformance
import Testing

@Suite("A budget of time for verbs")
struct BudgetTests {
  @Test("verbs, percentiles and units are read")
  func reads() throws {
    let budget = try Budget("add=20ms,DEL=0.5s,add.p99=80ms,status=900us")
    let limits: [Budget.Limit] = [
      .init(.add, percentile: 90, milliseconds: 20), .init(.del, percentile: 90, milliseconds: 500),
      .init(.add, percentile: 99, milliseconds: 80), .init(.status, percentile: 90, milliseconds: 0.9),
    ]
    #expect(budget == Budget(limits))
  }

  @Test(
    "what cannot be read is refused with a word of how it is written",
    arguments: [
      ("", "\"\" says no time"), ("add", "\"add\" says no time"), ("add=20ms,", "\"\" says no time"),
      ("start=20ms", "\"start\" is none of the verbs add, del, check, gc, status, version"),
      ("=20ms", "\"\" is none of the verbs add, del, check, gc, status, version"),
      ("add=20", "\"20\" is no time in us, ms or s"), ("add=ms", "\"ms\" is no time in us, ms or s"),
      ("add=0ms", "\"0ms\" is no time in us, ms or s"), ("add=-1ms", "\"-1ms\" is no time in us, ms or s"),
      ("add=nans", "\"nans\" is no time in us, ms or s"), ("add=infs", "\"infs\" is no time in us, ms or s"),
      ("add.p0=1s", "\"p0\" is no percentile from p1 to p100"),
      ("add.50=1s", "\"50\" is no percentile from p1 to p100"),
      ("add.p101=1s", "\"p101\" is no percentile from p1 to p100"),
      ("add.=1s", "\"\" is no percentile from p1 to p100"),
      ("add=1s,ADD.p90=2s", "ADD.p90=2s: ADD has a limit for p90 already"),
    ])
  func refuses(text: String, words: String) {
    let error = #expect(throws: BudgetError.self) { try Budget(text) }
    #expect(error?.description == words + "; a budget is written add=20ms,del=30ms,add.p99=1s")
  }

  @Test("nine of ten calls must be within a time that says no percentile")
  func judgesNineOfTen() throws {
    let budget = try Budget("add=20ms")
    #expect(budget.violations(.add, milliseconds: Array(repeating: 20, count: 9) + [500]) == [])
    #expect(
      budget.violations(.add, milliseconds: Array(repeating: 20, count: 8) + [21, 500])
        == ["ADD takes 21.000 ms (p90 of 10 calls), the budget is 20.000 ms"])
  }

  @Test("each limit of a verb is judged by itself, and other verbs' are not")
  func judgesEachLimit() throws {
    let budget = try Budget("add.p50=10ms,add.p100=15ms,del=1ms")
    #expect(budget.violations(.add, milliseconds: [1, 9, 10, 15]) == [])
    #expect(budget.violations(.add, milliseconds: [11]).count == 1)
    #expect(budget.violations(.add, milliseconds: [16]).count == 2)
    #expect(budget.violations(.check, milliseconds: [1000]) == [])
  }

  @Test("without calls there is nothing to judge")
  func judgesNothing() throws {
    #expect(try Budget("add=1us").violations(.add, milliseconds: []) == [])
  }
}
