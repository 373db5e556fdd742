import Bytes

/// Reads the field blocks that a client sends over one HTTP/2 connection (RFC 7541, RFC 9113 §8), and makes heads of
/// them as HTTP/1 has them. Sans I/O; but for what nghttp2 keeps of literals, without allocation. One thread.
///
/// A block comes in fragments: the field block of HEADERS, then that of each CONTINUATION, and nothing of another block
/// between them. Each block of the connection must be read to its end, also one that nobody wants any more (`skip`,
/// which may take over at any fragment): the next one may refer to it.
public struct RequestHeadDecoder: ~Copyable {
  /// So many times the octets that a head may have, as RFC 9113 §6.5.2 counts them, a block may decode to before the
  /// connection is given up: until then what is too large is decoded, to keep the tables in step, and answered 431.
  public static let floodFactor = 4

  private enum Block { case none, request, trailers, skipped }

  private var inflater = FieldInflater()
  private var assembly: HeadAssembly
  private var block = Block.none
  /// What the connection was given up for.
  private var failure: HPACKError?

  /// - Parameters:
  ///   - scheme: of the transport, which `:scheme` must name.
  ///   - limits: `sectionOctets` counts names, values and 32 octets a field, pseudo-fields among them (RFC 9113
  ///     §6.5.2); `requestLineOctets` is for `:path`.
  public init(scheme: Scheme, limits: HeadLimits = HeadLimits()) {
    assembly = HeadAssembly(scheme: scheme, limits: limits)
    if !inflater.isReady { failure = .exhausted }
  }

  /// Reads a fragment of a request's head.
  ///
  /// - Parameters:
  ///   - fragment: without padding and priority; may be empty.
  ///   - isLast: whether END_HEADERS came with it.
  ///   - endsStream: whether END_STREAM came with HEADERS; the same with each fragment.
  ///   - octets: emptied by the first fragment, and enlarged where that is needed. What `head` refers to lies in
  ///     `octets.readable`: values of pseudo-fields, and fields as HTTP/1 lines. Both are to be left alone until the
  ///     block is whole.
  ///   - head: filled when the block is `whole`, and of no meaning before. `:authority` is its `host` field;
  ///     `content-length` its framing, against which who reads DATA must check (RFC 9113 §8.1.1); a body without one is
  ///     `chunked`; the target of CONNECT is `/`, for the answer is an error in any case.
  /// - Throws: what is said against the connection.
  public mutating func read(
    _ fragment: Span<UInt8>, isLast: Bool, endsStream: Bool, into octets: inout Buffer, from buffers: BufferPool,
    _ head: inout RequestHead
  ) throws(HPACKError) -> FieldBlockProgress {
    if let failure { throw failure }
    if block != .request {
      // One that began as another kind goes on as such, and is no head.
      guard block == .none else {
        try drop(fragment, isLast: isLast, as: block)
        return isLast ? .malformed(.missingPseudoField) : .more
      }
      block = .request
      octets.clear()
      buffers.supply(&octets, .small)
      head.reset()
      head.version = .http2
      assembly.begin()
    }
    head.length &+= fragment.count
    do throws(HPACKError) {
      try unsafe fragment.withUnsafeBufferPointer { (input) throws(HPACKError) in
        var position = 0
        while let field = try unsafe inflater.next(input, from: &position) {
          try assembly.add(field, to: &octets, from: buffers, &head)
          unsafe assembly.addPlainFields(input, from: &position, by: &inflater, to: &octets, &head)
        }
      }
      guard isLast else { return .more }
      try inflater.end()
    } catch {
      failure = error
      throw error
    }
    block = .none
    return assembly.finish(endsStream: endsStream, &octets, from: buffers, &head)
  }

  /// Reads a fragment of trailers (RFC 9113 §8.1): they are checked, counted and dropped.
  ///
  /// - Parameters: as for a head.
  /// - Throws: what is said against the connection.
  public mutating func readTrailers(_ fragment: Span<UInt8>, isLast: Bool) throws(HPACKError) -> FieldBlockProgress {
    try drop(fragment, isLast: isLast, as: .trailers)
    return isLast ? assembly.verdict ?? .whole : .more
  }

  /// Reads a fragment of a block that nobody wants: of a stream that was reset or refused.
  ///
  /// - Throws: what is said against the connection.
  public mutating func skip(_ fragment: Span<UInt8>, isLast: Bool) throws(HPACKError) {
    try drop(fragment, isLast: isLast, as: .skipped)
  }

  private mutating func drop(_ fragment: Span<UInt8>, isLast: Bool, as kind: Block) throws(HPACKError) {
    if let failure { throw failure }
    if block == .none {
      block = kind
      assembly.begin()
    }
    let isTrailers = block == .trailers
    do throws(HPACKError) {
      try unsafe fragment.withUnsafeBufferPointer { (input) throws(HPACKError) in
        var position = 0
        while let field = try unsafe inflater.next(input, from: &position) {
          if isTrailers { try assembly.check(trailer: field) } else { try assembly.count(field) }
        }
      }
      guard isLast else { return }
      try inflater.end()
    } catch {
      failure = error
      throw error
    }
    block = .none
  }
}

/// For callers who own decoder and buffer: a span of one stored property may not be lent to a mutating call on another
/// through the same `self`, a borrowed buffer may.
extension RequestHeadDecoder {
  /// `read` on a range of what is to be read in a buffer; what lies outside is cut off.
  @inlinable public mutating func read(
    _ input: borrowing Buffer, _ range: Range<Int>, isLast: Bool, endsStream: Bool, into octets: inout Buffer,
    from buffers: BufferPool, _ head: inout RequestHead
  ) throws(HPACKError) -> FieldBlockProgress {
    try read(
      input.readable.extracting(range.clamped(to: 0..<input.count)), isLast: isLast, endsStream: endsStream,
      into: &octets, from: buffers, &head)
  }

  /// `readTrailers` on such a range.
  @inlinable public mutating func readTrailers(
    _ input: borrowing Buffer, _ range: Range<Int>, isLast: Bool
  ) throws(HPACKError) -> FieldBlockProgress {
    try readTrailers(input.readable.extracting(range.clamped(to: 0..<input.count)), isLast: isLast)
  }

  /// `skip` on such a range.
  @inlinable public mutating func skip(
    _ input: borrowing Buffer, _ range: Range<Int>, isLast: Bool
  ) throws(HPACKError) {
    try skip(input.readable.extracting(range.clamped(to: 0..<input.count)), isLast: isLast)
  }
}
