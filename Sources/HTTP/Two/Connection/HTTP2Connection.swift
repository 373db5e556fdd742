import Bytes
import Time

/// A server's side of one HTTP/2 connection (RFC 9113): frames in, events out; frames out. Sans I/O: it sees octets,
/// buffers and the time that it is handed. One owner, one thread.
///
/// Requests' heads are read into a reader that is lent, answers' heads are encoded by its owner. A stream has a slot
/// from its `request` event until `release`; its identifier is never used again.
public struct HTTP2Connection: ~Copyable {
  /// Octets of room that `next` needs in the output.
  public static let replyRoom = 256
  static let preface: StaticString = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
  static let greatestStream: UInt32 = 0x7FFF_FFFF
  static let earlyLimit = 16
  /// Says that a PING of ours is about a drain.
  static let drainMark: StaticString = "yett-end"

  enum Phase { case preface, settings, open, failed }

  /// A field block whose frames have not all come.
  struct OpenBlock {
    var stream: UInt32
    var purpose: Purpose
    var endsStream: Bool
    var octets = 0
    var continuations = 0
    var priority: Priority?

    enum Purpose: Equatable {
      case request
      case trailers(slot: Int)
      /// It is read for the table's sake; the stream is reset with that code, if there is one.
      case ignored(HTTP2ErrorCode?)
    }
  }

  /// A DATA frame whose octets have not all come.
  struct OpenData {
    /// `nil` where the octets reach nobody.
    var slot: Int?
    var left: Int
    var padding: Int
    var endsStream: Bool
  }

  let limits: HTTP2Limits
  var phase = Phase.preface
  var decoder: RequestHeadDecoder
  var streams = StreamTable()
  var closed = ClosedStreams()
  var order = SendOrder()
  /// Of requests that have not come yet; the oldest is forgotten.
  var earlyPriorities: [(stream: UInt32, priority: Priority)] = []
  var guards = FloodGuard()
  var peer = PeerSettings()
  /// The peer's table for our heads has another size, which their encoder was not told yet.
  private var hasNewTableSize = false
  /// The smallest since the encoder was told: it too has to be said (RFC 7541 §4.2).
  private var smallestTableSize = UInt32.max
  var sendWindow = FlowWindow(65_535)
  var receiveWindow: ReceiveWindow
  var openBlock: OpenBlock?
  var openData: OpenData?
  /// The highest stream that the client has opened.
  public internal(set) var lastStream: UInt32 = 0
  /// No stream beyond it is answered: set when a drain's second GOAWAY is out.
  var lastAnswered = HTTP2Connection.greatestStream
  /// The client will open no more streams.
  public internal(set) var isPeerLeaving = false

  public init(limits: HTTP2Limits, scheme: Scheme) {
    self.limits = limits
    receiveWindow = ReceiveWindow(limits.connectionWindow)
    decoder = RequestHeadDecoder(scheme: scheme, limits: limits.head)
  }

  /// Streams whose place is taken.
  public var count: Int { streams.count }

  /// The client's first settings have come.
  public var isSettled: Bool { phase == .open }

  /// A head has begun and is not whole: the reader must stay.
  public var isHeadUnderWay: Bool { openBlock != nil }

  /// Writes the first frames: settings, and the window that the connection has beyond its first 64 KiB.
  public mutating func start(into output: inout Buffer) {
    FrameWriter.settings(
      [
        (.maxConcurrentStreams, UInt32(clamping: limits.streams)),
        (.maxHeaderListSize, UInt32(clamping: limits.head.sectionOctets)),
        (.noRFC7540Priorities, 1),
      ], into: &output)
    let more = limits.connectionWindow - HTTP2Limits.streamWindow
    if more > 0 { FrameWriter.windowUpdate(0, by: more, into: &output) }
  }

  // MARK: Streams

  /// - Returns: the stream's identifier, 1 or more.
  public func stream(of slot: Int) -> UInt32 { streams[slot].id }

  /// `nil` for a stream that is closed.
  public func slot(of stream: UInt32) -> Int? { streams.slot(of: stream) }

  /// Frees the place of a stream; what was not ended of it is reset. Call when its work has been let go of.
  public mutating func release(_ slot: Int, into output: inout Buffer) {
    guard streams[slot].id != 0 else { return }
    // What nobody took, nobody will: the connection's other streams have its window.
    takeUnread(streams[slot].untaken, output: &output)
    // Of a request whose answer is whole the client is to spare the rest (RFC 9113 §8.1).
    reset(slot, streams[slot].isSending ? .cancel : .noError, into: &output)
    streams.remove(slot)
  }

  /// Tells the client that nothing more comes on a stream, unless it is closed.
  public mutating func reset(_ slot: Int, _ code: HTTP2ErrorCode, into output: inout Buffer) {
    guard !streams[slot].isClosed else { return }
    FrameWriter.reset(streams[slot].id, code, into: &output)
    close(slot, .reset)
  }

  mutating func close(_ slot: Int, _ ending: ClosedStreams.Ending) {
    closed.append(streams[slot].id, ending)
    streams[slot].isReceiving = false
    streams[slot].isSending = false
    streams[slot].isReady = false
  }

  /// So many octets of a request's body were taken: the client may send as many more.
  public mutating func took(_ octets: Int, of slot: Int, into output: inout Buffer) {
    streams[slot].untaken -= octets
    takeUnread(octets, output: &output)
    guard streams[slot].isReceiving else { return }
    if let grant = streams[slot].receiveWindow.take(octets, growingTo: limits.largestStreamWindow) {
      FrameWriter.windowUpdate(streams[slot].id, by: grant, into: &output)
    }
  }

  // MARK: Answers

  /// Octets of the answer's body that the next frame may have; 0 where a window is shut.
  public func room(for slot: Int) -> Int {
    Swift.min(Int(Swift.min(streams[slot].sendWindow.octets, sendWindow.octets)), peer.frameSize)
  }

  /// Whether the stream's own window is shut, or the connection's.
  public func isStalled(_ slot: Int) -> Bool { !streams[slot].sendWindow.isOpen || !sendWindow.isOpen }

  /// Writes a field block as HEADERS and, where it is longer than a frame, CONTINUATION.
  ///
  /// - Parameter block: as the encoder wrote it.
  /// - Returns: `false`, and nothing written, where there is no room for it.
  public mutating func head(
    _ block: Span<UInt8>, of slot: Int, endsStream: Bool, into output: inout Buffer
  ) -> Bool {
    let frames = Swift.max(1, (block.count + peer.frameSize - 1) / peer.frameSize)
    guard output.room >= block.count + frames * FrameHeader.octets else { return false }
    var start = 0
    var type = FrameType.headers
    repeat {
      let end = Swift.min(block.count, start + peer.frameSize)
      var flags: FrameFlags = end == block.count ? .endHeaders : []
      if endsStream, type == .headers { flags.insert(.endStream) }
      FrameWriter.header(
        FrameHeader(length: end - start, type: type, flags: flags, stream: streams[slot].id), into: &output)
      output.append(block.extracting(start..<end))
      (start, type) = (end, .continuation)
    } while start < block.count
    if endsStream { endSending(slot) }
    return true
  }

  /// Writes the header of a DATA frame, whose octets are to follow it in the output.
  ///
  /// - Parameter octets: up to `room`; 0 with `endsStream`.
  /// - Returns: `false`, and nothing written, where there is no room for header and octets.
  public mutating func data(_ octets: Int, of slot: Int, endsStream: Bool, into output: inout Buffer) -> Bool {
    let header = FrameHeader(
      length: octets, type: .data, flags: endsStream ? .endStream : [], stream: streams[slot].id)
    guard FrameWriter.header(header, into: &output) else { return false }
    sendWindow.spend(octets)
    streams[slot].sendWindow.spend(octets)
    order.sent(&streams[slot])
    guards.earn(.windowUpdates, 2)
    return true
  }

  /// The answer is whole, with the octets that stand in the output now.
  ///
  /// Where the request is not, `over` tells when it is: its place is held until then, and what comes is dropped.
  public mutating func endSending(_ slot: Int) {
    streams[slot].isSending = false
    streams[slot].isReady = false
    if !streams[slot].isReceiving { closed.append(streams[slot].id, .known) }
  }

  /// Whether the client may send more of its request.
  public func isReceiving(_ slot: Int) -> Bool { streams[slot].isReceiving }

  /// A stream's octets have waited too long for its window.
  ///
  /// - Returns: the connection's end, where it keeps too many waiting.
  public mutating func stalled(_ slot: Int, at now: Instant, into output: inout Buffer) -> HTTP2Failure? {
    guard sendWindow.isOpen, guards.allows(.stall, at: now) else {
      let failure = HTTP2Failure(.stall)
      _ = fail(failure, into: &output)
      return failure
    }
    reset(slot, .cancel, into: &output)
    return nil
  }

  public func isReady(_ slot: Int) -> Bool { streams[slot].isReady }

  /// Whether there are octets of its answer to be sent.
  public mutating func setReady(_ slot: Int, _ isReady: Bool) { streams[slot].isReady = isReady }

  /// Whose octets are to be sent next; `nil` where none has octets and room.
  public mutating func nextToSend() -> Int? {
    guard sendWindow.isOpen else { return nil }
    return order.next(of: streams)
  }

  /// What the client allows its table for our heads, where it has said so since the last call: to be told to their
  /// encoder before the next head.
  ///
  /// - Returns: the smallest size that it was meanwhile, and the last.
  public mutating func takeTableSize() -> (smallest: UInt32, last: UInt32)? {
    guard hasNewTableSize else { return nil }
    hasNewTableSize = false
    defer { smallestTableSize = .max }
    return (Swift.min(smallestTableSize, peer.headerTableSize), peer.headerTableSize)
  }

  mutating func noteTableSize(_ size: UInt32) {
    hasNewTableSize = true
    smallestTableSize = Swift.min(smallestTableSize, size)
  }

  // MARK: Ending

  /// Says that the connection will end, so that no new requests are sent on it: the first of two steps (RFC 9113 §6.8).
  /// `drainHeard` comes when the client has read it.
  public mutating func beginDrain(into output: inout Buffer) {
    guard phase != .failed else { return }
    FrameWriter.goAway(last: Self.greatestStream, .noError, into: &output)
    FrameWriter.ping(Self.drainMark.octets, isAnswer: false, into: &output)
  }

  /// The second step: what the client opens from now on is not answered, and may be sent again elsewhere.
  public mutating func endDrain(into output: inout Buffer) {
    guard phase != .failed, lastAnswered == Self.greatestStream else { return }
    lastAnswered = lastStream
    FrameWriter.goAway(last: lastStream, .noError, into: &output)
  }

  /// Ends the connection for a reason that its frames do not show.
  public mutating func fail(_ failure: HTTP2Failure, into output: inout Buffer) -> HTTP2Event {
    if phase != .failed {
      phase = .failed
      FrameWriter.goAway(last: lastStream, failure.code, into: &output)
    }
    return .failed(failure)
  }

  mutating func fail(_ code: HTTP2ErrorCode, _ why: StaticString, into output: inout Buffer) -> HTTP2Event {
    fail(HTTP2Failure(code, why), into: &output)
  }
}
