import Testing

@testable import Control

@Suite("When a file that others write is read")
struct StillnessTests {
  /// What each look is answered with.
  private func advice(_ marks: [Int], from start: Int = 0, isSettled: Bool = true) -> [Stillness<Int>.Advice] {
    var stillness = Stillness(start, isSettled: isSettled)
    return marks.map { stillness.after($0) }
  }

  @Test("what does not change is left")
  func same() { #expect(advice([0, 0, 0]) == [.leave, .leave, .leave]) }

  @Test("a change is read once it has kept still for a look, and three times at most until it is settled")
  func still() {
    #expect(
      advice([1, 1, 1, 1])
        == [.leave, .read(isLast: false), .read(isLast: false), .read(isLast: true)])
    #expect(advice([1, 2, 3, 3]) == [.leave, .leave, .leave, .read(isLast: false)])
    #expect(advice([0, 0], isSettled: false) == [.read(isLast: false), .read(isLast: false)])
  }

  @Test("what was settled is left until it changes again")
  func settled() {
    var stillness = Stillness(0, isSettled: true)
    #expect([stillness.after(1), stillness.after(1)] == [.leave, .read(isLast: false)])
    stillness.settle()
    #expect([stillness.after(1), stillness.after(1)] == [.leave, .leave])
    #expect([stillness.after(0), stillness.after(0)] == [.leave, .read(isLast: false)])
  }
}
