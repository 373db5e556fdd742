import Testing

@testable import Upstream

@Suite("Finding: what checks in a row say")
struct FindingTests {
  /// `+` a check that passed, `-` one that failed; `?` unknown, `^` up, `v` down after each.
  @Test(
    "rise and fall count checks in a row",
    arguments: [
      ("", "", 2, 3), ("+", "^", 2, 3), ("-", "v", 2, 3),
      ("+---", "^^^v", 2, 3), ("+--+--", "^^^^^^", 2, 3), ("+--+---", "^^^^^^v", 2, 3),
      ("-++", "vv^", 2, 3), ("-+-+", "vvvv", 2, 3), ("-+-++", "vvvv^", 2, 3),
      ("+-+-", "^v^v", 1, 1), ("-+++-", "vvv^v", 3, 1),
    ])
  func rows(checks: String, conditions: String, rise: Int, fall: Int) {
    var finding = Finding.unknown
    var found = ""
    for check in checks {
      finding = finding.after(check == "+" ? .passed : .failed, rise: rise, fall: fall)
      switch finding.condition {
      case .unknown: found += "?"
      case .up: found += "^"
      case .down: found += "v"
      }
    }
    #expect(found == conditions)
  }
}
