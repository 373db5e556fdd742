import Bytes
import HTTP

/// Puts an answer's body into the form that an HTTP/1.1 connection needs (RFC 9112 §6.3 and §7.1), however much of it
/// each write takes. Sans I/O.
///
/// Each write is: `frame` what was gathered, write `output` and the slices after it, tell `took` how much of the slices
/// left.
struct AnswerFraming: ~Copyable {
  enum Form {
    /// As it is: its length is in the head.
    case plain
    case chunked
    /// As it is: the connection's end is its end.
    case untilClose
  }

  private let tail: Slice
  private let last: Slice
  private(set) var form = Form.plain
  /// All of the body, and what frames its end, is in the output or beyond it.
  private(set) var isEnded = false
  /// Octets that the chunk under way still promises.
  private var promised = 0
  /// Octets of the body in the write under way, and whether they are its last.
  private var offered = 0
  private var offersLast = false

  /// - Parameters:
  ///   - tail: what ends a chunk, shared by all.
  ///   - last: what ends the last chunk with octets, and the body.
  init(tail: Slice, last: Slice) { (self.tail, self.last) = (tail, last) }

  mutating func begin(_ form: Form) {
    self.form = form
    (isEnded, promised, offered, offersLast) = (false, 0, 0, false)
  }

  /// Octets of the body to be gathered for the next write: the chunk under way, if there is one, and nothing beyond.
  ///
  /// - Parameter budget: 1 or more.
  func limit(_ budget: Int) -> Int { promised > 0 ? promised : budget }

  /// Frames what was gathered.
  ///
  /// - Parameters:
  ///   - slices: octets of the body alone; what frames their end is added, as far as there is a place.
  ///   - isLast: whether the body is whole with them.
  ///   - output: leaves before the slices; it has room for a chunk's head, or no block.
  mutating func frame(
    _ slices: inout Slices, isLast: Bool, into output: inout Buffer, from buffers: BufferPool
  ) throws(WriteError) {
    (offered, offersLast) = (slices.octets, isLast)
    guard offered > 0 else {
      guard isLast, !isEnded else { return }
      isEnded = true
      guard form == .chunked else { return }
      buffers.supply(&output, .small)
      output.append(HTTP1Writer.lastChunk)
      return
    }
    guard form == .chunked else { return }
    if promised == 0 {
      buffers.supply(&output, .small)
      output.compact()
      try HTTP1Writer.chunkHead(offered, into: &output)
      promised = offered
    }
    // Where the slices have no place left it leaves with the next write: see `took`.
    if offered == promised { slices.append(isLast ? last : tail) }
  }

  /// All of the body was put into the output by whoever frames nothing. Not for a chunked one.
  mutating func end() { isEnded = true }

  /// Counts off what the socket took.
  ///
  /// - Parameters:
  ///   - octets: of the slices.
  ///   - output: takes what framing did not leave; empty, where all of the body has left.
  /// - Returns: octets of the body among them.
  mutating func took(_ octets: Int, rest output: inout Buffer) -> Int {
    let taken = Swift.min(octets, offered)
    guard taken > 0 else { return 0 }
    guard taken == offered else {
      if form == .chunked { promised -= taken }
      return taken
    }
    if offersLast { isEnded = true }
    guard form == .chunked else { return taken }
    promised = 0
    let end = offersLast ? last : tail
    let missing = end.dropping(first: octets - taken)
    if missing.count > 0 { missing.withSpan { _ = output.append($0) } }
    return taken
  }
}
