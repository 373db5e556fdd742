import Bytes
import Time

/// What comes from the client.
extension HTTP2Connection {
  /// The next thing that happens in the octets that came.
  ///
  /// - Parameters:
  ///   - input: octets from the first one that was not read, the same as before and more.
  ///   - position: of the next octet in `input`; moves on behind what was read.
  ///   - reader: gets the head of a request.
  ///   - output: gets replies; it has `replyRoom`.
  ///   - buffers: of which a head that does not fit takes a larger one.
  public mutating func next(
    _ input: Span<UInt8>, from position: inout Int, reader: inout RequestHeadReader, output: inout Buffer,
    buffers: BufferPool, at now: Instant
  ) -> HTTP2Event {
    while true {
      while openData != nil {
        let before = position
        if let event = readData(input, from: &position, output: &output) { return event }
        // Octets that reach nobody may have padding behind them.
        guard openData == nil || position > before else { return .more }
      }
      switch phase {
      case .failed: return .more
      case .preface:
        let end = Swift.min(input.count, position + Self.preface.utf8CodeUnitCount)
        let part = input.extracting(position..<end)
        guard part.equals(Self.preface.octets.extracting(0..<part.count)) else {
          return fail(.protocolError, "the connection does not begin as HTTP/2", into: &output)
        }
        guard part.count == Self.preface.utf8CodeUnitCount else { return .more }
        position = end
        phase = .settings
      case .settings, .open:
        guard input.count - position >= FrameHeader.octets else { return .more }
        let frame = FrameHeader(input.extracting(position..<position + FrameHeader.octets))
        guard frame.length <= 16_384 else {
          return fail(.frameSizeError, "a frame is longer than 16,384 octets", into: &output)
        }
        if phase == .settings {
          guard frame.type == .settings, !frame.flags.contains(.acknowledgement) else {
            return fail(.protocolError, "the first frame is no SETTINGS", into: &output)
          }
          phase = .open
        }
        if let block = openBlock, frame.type != .continuation || frame.stream != block.stream {
          return fail(.protocolError, "a field block is interrupted", into: &output)
        }
        let start = position + FrameHeader.octets
        if frame.type == .data {
          // Its octets go on as they come.
          let pad = frame.flags.contains(.padded) ? 1 : 0
          guard input.count >= start + Swift.min(pad, frame.length) else { return .more }
          position = start
          if let event = beginData(frame, input, from: &position, output: &output, at: now) { return event }
          guard output.room >= Self.replyRoom else { return .full }
          continue
        }
        let end = start + frame.length
        guard input.count >= end else { return .more }
        position = end
        let payload = input.extracting(start..<end)
        if let event = read(frame, payload, reader: &reader, output: &output, buffers: buffers, at: now) {
          return event
        }
        // Frames that are answered without an event: what the next one would be answered may have no place.
        guard output.room >= Self.replyRoom else { return .full }
      }
    }
  }

  private mutating func read(
    _ frame: FrameHeader, _ payload: Span<UInt8>, reader: inout RequestHeadReader, output: inout Buffer,
    buffers: BufferPool, at now: Instant
  ) -> HTTP2Event? {
    switch frame.type {
    case .data, nil: return nil
    case .headers: return readHeaders(frame, payload, reader: &reader, output: &output, buffers: buffers, at: now)
    case .continuation:
      return readContinuation(frame, payload, reader: &reader, output: &output, buffers: buffers, at: now)
    case .priority: return readPriority(frame, payload, output: &output, at: now)
    case .resetStream: return readReset(frame, payload, output: &output, at: now)
    case .settings: return readSettings(frame, payload, output: &output, at: now)
    case .pushPromise: return fail(.protocolError, "a client pushes", into: &output)
    case .ping: return readPing(frame, payload, output: &output, at: now)
    case .goAway: return readGoAway(frame, payload, output: &output)
    case .windowUpdate: return readWindowUpdate(frame, payload, output: &output, at: now)
    case .priorityUpdate: return readPriorityUpdate(frame, payload, output: &output, at: now)
    }
  }

  /// Whether a frame says something of a stream that was never opened.
  func isIdle(_ stream: UInt32) -> Bool { stream > lastStream || stream.isMultiple(of: 2) }

  /// Resets a stream for the client's own error.
  ///
  /// - Returns: what its owner is told, or the connection's end where there were too many.
  mutating func refuse(
    _ slot: Int, _ code: HTTP2ErrorCode, output: inout Buffer, at now: Instant
  ) -> HTTP2Event {
    guard guards.allows(.madeResets, at: now) else { return fail(HTTP2Failure(.madeResets), into: &output) }
    reset(slot, code, into: &output)
    return .reset(slot: slot, .malformed(code))
  }

  /// The same for a stream that has no place. One that is refused for want of one is no error of the client's: it may
  /// not know our limit yet.
  mutating func refuse(
    stream: UInt32, _ code: HTTP2ErrorCode, output: inout Buffer, at now: Instant
  ) -> HTTP2Event? {
    let flood = code == .refusedStream ? HTTP2Flood.rapidReset : .madeResets
    guard guards.allows(flood, at: now) else { return fail(HTTP2Failure(flood), into: &output) }
    FrameWriter.reset(stream, code, into: &output)
    closed.append(stream, .reset)
    return nil
  }

  // MARK: DATA

  private mutating func beginData(
    _ frame: FrameHeader, _ input: Span<UInt8>, from position: inout Int, output: inout Buffer, at now: Instant
  ) -> HTTP2Event? {
    guard !isIdle(frame.stream) else { return fail(.protocolError, "DATA on an idle stream", into: &output) }
    var padding = 0
    if frame.flags.contains(.padded) {
      guard frame.length > 0, Int(input[position]) < frame.length else {
        return fail(.protocolError, "more padding than payload", into: &output)
      }
      padding = Int(input[position])
      position += 1
    }
    // Padding counts (RFC 9113 §6.1).
    guard receiveWindow.receive(frame.length) else {
      return fail(.flowControlError, "more DATA than the connection's window", into: &output)
    }
    let endsStream = frame.flags.contains(.endStream)
    let octets = frame.length - padding - (frame.flags.contains(.padded) ? 1 : 0)
    if octets == 0, !endsStream, !guards.allows(.emptyFrames, at: now) {
      return fail(HTTP2Failure(.emptyFrames), into: &output)
    }
    openData = OpenData(slot: nil, left: octets, padding: padding, endsStream: endsStream)
    // What is no body is taken at once.
    takeUnread(frame.length - octets, output: &output)
    guard let slot = streams.slot(of: frame.stream) else {
      switch closed.ending(of: frame.stream) {
      case .reset: return nil
      case .known, nil: return refuse(stream: frame.stream, .streamClosed, output: &output, at: now)
      }
    }
    guard streams[slot].isReceiving else { return refuse(slot, .streamClosed, output: &output, at: now) }
    guard streams[slot].receiveWindow.receive(frame.length) else {
      return refuse(slot, .flowControlError, output: &output, at: now)
    }
    if let promised = streams[slot].promised {
      guard octets <= promised, !endsStream || octets == promised else {
        return refuse(slot, .protocolError, output: &output, at: now)
      }
      streams[slot].promised = promised - UInt64(octets)
    }
    openData?.slot = slot
    if let grant = streams[slot].receiveWindow.take(frame.length - octets, growingTo: limits.largestStreamWindow) {
      FrameWriter.windowUpdate(frame.stream, by: grant, into: &output)
    }
    if endsStream { endReceiving(slot) }
    if octets == 0, endsStream {
      if padding == 0 { openData = nil }
      return streams[slot].isSending ? .ended(slot: slot) : .over(slot: slot)
    }
    guard !endsStream || streams[slot].isSending else {
      openData?.slot = nil
      return .over(slot: slot)
    }
    return nil
  }

  /// The request is whole; its octets may still be on their way to who reads them.
  private mutating func endReceiving(_ slot: Int) {
    streams[slot].isReceiving = false
    if !streams[slot].isSending { closed.append(streams[slot].id, .known) }
  }

  private mutating func readData(
    _ input: Span<UInt8>, from position: inout Int, output: inout Buffer
  ) -> HTTP2Event? {
    guard var data = openData else { return nil }
    let count = Swift.min(data.left, input.count - position)
    if count > 0 {
      let range = position..<position + count
      position += count
      data.left -= count
      openData = data
      if data.left == 0, data.padding == 0 { openData = nil }
      if let slot = data.slot, streams[slot].isSending {
        streams[slot].untaken += count
        return .body(slot: slot, range, isEnded: data.left == 0 && data.endsStream)
      }
      // Nobody's octets: the connection goes on.
      takeUnread(count, output: &output)
      return nil
    }
    let skipped = Swift.min(data.padding, input.count - position)
    guard data.left == 0 else { return nil }
    position += skipped
    data.padding -= skipped
    openData = data.padding > 0 ? data : nil
    return nil
  }

  mutating func takeUnread(_ octets: Int, output: inout Buffer) {
    guard octets > 0 else { return }
    if let grant = receiveWindow.take(octets, growingTo: limits.connectionWindow) {
      FrameWriter.windowUpdate(0, by: grant, into: &output)
    }
  }

  // MARK: Streams' frames

  private mutating func readReset(
    _ frame: FrameHeader, _ payload: Span<UInt8>, output: inout Buffer, at now: Instant
  ) -> HTTP2Event? {
    guard frame.length == 4 else { return fail(.frameSizeError, "RST_STREAM has not four octets", into: &output) }
    guard !isIdle(frame.stream) else { return fail(.protocolError, "RST_STREAM on an idle stream", into: &output) }
    guard let slot = streams.slot(of: frame.stream) else { return nil }
    guard guards.allows(.rapidReset, at: now) else { return fail(HTTP2Failure(.rapidReset), into: &output) }
    close(slot, .known)
    return .reset(slot: slot, .byClient)
  }

  private mutating func readWindowUpdate(
    _ frame: FrameHeader, _ payload: Span<UInt8>, output: inout Buffer, at now: Instant
  ) -> HTTP2Event? {
    guard frame.length == 4 else { return fail(.frameSizeError, "WINDOW_UPDATE has not four octets", into: &output) }
    guard guards.allows(.windowUpdates, at: now) else { return fail(HTTP2Failure(.windowUpdates), into: &output) }
    let increment = Int32(truncatingIfNeeded: payload.bigEndian32(at: 0) & 0x7FFF_FFFF)
    guard frame.stream != 0 else {
      guard increment > 0 else { return fail(.protocolError, "WINDOW_UPDATE by 0", into: &output) }
      guard sendWindow.open(by: increment) else {
        return fail(.flowControlError, "the connection's window exceeds 2^31 - 1", into: &output)
      }
      return .opened
    }
    guard !isIdle(frame.stream) else { return fail(.protocolError, "WINDOW_UPDATE on an idle stream", into: &output) }
    guard let slot = streams.slot(of: frame.stream) else { return nil }
    guard increment > 0 else { return refuse(slot, .protocolError, output: &output, at: now) }
    guard streams[slot].sendWindow.open(by: increment) else {
      return refuse(slot, .flowControlError, output: &output, at: now)
    }
    return .opened
  }

  private mutating func readPriority(
    _ frame: FrameHeader, _ payload: Span<UInt8>, output: inout Buffer, at now: Instant
  ) -> HTTP2Event? {
    guard frame.stream != 0 else { return fail(.protocolError, "PRIORITY on the connection", into: &output) }
    guard guards.allows(.priority, at: now) else { return fail(HTTP2Failure(.priority), into: &output) }
    let slot = streams.slot(of: frame.stream)
    guard frame.length == 5 else {
      if let slot { return refuse(slot, .frameSizeError, output: &output, at: now) }
      guard !isIdle(frame.stream) else { return fail(.frameSizeError, "PRIORITY has not five octets", into: &output) }
      return refuse(stream: frame.stream, .frameSizeError, output: &output, at: now)
    }
    // Else it says nothing (RFC 9113 §5.3.2): RFC 9218 has taken its place.
    guard payload.bigEndian32(at: 0) & 0x7FFF_FFFF == frame.stream else { return nil }
    guard let slot else { return fail(.protocolError, "a stream depends on itself", into: &output) }
    return refuse(slot, .protocolError, output: &output, at: now)
  }

  /// RFC 9218 §7.1.
  private mutating func readPriorityUpdate(
    _ frame: FrameHeader, _ payload: Span<UInt8>, output: inout Buffer, at now: Instant
  ) -> HTTP2Event? {
    guard frame.stream == 0 else { return fail(.protocolError, "PRIORITY_UPDATE on a stream", into: &output) }
    guard frame.length >= 4 else { return fail(.frameSizeError, "PRIORITY_UPDATE is too short", into: &output) }
    guard guards.allows(.priority, at: now) else { return fail(HTTP2Failure(.priority), into: &output) }
    let stream = payload.bigEndian32(at: 0) & 0x7FFF_FFFF
    guard stream != 0, !stream.isMultiple(of: 2) else {
      return fail(.protocolError, "PRIORITY_UPDATE names no request", into: &output)
    }
    let priority = Priority(payload.extracting(4..<payload.count))
    if let slot = streams.slot(of: stream) {
      streams[slot].priority = priority
    } else if stream > lastStream {
      // It may come before its request.
      if earlyPriorities.count >= Self.earlyLimit { earlyPriorities.removeFirst() }
      earlyPriorities.append((stream, priority))
    }
    return nil
  }

  // MARK: The connection's frames

  private mutating func readSettings(
    _ frame: FrameHeader, _ payload: Span<UInt8>, output: inout Buffer, at now: Instant
  ) -> HTTP2Event? {
    guard frame.stream == 0 else { return fail(.protocolError, "SETTINGS on a stream", into: &output) }
    guard guards.allows(.settings, at: now) else { return fail(HTTP2Failure(.settings), into: &output) }
    if frame.flags.contains(.acknowledgement) {
      guard frame.length == 0 else { return fail(.frameSizeError, "an acknowledgement has settings", into: &output) }
      return nil
    }
    guard frame.length.isMultiple(of: 6) else {
      return fail(.frameSizeError, "SETTINGS has not six octets for each", into: &output)
    }
    let before = peer.initialWindow
    for offset in stride(from: 0, to: payload.count, by: 6) {
      guard let setting = HTTP2Setting(rawValue: payload.bigEndian16(at: offset)) else { continue }
      if setting == .headerTableSize { noteTableSize(payload.bigEndian32(at: offset + 2)) }
      if let code = peer.set(setting, to: payload.bigEndian32(at: offset + 2)) {
        return fail(code, "SETTINGS has a value that is none", into: &output)
      }
    }
    // Both are 0 or more: their difference has room.
    guard peer.initialWindow == before || streams.moveSendWindows(by: peer.initialWindow - before) else {
      return fail(.flowControlError, "a stream's window exceeds 2^31 - 1", into: &output)
    }
    FrameWriter.settingsAcknowledgement(into: &output)
    return .opened
  }

  private mutating func readPing(
    _ frame: FrameHeader, _ payload: Span<UInt8>, output: inout Buffer, at now: Instant
  ) -> HTTP2Event? {
    guard frame.stream == 0 else { return fail(.protocolError, "PING on a stream", into: &output) }
    guard frame.length == 8 else { return fail(.frameSizeError, "PING has not eight octets", into: &output) }
    guard guards.allows(.ping, at: now) else { return fail(HTTP2Failure(.ping), into: &output) }
    if frame.flags.contains(.acknowledgement) { return payload.equals(Self.drainMark) ? .drainHeard : nil }
    FrameWriter.ping(payload, isAnswer: true, into: &output)
    return nil
  }

  private mutating func readGoAway(
    _ frame: FrameHeader, _ payload: Span<UInt8>, output: inout Buffer
  ) -> HTTP2Event? {
    guard frame.stream == 0 else { return fail(.protocolError, "GOAWAY on a stream", into: &output) }
    guard frame.length >= 8 else { return fail(.frameSizeError, "GOAWAY is too short", into: &output) }
    isPeerLeaving = true
    return nil
  }
}
