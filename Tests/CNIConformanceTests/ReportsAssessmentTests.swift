import Testing

@testable import CNIConformance

@Suite("What a verdict means for the run")
struct ReportsAssessmentTests {
  private let known = Expectation(plugin: "bridge", versions: .any, caseID: "spec/*", reason: "known", line: 3)

  @Test("by weight and strictness")
  func weights() {
    for (weight, strict, expected) in [
      (Weight.must, false, Assessment.failed), (.must, true, .failed), (.should, false, .warned),
      (.should, true, .failed),
      (.quality, false, .warned), (.quality, true, .failed),
    ] {
      var assessor = Assessor(strict: strict)
      #expect(assessor.assess(.made(.failed(["x"]), weight: weight)) == expected)
      #expect(assessor.summary(elapsed: .zero).exitStatus == (expected == .failed ? 1 : 0))
    }
    var assessor = Assessor(strict: true)
    #expect(assessor.assess(.made(.passed)) == .passed)
    #expect(assessor.assess(.made(.skipped("why"))) == .skipped)
    #expect(assessor.summary(elapsed: .zero).exitStatus == 0)
  }

  @Test("an expectation makes a failure expected, and is told when all that it covers passes")
  func expectations() {
    var assessor = Assessor(strict: true, expectations: [known])
    #expect(assessor.assess(.made(.passed)) == .passedUnexpectedly(known))
    #expect(assessor.assess(.made(.skipped("x"))) == .skipped)
    #expect(assessor.summary(elapsed: .zero).outdated == [known])
    #expect(assessor.assess(.made(.failed(["x"]), version: "0.3.1")) == .failedAsExpected(known))
    let summary = assessor.summary(elapsed: .zero)
    #expect(summary.outdated.isEmpty && summary.exitStatus == 0)
    #expect(summary.trials == 3 && summary.passed == 1 && summary.skipped == 1 && summary.failedAsExpected == 1)
    #expect(assessor.assess(.made(.failed(["x"]), subject: "portmap")) == .failed)
  }

  @Test("an expectation that nothing was tried of is not told")
  func untried() {
    var assessor = Assessor(strict: false, expectations: [known])
    _ = assessor.assess(.made(.passed, subject: "portmap"))
    _ = assessor.assess(.made(.skipped("x")))
    #expect(assessor.summary(elapsed: .zero).outdated.isEmpty)
  }
}
