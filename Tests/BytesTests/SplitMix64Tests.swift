import Bytes
import Testing

@Suite("Numbers that only look random")
struct SplitMix64Tests {
  @Test("are those that were published with the algorithm's reference code")
  func published() {
    var numbers = SplitMix64(seed: 1_234_567)
    #expect(numbers.next() == 6_457_827_717_110_365_317)
    #expect(numbers.next() == 3_203_168_211_198_807_973)
  }
}
