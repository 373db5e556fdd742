import Bytes
import Time

/// Field blocks that come from the client: requests' heads, and trailers (RFC 9113 §4.3, §8.1).
extension HTTP2Connection {
  mutating func readHeaders(
    _ frame: FrameHeader, _ payload: Span<UInt8>, reader: inout RequestHeadReader, output: inout Buffer,
    buffers: BufferPool, at now: Instant
  ) -> HTTP2Event? {
    guard !frame.stream.isMultiple(of: 2) else { return fail(.protocolError, "HEADERS on no request", into: &output) }
    var start = 0
    var end = payload.count
    if frame.flags.contains(.padded) {
      guard end > 0, Int(payload[0]) < end else {
        return fail(.protocolError, "more padding than payload", into: &output)
      }
      (start, end) = (1, end - Int(payload[0]))
    }
    var dependsOnItself = false
    if frame.flags.contains(.priority) {
      guard end - start >= 5 else {
        return fail(.frameSizeError, "HEADERS has no room for its priority", into: &output)
      }
      // Else it says nothing (RFC 9113 §5.3.2).
      dependsOnItself = payload.bigEndian32(at: start) & 0x7FFF_FFFF == frame.stream
      start += 5
    }
    var block = OpenBlock(stream: frame.stream, purpose: .request, endsStream: frame.flags.contains(.endStream))
    if frame.stream > lastStream {
      lastStream = frame.stream
      if frame.stream > lastAnswered {
        block.purpose = .ignored(nil)
        closed.append(frame.stream, .reset)
      } else if dependsOnItself {
        block.purpose = .ignored(.protocolError)
      } else if streams.count >= limits.streams {
        block.purpose = .ignored(.refusedStream)
      }
    } else if let slot = streams.slot(of: frame.stream) {
      if streams[slot].isReceiving {
        block.purpose = .trailers(slot: slot)
      } else {
        return fail(.streamClosed, "HEADERS behind a request's end", into: &output)
      }
    } else {
      switch closed.ending(of: frame.stream) {
      case .reset: block.purpose = .ignored(nil)
      case .known: return fail(.streamClosed, "HEADERS on a closed stream", into: &output)
      case nil: return fail(.protocolError, "a stream's number is not above the last one", into: &output)
      }
    }
    return read(
      &block, payload.extracting(start..<Swift.max(start, end)), isLast: frame.flags.contains(.endHeaders),
      reader: &reader, output: &output, buffers: buffers, at: now)
  }

  mutating func readContinuation(
    _ frame: FrameHeader, _ payload: Span<UInt8>, reader: inout RequestHeadReader, output: inout Buffer,
    buffers: BufferPool, at now: Instant
  ) -> HTTP2Event? {
    guard var block = openBlock.take() else {
      return fail(.protocolError, "CONTINUATION without HEADERS", into: &output)
    }
    block.continuations += 1
    guard block.continuations <= limits.continuations else { return fail(HTTP2Failure(.continuation), into: &output) }
    return read(
      &block, payload, isLast: frame.flags.contains(.endHeaders), reader: &reader, output: &output, buffers: buffers,
      at: now)
  }

  private mutating func read(
    _ block: inout OpenBlock, _ fragment: Span<UInt8>, isLast: Bool, reader: inout RequestHeadReader,
    output: inout Buffer, buffers: BufferPool, at now: Instant
  ) -> HTTP2Event? {
    block.octets += fragment.count
    guard block.octets <= limits.fieldBlock else { return fail(HTTP2Failure(.continuation), into: &output) }
    if fragment.isEmpty, !isLast, !guards.allows(.emptyFrames, at: now) {
      return fail(HTTP2Failure(.emptyFrames), into: &output)
    }
    let progress: FieldBlockProgress
    do throws(HPACKError) {
      progress = try decode(block, fragment, isLast: isLast, reader: &reader, buffers: buffers)
    } catch {
      switch error {
      case .flood: return fail(HTTP2Failure(.hpack), into: &output)
      case .compression: return fail(.compressionError, "a field block cannot be decoded", into: &output)
      case .exhausted: return fail(.internalError, "there is no memory for the field coder", into: &output)
      }
    }
    guard isLast else {
      openBlock = block
      return nil
    }
    switch block.purpose {
    case .request: return begin(block, progress, reader, output: &output, at: now)
    case .trailers(let slot):
      guard progress == .whole, block.endsStream, streams[slot].promised ?? 0 == 0 else {
        return refuse(slot, .protocolError, output: &output, at: now)
      }
      streams[slot].isReceiving = false
      if !streams[slot].isSending { closed.append(block.stream, .known) }
      return streams[slot].isSending ? .ended(slot: slot) : .over(slot: slot)
    case .ignored(let code):
      guard let code else { return nil }
      return refuse(stream: block.stream, code, output: &output, at: now)
    }
  }

  private mutating func decode(
    _ block: OpenBlock, _ fragment: Span<UInt8>, isLast: Bool, reader: inout RequestHeadReader, buffers: BufferPool
  ) throws(HPACKError) -> FieldBlockProgress {
    switch block.purpose {
    case .request:
      return try decoder.read(
        fragment, isLast: isLast, endsStream: block.endsStream, into: &reader.octets, from: buffers, &reader.head)
    case .trailers: return try decoder.readTrailers(fragment, isLast: isLast)
    case .ignored:
      try decoder.skip(fragment, isLast: isLast)
      return isLast ? .whole : .more
    }
  }

  private mutating func begin(
    _ block: OpenBlock, _ progress: FieldBlockProgress, _ reader: borrowing RequestHeadReader,
    output: inout Buffer, at now: Instant
  ) -> HTTP2Event? {
    var stream = HTTP2Stream()
    stream.id = block.stream
    (stream.isReceiving, stream.isSending) = (!block.endsStream, true)
    stream.sendWindow = FlowWindow(peer.initialWindow)
    stream.receiveWindow = ReceiveWindow(HTTP2Limits.streamWindow)
    stream.served = order.now
    switch progress {
    case .more: return nil
    case .malformed: return refuse(stream: block.stream, .protocolError, output: &output, at: now) ?? .malformedHead
    case .refused(let error): return .refused(slot: streams.insert(stream), error)
    case .whole:
      if case .length(let length) = reader.head.framing { stream.promised = length }
      if let field = reader.head.fields.first(.priority) {
        stream.priority = Priority(reader.octets.readable[clamped: field.value])
      }
      if let index = earlyPriorities.firstIndex(where: { $0.stream == block.stream }) {
        stream.priority = earlyPriorities.remove(at: index).priority
      }
      return .request(slot: streams.insert(stream), isEnded: block.endsStream)
    }
  }
}

/// Where a connection's requests' heads are read to: lent by its owner, so that an idle connection holds none.
public struct RequestHeadReader: ~Copyable {
  /// Of the last `request` event.
  public internal(set) var head = RequestHead()
  /// What the head's ranges lie in.
  public var octets = Buffer()

  public init() {}
}
