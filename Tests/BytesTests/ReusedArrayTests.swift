import Bytes
import Testing

@Suite("An array whose storage is used again, beside an array")
struct ReusedArrayTests {
  @Test("holds what an array holds, whatever is done to it", arguments: UInt64(0)..<50)
  func model(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(below limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % limit
    }
    var (reused, model) = (ReusedArray<UInt8>(), [UInt8]())
    var copies: [(ReusedArray<UInt8>, [UInt8])] = []
    for step in 0..<200 {
      switch next(below: 9) {
      case 0:
        reused.removeAll()
        model.removeAll()
      case 1:
        reused.append(UInt8(truncatingIfNeeded: step))
        model.append(UInt8(truncatingIfNeeded: step))
      case 2:
        reused.append("a literal")
        model.append("a literal")
      case 3:
        let octets = [UInt8](repeating: UInt8(truncatingIfNeeded: step), count: next(below: 40))
        reused.append(octets.span)
        model += octets
      case 4:
        reused.append(decimal: UInt64(step))
        model.append(decimal: UInt64(step))
      case 5:
        let number = next(below: model.count + 1)
        reused.removeLast(number)
        model.removeLast(number)
      case 6:
        // Less may be filled than there is room for.
        reused.append(addingCapacity: 9) { output in output.append("four") }
        model += Array("four".utf8)
      case 7 where !model.isEmpty:
        let index = next(below: model.count)
        reused[index] = 42
        model[index] = 42
      default: copies.append((reused, model))
      }
      #expect(Array(reused) == model)
      let isSame = reused.span.equals(model.span)
      #expect(isSame)
      #expect(reused.count == model.count && reused.isEmpty == model.isEmpty && reused.capacity >= model.count)
    }
    // A copy is a value of its own.
    for (copy, model) in copies { #expect(Array(copy) == model) }
  }

  @Test("what does not fit is left out whole")
  func full() {
    var octets = ReusedArray<UInt8>()
    octets.append(addingCapacity: 5) { output in
      output.append("abc")
      output.append("def")
      output.append("gh")
    }
    #expect(Array(octets) == Array("abcgh".utf8))
  }

  @Test("arrays of the same elements are equal, whatever is left over behind them")
  func equal() {
    var (left, right) = (ReusedArray<UInt8>(), ReusedArray<UInt8>())
    left.append("abcdef")
    left.removeAll()
    left.append("xyz")
    right.append("xyz")
    #expect(left == right)
    right.append("!")
    #expect(left != right)
  }
}
