/// Much, and too much.
extension HTTP2Client {
  /// Sends a body as fast as the server's windows let it.
  func send(_ body: [UInt8], on stream: UInt32, ends: Bool = true, by deadline: Deadline = .patient) throws {
    var rest = body[...]
    repeat {
      while !rest.isEmpty, room(on: stream) <= 0 { keep(try frame(by: deadline)) }
      let part = Array(rest.prefix(min(largestFrame, room(on: stream))))
      rest = rest.dropFirst(part.count)
      use(part.count, on: stream)
      try send(Frame(kind: .data, flags: ends && rest.isEmpty ? .endStream : [], stream: stream, payload: part))
    } while !rest.isEmpty
  }

  /// Sends DATA as long as the server's windows let it, until none is opened for `quiet`.
  ///
  /// - Returns: how many octets went.
  func pour(on stream: UInt32, atMost limit: Int, quiet: Duration = .milliseconds(500)) throws -> Int {
    var sent = 0
    while sent < limit {
      while !connection.isQuiet { keep(try frame()) }
      let count = min(largestFrame, room(on: stream), limit - sent)
      if count > 0 {
        use(count, on: stream)
        try send(.data(stream, octets: count))
        sent += count
      } else if connection.isIdle(for: quiet) {
        break
      }
    }
    return sent
  }

  /// Sends frames over and over, and reads what comes, until the server has enough.
  ///
  /// - Parameters:
  ///   - limit: so many times at most.
  ///   - meanwhile: what others do, now and then.
  /// - Returns: the GOAWAY that ended it.
  @discardableResult
  func flood(atMost limit: Int = 50_000, meanwhile: () throws -> Void = {}, _ frames: () throws -> [Frame]) throws
    -> Frame
  {
    for round in 0..<limit {
      guard (try? send(frames())) != nil else { break }
      while !connection.isQuiet {
        guard let frame = try frameOrEnd() else { throw Unmet("the connection ended without GOAWAY") }
        if frame.kind == .goAway { return frame }
      }
      if round % 64 == 63 { try meanwhile() }
    }
    while let frame = try frameOrEnd() { if frame.kind == .goAway { return frame } }
    throw Unmet("it was let be, or ended without GOAWAY")
  }

  /// The largest payload that the server reads.
  var largestFrame: Int { Int(settings[.maxFrameSize] ?? 16_384) }
}
