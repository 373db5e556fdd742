import Testing

@Suite("HTTP/2: what costs a client little and a server much ends its connection, and nobody else's")
struct AbuseTests {
  /// Counts the connections that were ended for a kind of flood.
  static func metric(_ kind: String) -> String {
    "yett_listener_failures_total{listener=\"http\",reason=\"http2_\(kind)\"}"
  }

  /// One connection of a client that means no good.
  struct Flood: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Any of these may count it.
    let kinds: [String]
    let settings: KeyValuePairs<Frame.Setting, UInt32>
    /// Ends with the GOAWAY; others get their turn in `meanwhile`.
    let page: @Sendable (_ client: HTTP2Client, _ meanwhile: () throws -> Void) throws -> Frame

    init(
      _ name: String, _ kinds: String..., settings: KeyValuePairs<Frame.Setting, UInt32> = [:],
      page: @escaping @Sendable (_ client: HTTP2Client, _ meanwhile: () throws -> Void) throws -> Frame
    ) {
      (testDescription, self.kinds, self.settings, self.page) = (name, kinds, settings, page)
    }

    /// The same frames over and over.
    static func over(_ name: String, _ kinds: String..., frame: Frame) -> Flood {
      Flood(name, kinds: kinds) { client, meanwhile in try client.flood(meanwhile: meanwhile) { [frame] } }
    }

    /// A request, and frames on its stream that are the client's fault.
    static func resets(_ name: String, _ kinds: String..., frames: @escaping @Sendable (UInt32) -> [Frame]) -> Flood {
      Flood(name, kinds: kinds) { client, meanwhile in
        try client.flood(meanwhile: meanwhile) {
          let stream = client.newStream()
          return try [.headers(stream, client.block(method: "POST"), .endHeaders)] + frames(stream)
        }
      }
    }

    private init(
      _ name: String, kinds: [String],
      page: @escaping @Sendable (_ client: HTTP2Client, _ meanwhile: () throws -> Void) throws -> Frame
    ) {
      (testDescription, self.kinds, settings, self.page) = (name, kinds, [:], page)
    }
  }

  static let frames: [Flood] = [
    .over("SETTINGS (CVE-2019-9515)", "settings", frame: .settings()),
    .over("SETTINGS that change windows", "settings", frame: .settings([.initialWindowSize: 100_000])),
    .over("PING (CVE-2019-9512)", "ping", frame: .ping("flooding")),
    .over("PRIORITY (CVE-2019-9513)", "priority", frame: .priority(1, after: 3)),
    .over("PRIORITY_UPDATE", "priority", frame: .priorityUpdate(1, "u=1")),
    .over("WINDOW_UPDATE of the connection", "window_updates", "stall", frame: .windowUpdate(0, 1)),
    Flood("DATA without octets (CVE-2019-9518)", "empty_frames") { client, meanwhile in
      let stream = try client.request(method: "POST", ends: false)
      return try client.flood(meanwhile: meanwhile) { [.data(stream, "")] }
    },
    Flood("DATA that is padding alone", "empty_frames") { client, meanwhile in
      let stream = try client.request(method: "POST", ends: false)
      return try client.flood(meanwhile: meanwhile) { [Frame.data(stream, "").padded(9)] }
    },
    Flood("CONTINUATION without end (CVE-2024-27316)", "continuation") { client, meanwhile in
      try client.send(.headers(1, client.block(), .endStream))
      return try client.flood(meanwhile: meanwhile) {
        [.continuation(1, try client.coder.encode(.filler(4, octets: 8), isIndexed: false), [])]
      }
    },
    Flood("CONTINUATION without octets", "continuation", "empty_frames") { client, meanwhile in
      try client.send(.headers(1, client.block(), .endStream))
      return try client.flood(meanwhile: meanwhile) { [.continuation(1, [], [])] }
    },
  ]

  static let streams: [Flood] = [
    .resets("streams taken back at once (CVE-2023-44487)", "rapid_reset") { [.reset($0)] },
    .resets("streams reset for an increment of 0 (CVE-2025-8671)", "made_resets") { [.windowUpdate($0, 0)] },
    .resets("streams reset for a window that overflows", "made_resets") { stream in
      [.windowUpdate(stream, .max >> 1), .windowUpdate(stream, .max >> 1)]
    },
    .resets("streams reset for DATA behind their end", "made_resets") { [.data($0, "a", .endStream), .data($0, "b")] },
    .resets("streams reset for a PRIORITY of four octets", "made_resets") { stream in
      [Frame(kind: .priority, stream: stream, payload: [0, 0, 0, 0])]
    },
    Flood("requests that are malformed", "made_resets") { client, meanwhile in
      try client.flood(meanwhile: meanwhile) {
        [.headers(client.newStream(), try client.coder.encode(client.head().without(":path")))]
      }
    },
    Flood("fields without name or value (CVE-2019-9516)", "made_resets", "hpack", "empty_frames") { client, meanwhile in
      let empty = (0..<1_000).flatMap { _ in [0, 0, 0] as [UInt8] }
      return try client.flood(meanwhile: meanwhile) { [.headers(client.newStream(), try client.block() + empty)] }
    },
    Flood("heads without octets", "made_resets", "empty_frames") { client, meanwhile in
      try client.flood(meanwhile: meanwhile) { [.headers(client.newStream(), [])] }
    },
  ]

  static let memory: [Flood] = [
    Flood("a head of 16 KiB that unfolds to 60 MiB", "hpack") { client, meanwhile in
      // A literal that enters the table, with a new name (RFC 7541 §6.2.1); then its index, an octet each.
      let value = [UInt8](repeating: UInt8(ascii: "b"), count: 3_900)
      let bomb: [UInt8] = [0x40, 6] + "x-bomb".octets + [0x7F, 0xBD, 0x1D] + value
      return try client.flood(atMost: 100, meanwhile: meanwhile) {
        // Its own coder knows nothing of what the bomb does to the table.
        let block = try client.coder.encode(client.head(), isIndexed: false) + bomb
        return [
          .headers(client.newStream(), block + [UInt8](repeating: 0xBE, count: client.largestFrame - block.count))
        ]
      }
    }
  ]

  @Test(
    "it is told to calm down, and counted; a neighbour is served all the while", arguments: frames + streams + memory)
  func calm(flood: Flood) throws {
    let origin = try AutomaticOrigin { _ in .ok("hello") }
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let neighbour = try yett.open()
      let before = try Self.counted(flood.kinds, by: yett)
      let client = try yett.open(.cleartext, flood.settings)
      let goAway = try flood.page(client) { () throws in #expect(try neighbour.ask().text == "hello") }
      #expect(goAway.code == .enhanceYourCalm)
      try client.expectEnd()
      #expect(try neighbour.ask().text == "hello")
      #expect(try Self.counted(flood.kinds, by: yett) == before + 1)
    }
  }

  /// What the metric has counted of these kinds.
  static func counted(_ kinds: [String], by yett: Yett) throws -> Double {
    try kinds.reduce(0) { try $0 + (yett.metric(metric($1)) ?? 0) }
  }

  @Test("windows that are never opened end their connection after `write_timeout`, with the fetches behind it")
  func stall() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint, limits: "write_timeout: 1s")) { yett in
      let neighbour = try yett.open()
      let client = try yett.open(.cleartext, [.initialWindowSize: 0])
      let inside = try (0..<20).map { _ in
        let stream = try client.request()
        let inside = try origin.answer("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\nhello").connection
        #expect(try client.head(of: stream).fields[":status"] == "200")
        return inside
      }
      try client.expectEnd()
      for connection in inside { _ = try connection.rest() }
      let stream = try neighbour.request()
      try origin.answer(.ok())
      #expect(try neighbour.answer(of: stream).text == "hello")
      #expect(try yett.metric(Self.metric("stall")) == 1)
    }
  }

  @Test("windows that are opened by crumbs do as little")
  func crumbs() throws {
    let origin = try AutomaticOrigin { _ in .ok(String(repeating: "x", count: 1_000_000)) }
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open(.cleartext, [.initialWindowSize: 0])
      let stream = try client.request()
      let goAway = try client.flood { [.windowUpdate(stream, 1)] }
      #expect(goAway.code == .enhanceYourCalm)
      try client.expectEnd()
      #expect(try Self.counted(["stall", "window_updates"], by: yett) == 1)
    }
  }

  @Test("a tab that is closed takes back a hundred streams, and is let be")
  func closedTab() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open()
      let streams = try (0..<100).map { _ in try client.request() }
      try client.fence()
      try client.send(streams.map { .reset($0) })
      try client.fence()
      for _ in 0..<100 { if let inside = try origin.waiting() { _ = try inside.rest() } }
      let stream = try client.request()
      try origin.answer(.ok())
      #expect(try client.answer(of: stream).text == "hello")
    }
  }
}
