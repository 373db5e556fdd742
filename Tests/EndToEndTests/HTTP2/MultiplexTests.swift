import Testing

@Suite("HTTP/2: streams beside each other, windows and priorities (RFC 9113 §5, RFC 9218)")
struct MultiplexTests {
  static let allOfIt = 1 << 20

  /// An origin that gives each path as many octets as it says: `/1000`.
  static func generous() throws -> AutomaticOrigin {
    try AutomaticOrigin { request in .ok(String(repeating: "g", count: Int(request.target.dropFirst()) ?? 0)) }
  }

  @Test("§5: two slow answers come by turns", arguments: Door.allCases)
  func interleaved(door: Door) throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open(door)
      let first = try client.request("/a")
      let a = try origin.accept()
      #expect(try a.request().target == "/a")
      let second = try client.request("/b")
      let b = try origin.accept()
      #expect(try b.request().target == "/b")
      for inside in [b, a] { try inside.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n") }
      // Who waits keeps nobody else waiting.
      let third = try client.request("/c")
      try origin.answer(.ok("third"))
      #expect(try client.answer(of: third).text == "third")
      for part in ["one", "two"] {
        try a.send(part)
        #expect(try client.octets(3, of: first) == part.octets)
        try b.send(part)
        #expect(try client.octets(3, of: second) == part.octets)
      }
    }
  }

  @Test("§5.1.2: 128 streams wait beside each other")
  func many() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      #expect(client.settings[.maxConcurrentStreams] == 128)
      let streams = try (0..<128).map { try client.request("/\($0)") }
      for _ in 0..<128 {
        let inside = try origin.accept()
        try inside.send(.ok(inside.request().target))
      }
      for (index, stream) in streams.enumerated() { #expect(try client.answer(of: stream).text == "/\(index)") }
    }
  }

  @Test(
    "§6.9: an answer stops where its windows do, costs nothing there, and goes on as they open",
    arguments: Door.allCases)
  func windows(door: Door) throws {
    let origin = try Self.generous()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open(door)
      _ = try client.ask("/1")
      let stream = try client.request("/\(Self.allOfIt)")
      #expect(try client.head(of: stream).fields["content-length"] == "\(Self.allOfIt)")
      #expect(try client.octets(65_534, of: stream).count == 65_534, "one octet went before")
      try client.expectNoData()
      // The stream's window alone does not do, nor the connection's.
      try client.send(.windowUpdate(stream, 100_000))
      try client.expectNoData()
      try client.send(.windowUpdate(0, 1_000))
      #expect(try client.octets(1_000, of: stream).count == 1_000)
      try client.send(.windowUpdate(0, 100_000))
      #expect(try client.octets(99_001, of: stream).count == 99_001)
      try client.expectNoData()
      client.givesBack = true
      try client.send(.windowUpdate(0, 100_000), .windowUpdate(stream, 100_000))
      let rest = Self.allOfIt - 65_534 - 1_000 - 99_001
      #expect(try client.octets(rest, of: stream).count == rest)
    }
  }

  @Test("§6.9: who uploads faster than the origin reads is held back, and loses nothing")
  func upload() throws {
    let (origin, total) = (try Origin(), 64 << 20)
    try withHTTP2(Setup(origin.endpoint, route: "cache: off, body_limit: 128MiB")) { yett in
      let client = try yett.open()
      let stream = try client.request(method: "POST", ["content-length": "\(total)"], ends: false)
      let inside = try origin.accept()
      _ = try inside.head()
      // Nothing is read till then: what goes is what sockets hold, and Yett.
      var sent = try client.pour(on: stream, atMost: total)
      #expect(sent < total)
      try inside.skip(sent)
      while sent < total {
        let more = try client.pour(on: stream, atMost: total - sent, quiet: .milliseconds(50))
        try inside.skip(more)
        sent += more
      }
      try client.send(.data(stream, "", .endStream))
      try inside.send(.ok("all of it"))
      #expect(try client.answer(of: stream).text == "all of it")
    }
  }

  @Test("§5.4.2: who takes a request back takes it from the origin", arguments: ["RST_STREAM", "close"])
  func cancelled(how: String) throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      let streams = [try client.request("/a"), try client.request("/b")]
      let inside = try (0..<2).map { _ in
        let inside = try origin.accept()
        _ = try inside.request()
        return inside
      }
      if how == "close" { client.connection.close() } else { try client.send(streams.map { .reset($0) }) }
      for connection in inside { #expect(try connection.rest().octets == []) }
      guard how != "close" else { return }
      let stream = try client.request()
      try origin.answer(.ok())
      #expect(try client.answer(of: stream).text == "hello")
    }
  }

  @Test("who takes an answer back in its middle takes it from the origin, and the others go on")
  func cancelledLater() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      let stream = try client.request()
      let (_, inside) = try origin.answer("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nhello")
      #expect(try client.octets(5, of: stream) == "hello".octets)
      try client.send(.reset(stream))
      _ = inside.stuff([UInt8](repeating: 0, count: 65_536), quiet: .seconds(5), limit: 1 << 30)
      #expect(try inside.rest().octets == [])
      try client.fence()
    }
  }

  // MARK: RFC 9218

  /// A page whose answers are all in memory: what is ready is ready whole.
  static func withReady(_ paths: String..., page: (HTTP2Client) throws -> Void) throws {
    let origin = try AutomaticOrigin { request in
      let octets = Int(request.target.split(separator: "/").last ?? "") ?? 0
      return .ok(String(repeating: "m", count: octets), "Cache-Control: max-age=600")
    }
    try withHTTP2(Setup(origin.endpoint, route: "")) { yett in
      for path in paths + ["/65535"] {
        let client = try yett.connect()
        try client.send(.get(path))
        #expect(try client.answer().status == 200)
      }
      let client = try yett.open()
      try shut(client)
      try page(client)
    }
  }

  /// Uses up the connection's window, so that what comes afterwards waits for it together.
  static func shut(_ client: HTTP2Client) throws {
    #expect(try client.ask("/65535").body.count == 65_535)
  }

  /// How many octets of `other` come before the end of `stream`.
  static func octets(of other: UInt32, beforeTheEndOf stream: UInt32, _ client: HTTP2Client) throws -> Int {
    var count = 0
    while true {
      let frame = try client.next("DATA") { $0.kind == .data }
      if frame.stream == other { count += frame.payload.count }
      if frame.stream == stream, frame.ends { return count }
    }
  }

  enum Saying: String, CaseIterable { case field, frame, frameBefore }

  @Test("RFC 9218 §4.1: of two answers that are ready, the more urgent comes first", arguments: Saying.allCases)
  func urgency(saying: Saying) throws {
    try Self.withReady("/a/30000", "/b/30000") { client in
      let isField = saying == .field
      let later = try client.request("/a/30000", isField ? ["priority": "u=7"] : [:])
      // RFC 9218 §7: a frame may come before the stream that it is about.
      if saying == .frameBefore { try client.send(.priorityUpdate(later + 2, "u=0")) }
      let sooner = try client.request("/b/30000", isField ? ["priority": "u=0"] : [:])
      if saying == .frame { try client.send(.priorityUpdate(later, "u=7"), .priorityUpdate(sooner, "u=0")) }
      for stream in [later, sooner] { _ = try client.head(of: stream) }
      try client.fence()
      try client.send(.windowUpdate(0, 60_000))
      #expect(try Self.octets(of: later, beforeTheEndOf: sooner, client) <= 16_384, "a frame may be everybody's share")
      #expect(try client.octets(1, of: later).count > 0)
    }
  }

  @Test(
    "RFC 9218 §10: of one urgency the first request comes first; incremental ones take turns", arguments: [false, true])
  func order(isIncremental: Bool) throws {
    try Self.withReady("/a/100000", "/b/100000") { client in
      let fields: Fields = isIncremental ? ["priority": "i"] : [:]
      let (first, second) = (try client.request("/a/100000", fields), try client.request("/b/100000", fields))
      for stream in [first, second] { _ = try client.head(of: stream) }
      try client.fence()
      client.givesBack = true
      try client.send(.windowUpdate(0, 60_000))
      let between = try Self.octets(of: second, beforeTheEndOf: first, client)
      #expect(isIncremental ? between > 30_000 : between <= 2 * 16_384, "\(between) octets of the second")
    }
  }

  @Test("RFC 9218 §10: nobody starves beside someone more urgent")
  func fairness() throws {
    try Self.withReady("/a/30000", "/b/2000000") { client in
      let later = try client.request("/a/30000", ["priority": "u=7"])
      let sooner = try client.request("/b/2000000", ["priority": "u=0"])
      for stream in [later, sooner] { _ = try client.head(of: stream) }
      try client.fence()
      client.givesBack = true
      try client.send(.windowUpdate(0, 60_000))
      #expect(try Self.octets(of: later, beforeTheEndOf: sooner, client) == 30_000)
    }
  }
}
