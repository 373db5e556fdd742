import Bytes
import Testing

@testable import Cache

@Suite("The pieces of a fill's body")
struct FillPiecesTests {
  /// The whole body, whatever was dropped, and where each reader stands: looked through as a person would.
  struct Model {
    var body: [UInt8] = []
    /// Where each piece that is kept begins.
    var starts: [Int] = []
    var readers: [Int] = []

    mutating func dropRead() {
      let slowest = readers.min() ?? body.count
      while let start = starts.first, (starts.dropFirst().first ?? body.count) <= slowest, start < body.count {
        starts.removeFirst()
      }
    }
  }

  @Test(
    "beside a model: readers come, read and go, pieces come, are joined and dropped", arguments: 0..<40 as Range<UInt64>
  )
  func model(seed: UInt64) {
    var (pieces, model, random) = (FillPieces(), Model(), SplitMix64(seed: seed))
    for _ in 0..<600 {
      switch random.next() % 8 {
      case 0, 1:
        let new = (0...random.next() % 5).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let joined = min(Int(random.next() % 4), model.starts.count)
        let start = joined > 0 ? model.starts[model.starts.count - joined] : model.body.count
        let repeated = Array(model.body[start...])
        pieces.append(Slice(Chunk(copying: (repeated + new).span)), repeating: repeated.count)
        model.starts.removeLast(joined)
        model.starts.append(start)
        model.body += new
      case 2:
        let position = model.starts.first ?? model.body.count
        pieces.enter(at: position)
        model.readers.append(position)
      case 3:
        guard !model.readers.isEmpty else { continue }
        pieces.leave(from: model.readers.remove(at: Int(random.next() % UInt64(model.readers.count))))
      case 4:
        pieces.dropRead()
        model.dropRead()
      default:
        guard !model.readers.isEmpty else { continue }
        let index = Int(random.next() % UInt64(model.readers.count))
        let position = model.readers[index]
        let slice = pieces.slice(at: position)
        #expect((slice == nil) == (position == model.body.count))
        guard let slice else { continue }
        #expect(slice.withSpan { span in span.indices.allSatisfy { span[$0] == model.body[position + $0] } })
        #expect(model.starts.contains(position + slice.count) || position + slice.count == model.body.count)
        let next = position + Int(random.next() % UInt64(slice.count)) + 1
        pieces.leave(from: position)
        pieces.enter(at: next)
        model.readers[index] = next
      }
      #expect(pieces.end == model.body.count)
      #expect(pieces.held == model.body.count - (model.starts.first ?? model.body.count))
      #expect(pieces.slices.count == model.starts.count)
    }
  }

  @Test("what is taken away leaves its readers behind all pieces")
  func removed() {
    var pieces = FillPieces()
    pieces.append(Slice(Chunk(copying: octets("abc").span)), repeating: 0)
    pieces.enter(at: 1)
    pieces.removeAll()
    #expect(pieces.slice(at: 1) == nil && pieces.held == 0)
    pieces.leave(from: 1)
    pieces.append(Slice(Chunk(copying: octets("d").span)), repeating: 0)
    pieces.dropRead()
    #expect(pieces.held == 0)
  }
}

@Suite("The last pieces of a fill's body")
struct FillTailTests {
  /// Adds pieces of these sizes, as a fill does, and counts what was copied for them.
  static func fill(_ sizes: [Int], keeps: Bool) -> (slices: [Slice], octets: Int, copied: Int) {
    var (tail, pieces, copied, sent) = (FillTail(), FillPieces(), 0, 0)
    for size in sizes {
      let new = (sent..<sent + size).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
      let piece = tail.add(new.span, keeps: keeps)
      let before = pieces.slices.count
      pieces.append(piece.slice, repeating: piece.repeated)
      #expect(pieces.slices.count == before - piece.joined + 1)
      copied += size + (piece.joined > 0 ? piece.slice.count : 0)
      sent += size
    }
    if keeps, let last = tail.finish() {
      pieces.append(last.slice, repeating: last.repeated)
      copied += last.slice.count
    }
    return (pieces.slices, sent, copied)
  }

  static let drips: [[Int]] = [
    Array(repeating: 1, count: 40_000), Array(repeating: 100, count: 6_000), Array(repeating: 16_384, count: 40),
    Array((1...800).reversed()), Array(1...800), (0..<600).map { $0 % 2 == 0 ? 1 : 9_000 },
    (0..<300).map { $0 % 2 == 0 ? 10_000 : 7_000 },
  ]

  @Test("are joined without a loss, and an octet is copied a few times, however it drips", arguments: drips)
  func copies(sizes: [Int]) {
    for keeps in [true, false] {
      let (slices, octets, copied) = Self.fill(sizes, keeps: keeps)
      var position = 0
      for slice in slices {
        slice.withSpan { span in
          for index in span.indices
          where span[index] != UInt8(truncatingIfNeeded: (position + index) ^ (position + index) >> 8) {
            Issue.record("octet \(position + index)")
            return
          }
        }
        position += slice.count
      }
      #expect(position == octets)
      #expect(copied <= 20 * octets, "\(copied / octets) times")
      let most = keeps ? octets / FillTail.chunkOctets + 1 : 2 * (octets / FillTail.pieceOctets) + 15
      #expect(slices.count <= most, "\(slices.count) pieces")
    }
  }
}
