import Bytes
import Testing

@Suite("Octets that are written anew again and again")
struct OctetBufferTests {
  private func array(_ octets: Span<UInt8>) -> [UInt8] {
    var copy: [UInt8] = []
    copy.append(octets)
    return copy
  }

  @Test("beside an array, whatever is done to it", arguments: [1, 7, 300])
  func model(capacity: Int) {
    var buffer = OctetBuffer(capacity: capacity)
    var model: [UInt8] = []
    var random = SystemRandomNumberGenerator()
    for step in 0..<3_000 {
      switch UInt8.random(in: 0..<8, using: &random) {
      case 0...2:
        let octet = UInt8.random(in: 0 ... .max, using: &random)
        buffer.append(octet)
        model.append(octet)
      case 3, 4:
        let piece = (0..<Int.random(in: 0..<60, using: &random)).map { UInt8(truncatingIfNeeded: $0 + step) }
        buffer.append(piece.span)
        model += piece
      case 5:
        let count = Int.random(in: -1...model.count + 1, using: &random)
        buffer.truncate(to: count)
        model.removeLast(model.count - max(0, min(count, model.count)))
      case 6 where !model.isEmpty:
        let index = Int.random(in: model.indices, using: &random)
        buffer[index] = 42
        model[index] = 42
      default:
        if step % 20 == 0 {
          buffer.removeAll()
          model = []
        }
      }
      #expect(array(buffer.span) == model)
      let (count, isEmpty) = (buffer.count, buffer.isEmpty)
      #expect(count == model.count && isEmpty == model.isEmpty)
    }
  }
}
