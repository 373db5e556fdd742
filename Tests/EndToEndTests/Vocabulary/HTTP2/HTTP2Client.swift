/// A client's end of an HTTP/2 connection, frame by frame: it sends what the test says, right or wrong, and gives back
/// windows only where the test does, or asks for it.
final class HTTP2Client {
  let connection: Connection
  /// As `:scheme` has it.
  let scheme: String
  let coder: HeadCoder
  /// What the server said in SETTINGS.
  private(set) var settings: [Frame.Setting: UInt32] = [:]
  /// Whether DATA that was read is given back to both windows at once.
  var givesBack = false
  /// Whether a PING is acknowledged when it is read.
  var answersPings = true
  /// How much the server lets us send, on the connection (0) and on streams.
  private var windows: [UInt32: Int] = [0: 65_535]
  /// Read and not yet asked for.
  private var heard: [Frame] = []
  private var nextStream: UInt32 = 1

  static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

  /// Nothing is sent yet.
  init(_ connection: Connection, scheme: String) throws {
    (self.connection, self.scheme, coder) = (connection, scheme, try HeadCoder())
  }

  /// Sends the preface, and waits until both sides have the other's SETTINGS (RFC 9113 §3.4).
  @discardableResult
  func open(_ settings: KeyValuePairs<Frame.Setting, UInt32> = [:]) throws -> HTTP2Client {
    try connection.send(Self.preface)
    try send(.settings(settings))
    let first = try frame()
    guard first.kind == .settings, !first.flags.contains(.ack) else { throw Unmet("the server began with \(first)") }
    try send(.settingsAck)
    try settingsAcknowledged()
    return self
  }

  // MARK: Saying

  /// In one write, as far as the server takes it at once.
  func send(_ frames: Frame...) throws { try send(frames) }
  func send(_ frames: [Frame]) throws { try connection.send(frames.flatMap(\.octets)) }

  /// Sends what the server takes, which may have gone already.
  func offer(_ frames: Frame...) { try? send(frames) }

  /// The head of a request of this connection's scheme.
  func head(_ path: String = "/", method: String = "GET", _ fields: Fields = [:]) -> Fields {
    [":method": method, ":scheme": scheme, ":authority": "test.example", ":path": path] + fields
  }

  /// The block of a head, from this connection's coder.
  func block(_ path: String = "/", method: String = "GET", _ fields: Fields = [:]) throws -> [UInt8] {
    try coder.encode(head(path, method: method, fields))
  }

  /// A stream that nobody has used yet.
  func newStream() -> UInt32 {
    defer { nextStream += 2 }
    return nextStream
  }

  /// Sends a request; its body, where there is one, follows with `send(_:on:ends:)` or as frames.
  func request(_ path: String = "/", method: String = "GET", _ fields: Fields = [:], ends: Bool = true) throws -> UInt32
  {
    try request(head: head(path, method: method, fields), ends: ends)
  }

  /// Sends a head as it stands, in as many frames as it takes.
  func request(head: Fields, ends: Bool = true) throws -> UInt32 {
    let (stream, block) = (newStream(), try coder.encode(head))
    let starts = Array(stride(from: 0, to: max(block.count, 1), by: largestFrame))
    try send(
      starts.map { start in
        let part = Array(block[start..<min(start + largestFrame, block.count)])
        let flags: Frame.Flags = start == starts.last ? .endHeaders : []
        guard start == 0 else { return .continuation(stream, part, flags) }
        return .headers(stream, part, ends ? flags.union(.endStream) : flags)
      })
    return stream
  }

  /// How much the server lets us send on a stream now.
  func room(on stream: UInt32) -> Int { min(windows[0, default: 0], streamWindow(stream)) }

  /// Counts octets that were sent.
  func use(_ octets: Int, on stream: UInt32) {
    windows[0, default: 0] -= octets
    windows[stream] = streamWindow(stream) - octets
  }

  private func streamWindow(_ stream: UInt32) -> Int {
    windows[stream] ?? Int(settings[.initialWindowSize] ?? 65_535)
  }

  // MARK: Reading

  /// The next frame from the wire, a head with its CONTINUATIONs as one; throws where no more comes.
  func frame(by deadline: Deadline = .patient) throws -> Frame {
    guard let frame = try frameOrEnd(by: deadline) else { throw Unmet("the connection ended; \(story)") }
    return frame
  }

  /// `nil` when the server said that no more comes.
  func frameOrEnd(by deadline: Deadline = .patient) throws -> Frame? {
    guard var frame = try bareFrame(by: deadline) else { return nil }
    switch frame.kind {
    case .headers:
      while !frame.flags.contains(.endHeaders) {
        guard let next = try bareFrame(by: deadline), next.kind == .continuation, next.stream == frame.stream else {
          throw Unmet("a head does not go on; \(story)")
        }
        frame.payload += next.payload
        frame.flags.formUnion(next.flags.intersection(.endHeaders))
      }
      frame.fields = try coder.decode(frame.payload)
    case .settings:
      for (setting, value) in frame.settings {
        if setting == .initialWindowSize {
          let change = Int(value) - Int(settings[setting] ?? 65_535)
          for stream in windows.keys where stream != 0 { windows[stream, default: 0] += change }
        }
        settings[setting] = value
      }
    case .windowUpdate:
      if frame.stream == 0 {
        windows[0, default: 0] += Int(frame.word(at: 0))
      } else {
        windows[frame.stream] = streamWindow(frame.stream) + Int(frame.word(at: 0))
      }
    case .ping where answersPings && !frame.flags.contains(.ack):
      offer(Frame(kind: .ping, flags: .ack, payload: frame.payload))
    case .data where givesBack && !frame.payload.isEmpty:
      let count = UInt32(frame.payload.count)
      offer(.windowUpdate(0, count))
      if !frame.ends { offer(.windowUpdate(frame.stream, count)) }
    default: break
    }
    return frame
  }

  private func bareFrame(by deadline: Deadline) throws -> Frame? {
    guard let head = try connection.octetsOrEnd(9, by: deadline) else { return nil }
    let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
    // Ours is never raised (RFC 9113 §4.2).
    guard length <= 16_384 else { throw Unmet("that is no frame: \(String(decoding: head, as: UTF8.self))") }
    let stream = head[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return Frame(
      kind: Frame.Kind(rawValue: head[3]), flags: Frame.Flags(rawValue: head[4]), stream: stream & 0x7FFF_FFFF,
      payload: try connection.octets(length, by: deadline))
  }

  /// Leaves a frame to whoever asks for it.
  func keep(_ frame: Frame) { heard.append(frame) }

  /// What was read and not asked for, for a message.
  private var story: String { heard.isEmpty ? "nothing else was read" : "not asked for: \(heard)" }

  /// The first frame that `isMeant`, of those that were read and of those that come; others are kept.
  @discardableResult
  func next(_ what: String, by deadline: Deadline = .patient, where isMeant: (Frame) -> Bool) throws -> Frame {
    if let index = heard.firstIndex(where: isMeant) { return heard.remove(at: index) }
    while true {
      let frame: Frame
      do {
        guard let read = try frameOrEnd(by: deadline) else { throw Unmet("the connection ended") }
        frame = read
      } catch { throw Unmet("\(what) did not come: \(error); \(story)") }
      if isMeant(frame) { return frame }
      keep(frame)
    }
  }

  /// Reads on until the connection ends.
  @discardableResult
  func rest(by deadline: Deadline = .patient) throws -> [Frame] {
    while let frame = try frameOrEnd(by: deadline) { keep(frame) }
    defer { heard = [] }
    return heard
  }

  /// What was read and not asked for.
  var kept: [Frame] { heard }
}
