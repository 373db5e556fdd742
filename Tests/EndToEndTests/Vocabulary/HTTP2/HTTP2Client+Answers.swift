/// What a test waits for, and what it says it is.
extension HTTP2Client {
  /// The next head on a stream, interim or not.
  func head(of stream: UInt32, by deadline: Deadline = .patient) throws -> Frame {
    let frame = try next("a head on stream \(stream)", by: deadline) { $0.ends(stream) || $0.isHead(of: stream) }
    guard frame.kind == .headers else { throw Unmet("instead of a head on stream \(stream) came \(frame)") }
    return frame
  }

  /// The next DATA on a stream.
  func data(of stream: UInt32, by deadline: Deadline = .patient) throws -> Frame {
    let frame = try next("DATA on stream \(stream)", by: deadline) { frame in
      frame.ends(stream) || frame.stream == stream && frame.kind == .data
    }
    guard frame.kind == .data else { throw Unmet("instead of DATA on stream \(stream) came \(frame)") }
    return frame
  }

  /// DATA on a stream, up to at least so many octets of it.
  func octets(_ count: Int, of stream: UInt32, by deadline: Deadline = .patient) throws -> [UInt8] {
    var octets: [UInt8] = []
    while octets.count < count { octets += try data(of: stream, by: deadline).payload }
    return octets
  }

  /// The next answer on a stream, whole; an interim one is an answer of its own. Frames of others are kept.
  func answer(of stream: UInt32, by deadline: Deadline = .patient) throws -> Answer {
    let first = try head(of: stream, by: deadline)
    let head = first.fields.head
    var (body, isOver) = ([UInt8](), first.ends || first.fields[":status"]?.first == "1")
    while !isOver {
      let frame = try next("the rest of the answer on stream \(stream)", by: deadline) { frame in
        frame.ends(stream) || frame.stream == stream && (frame.kind == .data || frame.kind == .headers)
      }
      guard frame.kind == .data || frame.kind == .headers else {
        throw Unmet("after \(body.count) octets of the answer on stream \(stream) came \(frame)")
      }
      if frame.kind == .data { body += frame.payload }
      isOver = frame.ends
    }
    return Answer(head: head, body: body)
  }

  /// A request, and its answer.
  func ask(_ path: String = "/", method: String = "GET", _ fields: Fields = [:]) throws -> Answer {
    try answer(of: request(path, method: method, fields))
  }

  /// Waits until the server has ours.
  func settingsAcknowledged() throws {
    try next("the server's acknowledgement of SETTINGS") { $0.kind == .settings && $0.flags.contains(.ack) }
  }

  /// Sends a PING and waits for its acknowledgement: the connection lives, and everything before has been read.
  func fence(_ text: String = "fence   ") throws {
    try send(.ping(text))
    try next("the acknowledgement of PING") { frame in
      frame.kind == .ping && frame.flags.contains(.ack) && frame.payload == Array(text.utf8)
    }
  }

  /// Nothing but what was asked for comes: the windows are shut.
  func expectNoData() throws {
    try fence()
    if let frame = kept.first(where: { $0.kind == .data }) { throw Unmet("DATA came: \(frame)") }
  }

  // MARK: Ends

  /// RFC 9113 §5.4.1: GOAWAY with one of these codes, and the connection's end.
  @discardableResult
  func expectGoAway(_ codes: ErrorCode..., by deadline: Deadline = .patient) throws -> Frame {
    let frame = try next("GOAWAY (\(codes))", by: deadline) { $0.kind == .goAway && $0.code != .noError }
    guard codes.contains(frame.code) else { throw Unmet("GOAWAY says \(frame.code), not \(codes)") }
    try rest(by: deadline)
    return frame
  }

  /// RFC 9113 §5.4.2: RST_STREAM with one of these codes.
  func expectReset(_ stream: UInt32, _ codes: ErrorCode..., by deadline: Deadline = .patient) throws {
    let frame = try next("RST_STREAM on stream \(stream) (\(codes))", by: deadline) { $0.ends(stream) }
    guard frame.kind == .resetStream, codes.contains(frame.code) else {
      throw Unmet("on stream \(stream) came \(frame.kind == .resetStream ? "\(frame.code)" : "\(frame)"), not \(codes)")
    }
  }

  /// RST_STREAM with one of these codes, or what a server may make of it (RFC 9113 §5.4.1): GOAWAY with one of them,
  /// and the connection's end.
  func expectError(_ stream: UInt32, _ codes: ErrorCode..., by deadline: Deadline = .patient) throws {
    let frame = try next("RST_STREAM on stream \(stream) or GOAWAY (\(codes))", by: deadline) { $0.ends(stream) }
    guard codes.contains(frame.code) else { throw Unmet("for stream \(stream) came \(frame.code), not \(codes)") }
    if frame.kind == .goAway { try rest(by: deadline) }
  }

  /// The connection ends, whatever is said before.
  func expectEnd(by deadline: Deadline = .patient) throws { try rest(by: deadline) }
}

extension Frame {
  func isHead(of stream: UInt32) -> Bool { kind == .headers && self.stream == stream }

  /// Whether after it nothing more is to be hoped for on a stream.
  func ends(_ stream: UInt32) -> Bool {
    kind == .resetStream && self.stream == stream || kind == .goAway && (code != .noError || lastStream < stream)
  }
}
