import Bytes

/// The last pieces of a body on its way into memory. Small ones are joined as a counter carries, each with one of its
/// own size, so that an octet is copied a few times however the body drips; when they make a chunk they are joined once
/// more.
struct FillTail {
  /// A piece, and how much of what was handed out before it stands for.
  struct Piece {
    let slice: Slice
    /// Octets that it repeats: those of the last `joined` pieces.
    let repeated: Int
    let joined: Int
  }

  private var slices: [Slice] = []
  private var octets = 0

  /// Octets of a chunk in memory, roughly.
  static let chunkOctets = 262_144
  /// Smaller pieces are joined at once.
  static let pieceOctets = 16_384

  /// - Parameter keeps: whether the pieces make a chunk some day; otherwise only small ones are joined.
  mutating func add(_ new: Span<UInt8>, keeps: Bool) -> Piece {
    let slice = Slice(Chunk(copying: new))
    var (total, count) = (slice.count, 0)
    while let next = slices.dropLast(count).last, next.count < 2 * total, next.count + total <= Self.pieceOctets {
      total += next.count
      count += 1
    }
    octets += slice.count
    if keeps, octets >= Self.chunkOctets { count = slices.count }
    let piece = join(slices.suffix(count), with: slice)
    slices.removeLast(count)
    if keeps, octets >= Self.chunkOctets {
      clear()
    } else {
      // Nothing below what is too large to be joined with ever is.
      if !keeps, let next = slices.last, next.count + total > Self.pieceOctets { slices = [] }
      slices.append(piece.slice)
    }
    return piece
  }

  /// All that is left as one piece; `nil` where it is one already.
  mutating func finish() -> Piece? {
    guard slices.count > 1, let last = slices.popLast() else { return nil }
    let joined = join(slices[...], with: last)
    clear()
    return Piece(slice: joined.slice, repeated: joined.slice.count, joined: joined.joined + 1)
  }

  mutating func clear() { (slices, octets) = ([], 0) }

  private func join(_ earlier: ArraySlice<Slice>, with last: Slice) -> Piece {
    guard !earlier.isEmpty else { return Piece(slice: last, repeated: 0, joined: 0) }
    let joined = Slice(Chunk(joining: earlier + [last]))
    return Piece(slice: joined, repeated: joined.count - last.count, joined: earlier.count)
  }
}
