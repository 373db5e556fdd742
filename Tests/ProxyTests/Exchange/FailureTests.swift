import EventLoop
import HTTP
import Telemetry
import Testing
import Upstream

@testable import Proxy

@Suite("An exchange whose origin fails")
struct FailureTests {
  let worker: ScriptedWorker
  let session: ScriptedSession

  init() throws {
    worker = try ScriptedWorker()
    session = worker.session()
  }

  /// Failures and what a client is told that has nothing of an answer yet (RFC 9110 §15.6.3 to §15.6.5).
  static let failures: [(UpstreamFailure, UInt16)] = [
    (.noServer, 503), (.refused, 502), (.exhausted(SystemError("connect", code: 24)), 503),
    (.noConnection(within: .seconds(1)), 504), (.closedUnanswered, 502), (.noFirstByte(within: .seconds(10)), 504),
    (.badAnswer(reason: "is malformed"), 502), (.cutShort, 502), (.silent(for: .seconds(30)), 504),
    (.overdue(.connecting, after: .seconds(60)), 504),
  ]

  @Test("before its head it is a page with the right status", arguments: failures)
  func beforeHead(failure: UpstreamFailure, status: UInt16) throws {
    let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    try worker.fetches.last().fails(failure)
    session.turn()
    #expect(stream.status == status)
    #expect(stream.isWhole)
    #expect(stream.length == .octets(UInt64(stream.body.count)))
    stream.finish()
    let line = try worker.logLine()
    #expect(line.contains("\"status\":\(status)"))
    #expect(line.contains("\"ending\":\"answered\""))
    #expect(line.contains("\"why\":\"app-1 \(failure)\""))
    #expect(try worker.figures("pages").count(Verdict.unavailable) == 1)
  }

  @Test("at once it is a page too, which names the pool in the log", arguments: failures)
  func atOnce(failure: UpstreamFailure, status: UInt16) throws {
    worker.fetches.refusal = failure
    let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    #expect(stream.status == status)
    #expect(stream.isWhole)
    stream.finish()
    #expect(try worker.logLine().contains("\"why\":\"the pool app \(failure)\""))
  }

  @Test("after a head that nobody took it is a 502 all the same, with nothing of the first answer")
  func headReady() throws {
    let stream = try session.begin("GET /pages HTTP/1.1\r\nHost: a.example")
    let fetch = try worker.fetches.last()
    fetch.answers("HTTP/1.1 200 OK\r\nContent-Length: 10\r\nSet-Cookie: secret")
    fetch.sends("12345")
    fetch.fails(.cutShort)
    stream.pull()
    #expect(stream.status == 502)
    #expect(stream.isWhole)
    #expect(stream.field("Set-Cookie") == nil)
    #expect(!stream.text.contains("12345"))
  }

  @Test(
    "after its head the answer ends so that nobody takes it for whole",
    arguments: [(UpstreamFailure.cutShort, Ending.upstreamFailed), (.silent(for: .seconds(1)), .upstreamTimedOut)])
  func headTaken(failure: UpstreamFailure, ending: Ending) throws {
    let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    let fetch = try worker.fetches.last()
    fetch.answers("HTTP/1.1 200 OK\r\nContent-Length: 10")
    session.turn()
    fetch.sends("12345")
    fetch.fails(failure)
    session.turn()
    #expect(stream.status == 200)
    #expect(stream.isCut && !stream.isWhole)
    stream.finish(.clientGone)
    #expect(try worker.logLine().contains("\"ending\":\"\(ending.label)\""))
    let figures = try worker.figures("pages")
    #expect(figures.count(ending) == 1)
    #expect(figures.count(Verdict.unavailable) == 1)
  }

  @Test(
    "whoever asks for JSON gets JSON", arguments: ["application/json", "text/html;q=0.1, application/problem+json"])
  func asJSON(accept: String) throws {
    worker.fetches.refusal = .noServer
    let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example\r\nAccept: \(accept)")
    #expect(stream.field("Content-Type") == "application/json")
    #expect(stream.text.hasPrefix("{\"status\":503,"))
  }

  @Test("pages say nothing of the request but its id")
  func leaks() throws {
    let secret = "s3cr3t"
    let heads = [
      "GET /\(secret)?\(secret) HTTP/1.1\r\nHost: a.example", "GET /pages HTTP/1.1\r\nHost: \(secret).example",
      "GET /pages/%zz\(secret) HTTP/1.1\r\nHost: a.example", "TRACE /\(secret) HTTP/1.1\r\nHost: a.example",
      "PUT /reads/\(secret) HTTP/1.1\r\nHost: a.example",
      "POST /small?\(secret) HTTP/1.1\r\nHost: a.example\r\nContent-Length: 200",
      "GET /pages/\(secret) HTTP/1.1\r\nHost: a.example",
    ]
    worker.fetches.refusal = .badAnswer(reason: "holds \(secret)")
    for head in heads {
      for accept in ["text/html", "application/json"] {
        let stream = try session.open("\(head)\r\nCookie: \(secret)\r\nX-Request-ID: \(secret)\r\nAccept: \(accept)")
        #expect((stream.status ?? 0) >= 400)
        #expect(!(stream.text + stream.fields.joined()).contains(secret), "\(head)")
        let id = try #require(stream.field("X-Request-ID"))
        #expect(stream.text.contains(id))
      }
    }
  }

  @Test("a page to HEAD has the length of its body, and no body (RFC 9110 §9.3.2)")
  func toHEAD() throws {
    worker.fetches.refusal = .noServer
    let shown = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    let stream = try session.open("HEAD /pages HTTP/1.1\r\nHost: a.example")
    #expect(stream.length == shown.length)
    #expect(stream.body.isEmpty && stream.isWhole)
  }

  @Test("a head that could not be read is answered too, and counted without a route")
  func unreadable() throws {
    let stream = session.refuse(431, why: "too large")
    #expect(stream.status == 431)
    #expect(stream.isWhole)
    stream.finish()
    let line = try worker.logLine()
    #expect(line.contains("\"why\":\"too large\""))
    #expect(try worker.figures("-").count(StatusClass.clientError) == 1)
  }
}
