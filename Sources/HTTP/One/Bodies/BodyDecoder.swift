import Bytes

/// Takes a message's body off the connection's octets (RFC 9112 §6.3 and §7.1). Sans I/O; copies nothing. Trailers
/// are read, held to the rules of fields, bounded, and dropped.
public struct BodyDecoder: Sendable {
  public enum Event: Equatable, Sendable {
    /// Octets of the body: a part of the input, never empty.
    case octets(Range<Int>)
    /// The body is whole; `position` is behind it.
    case end
    /// All input was used; more is needed.
    case more
  }

  /// Octets of a chunk's first line.
  public static let chunkLineLimit = 256
  /// Octets of all trailer lines.
  public static let trailerLimit = 8_192
  /// Octets of chunk lines beyond what honest chunks need: small chunks with large extensions are work for nothing.
  static let overheadLimit = 16_384

  private enum State {
    case octets, untilClose
    case firstDigit, digits, chunkExtension, lineLineFeed
    case chunkOctets, chunkEnd, chunkEndLineFeed
    case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed
    case end
  }

  private var state: State
  /// Octets of the length or the chunk that are to come, or a chunk's size while its line is read.
  private var remaining: UInt64 = 0
  private var lineLength = 0
  private var overhead = 0
  private var trailerOctets = 0

  public init(_ framing: BodyFraming) {
    switch framing {
    case .none: state = .end
    case .length(let length):
      remaining = length
      state = length == 0 ? .end : .octets
    case .chunked: state = .firstDigit
    case .untilClose: state = .untilClose
    }
  }

  public var isComplete: Bool { state == .end }

  /// Reads on from `position`, which moves behind what was used. `octets` may come many times for one input: call
  /// until `more` or `end`.
  public mutating func read(_ input: Span<UInt8>, from position: inout Int) throws(BodyError) -> Event {
    while position < input.count {
      switch state {
      case .octets, .chunkOctets:
        let start = position
        let count = min(remaining, UInt64(input.count - start))
        position += Int(count)
        remaining -= count
        if remaining == 0 { state = state == .octets ? .end : .chunkEnd }
        return .octets(start..<position)
      case .untilClose:
        let start = position
        position = input.count
        return .octets(start..<position)
      case .end: return .end
      case .firstDigit, .digits, .chunkExtension, .lineLineFeed:
        try readChunkLine(input[position])
        position += 1
      case .chunkEnd:
        guard input[position] == .carriageReturn else { throw .badChunkEnd }
        state = .chunkEndLineFeed
        position += 1
      case .chunkEndLineFeed:
        guard input[position] == .lineFeed else { throw .badChunkEnd }
        state = .firstDigit
        position += 1
      case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed, .lastLineFeed:
        try readTrailer(input[position])
        position += 1
      }
    }
    return state == .end ? .end : .more
  }

  /// The peer will send no more.
  ///
  /// - Throws: `cutShort` where the body is not whole.
  public mutating func inputEnded() throws(BodyError) {
    if state == .untilClose { state = .end }
    guard state == .end else { throw .cutShort }
  }

  /// `chunk-size [ chunk-ext ] CRLF`; extensions are skipped, and must follow the size without white space.
  private mutating func readChunkLine(_ octet: UInt8) throws(BodyError) {
    lineLength += 1
    guard lineLength <= Self.chunkLineLimit else { throw .chunkLineTooLong }
    switch (state, octet) {
    case (.digits, .carriageReturn), (.chunkExtension, .carriageReturn): state = .lineLineFeed
    case (.digits, .semicolon): state = .chunkExtension
    case (.firstDigit, _), (.digits, _):
      guard let digit = octet.hexDigitValue else { throw .badChunkSize }
      guard remaining >> 58 == 0 else { throw .chunkTooLarge }
      remaining = remaining << 4 | digit
      state = .digits
    case (.chunkExtension, _): guard octet.isFieldContent else { throw .badChunkSize }
    default:
      guard octet == .lineFeed else { throw .badChunkSize }
      try endChunkLine()
    }
  }

  private mutating func endChunkLine() throws(BodyError) {
    overhead += lineLength + 2
    overhead = max(0, overhead - 16 - 2 * Int(min(remaining, 65_536)))
    guard overhead <= Self.overheadLimit else { throw .tooMuchOverhead }
    lineLength = 0
    state = remaining == 0 ? .trailerStart : .chunkOctets
  }

  /// `*( field-line CRLF ) CRLF` of RFC 9112 §7.1.2.
  private mutating func readTrailer(_ octet: UInt8) throws(BodyError) {
    trailerOctets += 1
    guard trailerOctets <= Self.trailerLimit else { throw .trailersTooLong }
    switch state {
    case .trailerStart:
      if octet == .carriageReturn {
        state = .lastLineFeed
      } else {
        guard octet.isToken else { throw .badTrailer }
        state = .trailerName
      }
    case .trailerName:
      if octet == .colon { state = .trailerValue } else { guard octet.isToken else { throw .badTrailer } }
    case .trailerValue:
      if octet == .carriageReturn {
        state = .trailerLineFeed
      } else {
        guard octet.isFieldContent else { throw .badTrailer }
      }
    case .trailerLineFeed:
      guard octet == .lineFeed else { throw .badTrailer }
      state = .trailerStart
    default:
      guard octet == .lineFeed else { throw .badTrailer }
      state = .end
    }
  }
}

/// For callers who own parser and buffer: a span of one stored property may not be lent to a mutating call on another
/// through the same `self`, a borrowed buffer may.
extension BodyDecoder {
  /// `read` on what is to be read in a buffer, `limit` octets of it at most.
  @inlinable public mutating func read(
    _ input: borrowing Buffer, from position: inout Int, limit: Int = .max
  ) throws(BodyError) -> Event { try read(input.readable.extracting(first: limit), from: &position) }
}
