import Bytes
import HTTP
import Testing

@testable import Proxy

/// What Yett sets.
private let ownNames = [
  "Via", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "Forwarded", "X-Request-ID",
]

@Suite("Fields that go on")
struct FieldHygieneTests {
  let worker: ScriptedWorker

  init() throws { worker = try ScriptedWorker() }

  /// What an origin is sent for a request with these fields, in order, without what Yett always adds.
  private func sent(_ fields: [String], version: String = "HTTP/1.1", facts: ConnectionFacts = .sample()) throws
    -> [String]
  {
    let head = (["GET /pages \(version)", "Host: a.example"] + fields).joined(separator: "\r\n")
    try worker.session(facts).open(head)
    return try worker.fetches.last().fields
  }

  private func strange(_ fields: [String]) throws -> [String] {
    try sent(fields).filter { field in !ownNames.contains { field.hasPrefix("\($0): ") } }
  }

  @Test("Yett says who asks, how and for what (RFC 7239 §4)")
  func own() throws {
    let fields = try sent([])
    #expect(
      fields.dropLast() == [
        "Via: 1.1 yett", "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https", "X-Forwarded-Port: 8443",
        "X-Forwarded-Host: a.example", "Forwarded: for=192.0.2.7;host=\"a.example\";proto=https",
      ])
    let id = try #require(fields.last)
    #expect(id.hasPrefix("X-Request-ID: ") && id.utf8.count == 14 + 16)
    #expect(!id.dropFirst(14).contains { !$0.isHexDigit })
  }

  @Test("an IPv6 client is quoted and bracketed where RFC 7239 §6 asks for it")
  func ipv6() throws {
    let fields = try sent([], facts: .sample(peer: "2001:db8::7", scheme: .http, port: 80))
    #expect(fields.contains("X-Forwarded-For: 2001:db8::7"))
    #expect(fields.contains("Forwarded: for=\"[2001:db8::7]\";host=\"a.example\";proto=http"))
  }

  @Test("Via names the version that was received (RFC 9110 §7.6.3), behind those before")
  func via() throws {
    #expect(
      try sent(["Via: 1.0 edge"], version: "HTTP/1.0").filter { $0.hasPrefix("Via") } == [
        "Via: 1.0 edge", "Via: 1.0 yett",
      ])
  }

  @Test("RFC 9113 §8.3: a request over HTTP/2 goes on as one over HTTP/1, and says so in Via")
  func two() throws {
    // :method GET and :scheme https of the static table, then literals.
    let block: [UInt8] =
      [0x82, 0x87, 0x04, 6] + Array("/pages".utf8) + [0x01, 9] + Array("a.example".utf8)
      + [0x0F, 4, 3] + Array("*/*".utf8) + [0, 2] + Array("te".utf8) + [8] + Array("trailers".utf8)
    let stream = try worker.session(.sample()).open(block: block)
    let fetch = try worker.fetches.last()
    #expect(fetch.fields.prefix(2) == ["accept: */*", "Via: 2 yett"])
    let others = try sent([])
    #expect(fetch.fields.dropLast().dropFirst(2) == others.dropLast().dropFirst())
    #expect(stream.exchange.withState { $0.record.version } == 20)
    // CONNECT is known as such, though its head has no target.
    let connect: [UInt8] = [0x02, 7] + Array("CONNECT".utf8) + [0x01, 11] + Array("a.example:9".utf8)
    #expect(try worker.session(.sample()).open(block: connect).status == 405)
  }

  @Test(
    "what a client could deceive the origin with does not go on",
    arguments: [
      "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http", "X-Forwarded-Host: evil", "X-Forwarded-Port: 1",
      "Forwarded: for=127.0.0.1", "X-Original-URL: /admin", "X-Rewrite-URL: /admin", "X-HTTP-Method-Override: DELETE",
      "Proxy: http://evil", "X-Request-ID: mine", "X_Forwarded_For: 127.0.0.1", "Content_Length: 3", "_: 1",
      "x-forwarded-FOR: 127.0.0.1", "X-REWRITE-url: /", "Max-Forwards: 3", "X-Forwarded-Prefix: /evil",
      "x-FORWARDED-server: evil", "X-Host: evil", "X-Real-IP: 127.0.0.1", "X-HTTP-Method: DELETE",
    ])
  func deceit(field: String) throws {
    #expect(try strange(["A: 1", field, "B: 2"]) == ["A: 1", "B: 2"])
    let value = try #require(field.split(separator: " ").last)
    #expect(try !sent([field]).contains { $0.hasSuffix(": \(value)") && $0 != "X-Forwarded-Proto: \(value)" })
  }

  @Test(
    "hop-by-hop fields go no further (RFC 9110 §7.6.1)",
    arguments: [
      "Connection: keep-alive", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: trailers", "Trailer: X",
      "Upgrade: websocket", "Proxy-Authorization: Basic eA==",
    ])
  func hopByHop(field: String) throws { #expect(try strange(["A: 1", field, "B: 2"]) == ["A: 1", "B: 2"]) }

  @Test("what Connection names goes no further, in any case and beside others")
  func named() throws {
    #expect(try strange(["X-Hop: 1", "Connection: close, x-HOP", "Y-Hop: 2", "Connection: y-hop", "Z: 3"]) == ["Z: 3"])
  }

  @Test(
    "Connection cannot remove what tells who asks for what",
    arguments: ["Authorization: Bearer x", "Cookie: a=b", "Cache-Control: no-cache", "Range: bytes=0-1"])
  func notNamed(field: String) throws {
    let name = try #require(field.split(separator: ":").first)
    #expect(try strange([field, "Connection: \(name)"]) == [field])
  }

  @Test("Connection cannot remove what Yett sets", arguments: ownNames)
  func ownStays(name: String) throws {
    #expect(try sent(["Connection: \(name)"]).contains { $0.hasPrefix("\(name): ") })
  }

  @Test("everything else goes on as it came, in its order, repeated or empty")
  func everythingElse() throws {
    let fields = [
      "User-Agent: a (b; c)", "accept: */*", "X-Forwarder: 1", "X-Hosts: 1", "X-Odd!#$%&'*+.^`|~: 1",
      "If-None-Match: \"x\"", "Empty:", "Twice: 1",
      "Twice: 2", "Cookie: a=b; c=d", "Range: bytes=0-1", "Obs: caf\u{E9}",
    ]
    #expect(try strange(fields) == fields.map { $0 == "Empty:" ? "Empty: " : $0 })
  }

  @Test("an answer's hop-by-hop fields and request id go no further, the rest does (RFC 9110 §7.6.1)")
  func answer() throws {
    let stream = try worker.session().open("GET /pages HTTP/1.1\r\nHost: a.example")
    let end = [
      "Server: x", "Set-Cookie: a=b", "Set-Cookie: c=d", "ETag: \"1\"", "Date: Sun, 06 Nov 1994 00:00:00 GMT",
      "Via: 1.1 other", "Cache-Control: no-store",
    ]
    let hop = [
      "Connection: x-hop, Set-Cookie, cache-control", "X-Hop: 1", "Keep-Alive: 5", "Proxy-Authenticate: Basic",
      "Trailer: A", "Upgrade: h2c", "Proxy-Connection: x", "X-Request-ID: theirs", "TE: x",
    ]
    let mixed = zip(end, hop).flatMap { [$0, $1] } + hop.dropFirst(end.count)
    try worker.fetches.last().answers(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + mixed.joined(separator: "\r\n"))
    stream.pull()
    #expect(stream.fields.dropLast() == end + ["Via: 1.1 yett"])
    #expect(stream.fields.last?.hasPrefix("X-Request-ID: ") == true)
    #expect(stream.field("X-Request-ID") != "theirs")
  }

  @Test("an answer without a date gets one (RFC 9110 §6.6.1)")
  func date() throws {
    let stream = try worker.session().open("GET /pages HTTP/1.1\r\nHost: a.example")
    try worker.fetches.last().answers("HTTP/1.1 200 OK\r\nContent-Length: 0")
    stream.pull()
    #expect(stream.field("Date") == "Sun, 06 Nov 1994 08:49:37 GMT")
  }

  @Test("the id that the client is told is the one that the origin was")
  func requestID() throws {
    let session = worker.session()
    var ids: Set<String> = []
    for _ in 0..<20 {
      let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
      let fetch = try worker.fetches.last()
      fetch.answers("HTTP/1.1 200 OK\r\nContent-Length: 0")
      stream.pull()
      let id = try #require(stream.field("X-Request-ID"))
      #expect(fetch.fields.contains("X-Request-ID: \(id)"))
      ids.insert(id)
    }
    #expect(ids.count == 20)
  }
}
