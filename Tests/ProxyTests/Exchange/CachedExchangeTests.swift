import Bytes
import HTTP
import Telemetry
import Testing
import Time
import Upstream

@testable import Proxy

@Suite("An exchange on a route with a cache")
struct CachedExchangeTests {
  let worker: ScriptedWorker
  let session: ScriptedSession

  init() throws {
    worker = try ScriptedWorker()
    session = worker.session()
  }

  private static let request = "GET /cached/x HTTP/1.1\r\nHost: a.example"

  /// The one fetch so far is answered whole.
  private func store(_ head: String = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60", body: String = "stored") throws {
    let stream = try session.open(Self.request)
    let fetch = try worker.fetches.last()
    fetch.answers(body.isEmpty ? head : "\(head)\r\nContent-Length: \(body.utf8.count)")
    if !body.isEmpty { fetch.sends(body) }
    fetch.ends()
    session.turn()
    #expect(stream.isWhole)
    stream.finish()
    _ = worker.logLines()
  }

  @Test("a hit asks nobody, and says its age (RFC 9111 §5.1)")
  func hit() throws {
    try store()
    worker.wait(.seconds(5))
    let stream = try session.open(Self.request)
    #expect(worker.fetches.started.count == 1)
    #expect(stream.text == "stored" && stream.isWhole)
    #expect(stream.length == .octets(6))
    #expect(stream.field("Age") == "5")
    #expect(stream.field("Via") == "1.1 yett")
    stream.finish()
    #expect(try worker.logLine().contains(#""cache":"hit""#))
    let head = try session.open("HEAD /cached/x HTTP/1.1\r\nHost: a.example")
    #expect(head.length == .octets(6) && head.body.isEmpty && head.isWhole)
    #expect(worker.fetches.started.count == 1)
  }

  @Test("those who ask for the same at once wait for one fetch, and each reads it at its own pace")
  func collapse() throws {
    let streams = try (0..<3).map { try session.open(Self.request, credit: 2 * $0) }
    #expect(worker.fetches.started.count == 1)
    let fetch = try worker.fetches.last()
    fetch.answers("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 6")
    session.turn()
    #expect(streams.map(\.status) == [200, 200, 200])
    fetch.sends("abc")
    session.turn()
    #expect(streams.map(\.text) == ["", "ab", "abc"])
    streams[1].finish(.clientGone)
    fetch.sends("def")
    fetch.ends()
    for stream in streams { stream.credit = .max }
    session.turn()
    streams[0].pull()
    #expect(streams.map(\.text) == ["abcdef", "ab", "abcdef"])
    #expect(streams[0].isWhole && streams[2].isWhole)
    #expect(!fetch.isCancelled)
  }

  @Test("an answer that may not be shared goes to who asked; the others fetch for themselves")
  func unshared() throws {
    let streams = try (0..<3).map { _ in try session.open(Self.request) }
    let first = try worker.fetches.last()
    first.answers("HTTP/1.1 200 OK\r\nCache-Control: private\r\nSet-Cookie: mine\r\nContent-Length: 4")
    session.turn()
    #expect(streams[0].status == 200)
    #expect(streams[0].field("Set-Cookie") == "mine")
    #expect(streams[1].status == nil && streams[2].status == nil)
    #expect(worker.fetches.started.count == 3)
    first.sends("mine")
    first.ends()
    for fetch in worker.fetches.started.dropFirst() {
      fetch.answers("HTTP/1.1 200 OK\r\nCache-Control: private\r\nSet-Cookie: theirs\r\nContent-Length: 0")
      fetch.ends()
    }
    session.turn()
    #expect(streams[0].text == "mine" && streams[0].isWhole)
    for stream in streams.dropFirst() {
      #expect(stream.field("Set-Cookie") == "theirs")
      #expect(stream.isWhole)
    }
  }

  @Test("an answer that may not be shared is given up where its asker is gone")
  func askerGone() throws {
    let stream = try session.open(Self.request)
    let fetch = try worker.fetches.last()
    stream.finish(.clientGone)
    // The exchange serves somebody else by now.
    let other = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    fetch.answers("HTTP/1.1 200 OK\r\nCache-Control: private\r\nSet-Cookie: secret\r\nContent-Length: 6")
    #expect(fetch.isCancelled)
    session.turn()
    #expect(other.status == nil)
  }

  @Test("a fill goes on without its asker as long as it can be stored")
  func goesOn() throws {
    let stream = try session.open(Self.request)
    let fetch = try worker.fetches.last()
    stream.finish(.clientGone)
    fetch.answers("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 6")
    fetch.sends("stored")
    fetch.ends()
    #expect(!fetch.isCancelled)
    #expect(try session.open(Self.request).text == "stored")
    #expect(worker.fetches.started.count == 1)
  }

  @Test("a fill that nobody reads is given up after a minute, and fetched anew for the next")
  func unreadForLong() throws {
    let stream = try session.open(Self.request)
    let fetch = try worker.fetches.last()
    fetch.answers("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 6")
    stream.finish(.clientGone)
    worker.tick()
    worker.wait(.seconds(59))
    worker.tick()
    #expect(!fetch.isCancelled)
    let reader = try session.open(Self.request)
    worker.tick()
    worker.wait(.seconds(60))
    worker.tick()
    #expect(!fetch.isCancelled, "somebody reads it again")
    reader.finish(.clientGone)
    worker.tick()
    worker.wait(.seconds(60))
    worker.tick()
    #expect(fetch.isCancelled)
    try session.open(Self.request)
    #expect(worker.fetches.started.count == 2)
  }

  @Test("what can't be stored and nobody reads is not fetched on")
  func unread() throws {
    let stream = try session.open(Self.request)
    let fetch = try worker.fetches.last()
    fetch.answers("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked")
    session.turn()
    // Beyond the largest object of 1 MiB.
    for _ in 0..<20 {
      fetch.sends([UInt8](repeating: 1, count: 65_536))
      session.turn()
    }
    #expect(stream.body.count == 20 * 65_536)
    stream.finish(.clientGone)
    #expect(fetch.isCancelled)
  }

  @Test("a failed fill fails all who wait, and its record names the server that failed")
  func failed() throws {
    let streams = try (0..<2).map { _ in try session.open(Self.request) }
    try worker.fetches.last().fails(.noFirstByte(within: .seconds(10)))
    session.turn()
    #expect(streams.map(\.status) == [504, 504])
    for stream in streams { stream.finish() }
    let lines = worker.logLines()
    #expect(lines.count == 2)
    #expect(lines[0].contains(#""server":"app-1""#) && lines[0].contains("\"why\":\"app-1 "))
  }

  @Test("a fill that breaks after its head is cut for all who read it")
  func broken() throws {
    let streams = try (0..<2).map { _ in try session.open(Self.request) }
    let fetch = try worker.fetches.last()
    fetch.answers("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 6")
    fetch.sends("abc")
    session.turn()
    fetch.fails(.cutShort)
    session.turn()
    for stream in streams { #expect(stream.isCut && !stream.isWhole) }
    try session.open(Self.request)
    #expect(worker.fetches.started.count == 2, "nothing of it was stored")
  }

  @Test(
    "RFC 9111 §4.4: an unsafe request that is no error invalidates what is stored of its target",
    arguments: zip(["PUT", "POST", "PURGE", "DELETE", "HEAD", "OPTIONS"], [204, 303, 200, 404, 200, 200]))
  func unsafe(method: String, status: Int) throws {
    try store()
    try session.open("\(method) /cached/x?other HTTP/1.1\r\nHost: a.example").finish(.clientGone)
    try session.open("\(method) /cached/x HTTP/1.1\r\nHost: a.example\r\nCache-Control: no-store")
    let count = worker.fetches.started.count
    try worker.fetches.last().answers("HTTP/1.1 \(status) X\r\nContent-Length: 0")
    session.turn()
    let isKept = method == "DELETE" || method == "HEAD" || method == "OPTIONS"
    try session.open(Self.request)
    #expect(worker.fetches.started.count == (isKept ? count : count + 1))
  }

  @Test("another spelling of a path is another object: it is sent as it is, and may be answered by a redirect")
  func spelling() throws {
    try session.open("GET /cached/%78 HTTP/1.1\r\nHost: a.example")
    let fetch = try worker.fetches.last()
    #expect(fetch.line == "GET /cached/%78 a.example")
    fetch.answers("HTTP/1.1 301 Moved\r\nLocation: /cached/x\r\nCache-Control: max-age=60\r\nContent-Length: 0")
    fetch.ends()
    session.turn()
    try session.open(Self.request)
    #expect(worker.fetches.started.count == 2)
    #expect(try worker.fetches.last().line == "GET /cached/x a.example")
  }

  @Test("a stored 204 has no length (RFC 9110 §8.6)")
  func noContent() throws {
    try store("HTTP/1.1 204 No Content\r\nCache-Control: max-age=60", body: "")
    let stream = try session.open(Self.request)
    #expect(worker.fetches.started.count == 1)
    #expect(stream.status == 204)
    #expect(stream.length == AnswerLength.none)
  }

  @Test("a request with a body, or of another method, goes past the cache", arguments: ["POST", "GET"])
  func past(method: String) throws {
    try store()
    let stream = try session.open("\(method) /cached/x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1")
    #expect(worker.fetches.started.count == 2)
    stream.sends("x")
    stream.endsBody()
    let fetch = try worker.fetches.last()
    #expect(fetch.sent == [0x78] && fetch.isRequestWhole)
    stream.finish(.clientGone)
    #expect(try worker.logLine().contains(#""cache":"pass""#))
  }
}
