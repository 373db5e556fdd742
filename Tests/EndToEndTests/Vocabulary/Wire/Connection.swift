import Glibc

/// One end of a connection, a client's or an origin's; says and reads octets, judges nothing.
final class Connection {
  let socket: Descriptor
  /// A program that speaks for this end.
  private let program: Program?
  /// Read from the socket and not yet asked for.
  private var unread: [UInt8] = []
  private var ending: Ending?

  /// How the other end said that no more comes.
  enum Ending { case closed, reset }

  init(_ socket: Descriptor) { (self.socket, program) = (socket, nil) }

  /// - Parameter program: one at the other end of `socket`, as long as this connection is.
  init(_ socket: Descriptor, by program: Program) { (self.socket, self.program) = (socket, program) }

  /// A client's end.
  convenience init(to endpoint: Endpoint) throws { self.init(try endpoint.connect()) }

  // MARK: Saying

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ octets: [UInt8], by deadline: Deadline = .patient) throws {
    var rest = octets[...]
    while !rest.isEmpty {
      guard let taken = socket.write(rest) else { throw Unmet("the other end was gone before all was sent") }
      rest = rest.dropFirst(taken)
      if taken == 0, !socket.isWritable(by: deadline) { throw Unmet("the other end read no more") }
    }
  }

  /// Sends what the other end takes, who may have gone already.
  func offer(_ text: String) { try? send(text) }

  /// Sends each octet in a packet of its own.
  func drip(_ text: String) throws {
    for octet in text.utf8 { try send([octet]) }
  }

  /// Sends until the other end reads no more for `quiet`; returns how many octets went.
  func stuff(_ octets: [UInt8], quiet: Duration = .seconds(1), limit: Int) -> Int {
    var sent = 0
    while sent < limit {
      guard let taken = socket.write(octets[...]) else { return sent }
      sent += taken
      if taken == 0, !socket.isWritable(by: Deadline(in: quiet)) { return sent }
    }
    return sent
  }

  /// Says that no more comes, and still reads.
  func finishSending() { _ = shutdown(socket.number, Int32(SHUT_WR)) }

  func close() { socket.close() }

  /// Goes away without a word (RST).
  func reset() throws {
    var linger = linger(l_onoff: 1, l_linger: 0)
    _ = unsafe setsockopt(socket.number, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    close()
  }

  // MARK: Reading

  /// Reads more; `false` when no more comes.
  private func fill(by deadline: Deadline, _ what: @autoclosure () -> String) throws -> Bool {
    while ending == nil {
      switch socket.read() {
      case .octets(let octets):
        unread += octets
        return true
      case .end: ending = .closed
      case .reset: ending = .reset
      case .nothing:
        guard socket.isReadable(by: deadline) else {
          throw Unmet(
            "\(what()) did not come in time; there is: \(String(decoding: unread, as: UTF8.self).debugDescription)")
        }
      }
    }
    return false
  }

  private func take(_ count: Int) -> [UInt8] {
    defer { unread.removeFirst(count) }
    return Array(unread[..<count])
  }

  /// Octets up to and with the first `mark`.
  func octets(through mark: String, by deadline: Deadline = .patient) throws -> [UInt8] {
    var position = 0
    while true {
      while position + mark.utf8.count <= unread.count {
        if unread[position...].starts(with: mark.utf8) { return take(position + mark.utf8.count) }
        position += 1
      }
      guard try fill(by: deadline, mark.debugDescription) else {
        throw Unmet("no more came, after: \(String(decoding: unread, as: UTF8.self).debugDescription)")
      }
    }
  }

  func octets(_ count: Int, by deadline: Deadline = .patient) throws -> [UInt8] {
    while unread.count < count {
      guard try fill(by: deadline, "\(count) octets") else { throw Unmet("\(unread.count) octets came, not \(count)") }
    }
    return take(count)
  }

  /// `nil` when no more comes before the first of them.
  func octetsOrEnd(_ count: Int, by deadline: Deadline = .patient) throws -> [UInt8]? {
    while unread.isEmpty { guard try fill(by: deadline, "\(count) octets, or the end,") else { return nil } }
    return try octets(count, by: deadline)
  }

  func head(by deadline: Deadline = .patient) throws -> Head {
    Head(text: String(decoding: try octets(through: "\r\n\r\n", by: deadline), as: UTF8.self))
  }

  /// The data of a chunked body whose trailer section is dropped; chunk lines are read as strictly as they are meant.
  func chunks(by deadline: Deadline = .patient) throws -> [UInt8] {
    var data: [UInt8] = []
    while let chunk = try chunk(by: deadline) { data += chunk }
    return data
  }

  /// The next chunk; `nil` for the last one, read with its trailer section.
  func chunk(by deadline: Deadline = .patient) throws -> [UInt8]? {
    let line = String(decoding: try octets(through: "\r\n", by: deadline).dropLast(2), as: UTF8.self)
    guard let size = Int(line, radix: 16) else { throw Unmet("a chunk's size is \(line.debugDescription)") }
    if size == 0 {
      while try octets(through: "\r\n", by: deadline).count > 2 {}
      return nil
    }
    let data = try octets(size, by: deadline)
    guard try octets(2, by: deadline) == Array("\r\n".utf8) else { throw Unmet("no line end after a chunk") }
    return data
  }

  /// The next request, whole.
  func request(by deadline: Deadline = .patient) throws -> Request {
    let head = try head(by: deadline)
    return Request(head: head, body: try body(head.framing, by: deadline))
  }

  /// The next answer, whole; one to HEAD has no body.
  func answer(to method: String = "GET", by deadline: Deadline = .patient) throws -> Answer {
    let head = try head(by: deadline)
    let status = Answer(head: head, body: []).status
    if method == "HEAD" || status < 200 || status == 204 || status == 304 { return Answer(head: head, body: []) }
    let framing = if case .none = head.framing { Head.Framing.untilClose } else { head.framing }
    return Answer(head: head, body: try body(framing, by: deadline))
  }

  private func body(_ framing: Head.Framing, by deadline: Deadline) throws -> [UInt8] {
    switch framing {
    case .none: return []
    case .length(let count): return try octets(count, by: deadline)
    case .chunked: return try chunks(by: deadline)
    case .untilClose:
      let (octets, ending) = try rest(by: deadline)
      guard ending == .closed else { throw Unmet("the body's end was a reset") }
      return octets
    }
  }

  /// Reads so many octets and keeps none.
  func skip(_ count: Int, by deadline: Deadline = .patient) throws {
    var left = count
    while left > 0 {
      if unread.isEmpty, try !fill(by: deadline, "\(left) more octets") {
        throw Unmet("\(left) of \(count) octets did not come")
      }
      let taken = min(left, unread.count)
      if taken == unread.count { unread.removeAll(keepingCapacity: true) } else { unread.removeFirst(taken) }
      left -= taken
    }
  }

  /// Everything until the other end says that no more comes, and how it said so.
  func rest(by deadline: Deadline = .patient) throws -> (octets: [UInt8], ending: Ending) {
    while try fill(by: deadline, "the end") {}
    return (take(unread.count), ending ?? .closed)
  }

  /// Whether nothing is there to be read now: no octet, no end.
  var isQuiet: Bool { isIdle(for: .zero) }

  /// Whether nothing comes for so long: no octet, no end.
  func isIdle(for duration: Duration) -> Bool {
    unread.isEmpty && ending == nil && !socket.isReadable(by: Deadline(in: duration))
  }
}
