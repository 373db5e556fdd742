import Bytes
import Testing

@testable import Proxy

@Suite("A body on its way out")
struct OutgoingBodyTests {
  @Test("beside a plain model of itself, whatever is done to it", arguments: 0..<20 as Range<UInt64>)
  func model(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let buffers = BufferPool()
    var buffer = Buffer()
    var body = OutgoingBody()
    // The model: octets that were not consumed, and where the slices that hold them end.
    var octets: [UInt8] = []
    var ends: [Int] = []
    var isWhole = false
    for _ in 0..<2_000 {
      switch random.next() % 8 {
      case 0...2 where !isWhole:
        let piece = random.octets(Int(random.next() % 20))
        body.append(Slice(Chunk(copying: [9] + piece + [9]), 1..<1 + piece.count))
        octets += piece
        if !piece.isEmpty { ends.append(octets.count) }
      case 3, 4:
        let count = Int(random.next() % 60)
        body.consume(count)
        let dropped = min(count, octets.count)
        octets.removeFirst(dropped)
        ends = ends.map { $0 - dropped }.filter { $0 > 0 }
      case 5 where random.next() % 50 == 0:
        body.finish()
        isWhole = true
      case 6 where random.next() % 20 == 0:
        body.reset()
        (octets, ends, isWhole) = ([], [], false)
      case 7 where random.next() % 4 == 0:
        let limit = Int(random.next() % 80)
        buffer.clear()
        buffers.supply(&buffer, .small)
        let isMoved = body.move(to: &buffer, limit: limit)
        #expect(isMoved == (isWhole && octets.count <= limit))
        #expect(ProxyTests.octets(buffer) == (isMoved ? octets : []))
        if isMoved { (octets, ends) = ([], []) }
      default: break
      }
      let limit = 1 + Int(random.next() % 80)
      var slices = Slices()
      let supply = body.gather(into: &slices, limit: limit)
      let reachable = ends.count >= Slices.limit ? ends[Slices.limit - 1] : octets.count
      let expected = min(limit, reachable)
      #expect(slices.octets == expected)
      #expect(ProxyTests.octets(slices) == Array(octets.prefix(expected)))
      #expect((supply == .last) == (isWhole && expected == octets.count))
      let (held, isOpen) = (body.octets, body.isOpen)
      #expect(held == octets.count)
      #expect(isOpen == !isWhole)
    }
  }

  @Test("once cut it has nothing, and is never whole")
  func cut() {
    var body = OutgoingBody()
    body.append(Slice(Chunk(copying: Array("half".utf8).span)))
    body.cut()
    body.finish()
    var slices = Slices()
    let (supply, held) = (body.gather(into: &slices, limit: 100), body.octets)
    #expect(supply == .cut && held == 0)
    #expect(slices.octets == 0)
    body.reset()
    let again = body.gather(into: &slices, limit: 100)
    #expect(again == .more)
  }
}

extension Chunk {
  fileprivate convenience init(copying octets: [UInt8]) { self.init(copying: octets.span) }
}
