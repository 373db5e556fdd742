import Testing

@testable import Upstream

@Suite("Eligibility: one answer from three findings")
struct EligibilityTests {
  @Test(
    "operator before checks before traffic",
    arguments: [
      (OperatorState.ready, Condition.unknown, false, Eligibility.eligible),
      (.ready, .up, false, .eligible),
      (.ready, .down, false, .excluded(.down)),
      (.ready, .unknown, true, .lastResort),
      (.ready, .up, true, .lastResort),
      (.ready, .down, true, .excluded(.down)),
      (.drain, .up, false, .excluded(.draining)),
      (.drain, .down, true, .excluded(.draining)),
      (.maintenance, .up, false, .excluded(.maintenance)),
      (.maintenance, .down, true, .excluded(.maintenance)),
    ])
  func table(operatorSaid: OperatorState, checksFound: Condition, suspects: Bool, expected: Eligibility) {
    #expect(
      Eligibility(operatorSaid: operatorSaid, checksFound: checksFound, trafficSuspects: suspects) == expected)
  }
}
