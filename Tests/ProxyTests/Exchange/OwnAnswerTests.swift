import HTTP
import Testing

@testable import Proxy

@Suite("An exchange that answers by itself")
struct OwnAnswerTests {
  let worker: ScriptedWorker
  let session: ScriptedSession

  init() throws {
    worker = try ScriptedWorker()
    session = worker.session()
  }

  @Test(
    "requests that go nowhere have the status that says why",
    arguments: [
      ("GET / HTTP/1.1\r\nHost: other.example", 421), ("GET / HTTP/1.0", 421),
      ("GET /nowhere HTTP/1.1\r\nHost: a.example", 404), ("GET /page HTTP/1.1\r\nHost: a.example", 404),
      ("DELETE /reads HTTP/1.1\r\nHost: a.example", 405), ("BREW /reads HTTP/1.1\r\nHost: a.example", 405),
      ("TRACE /pages HTTP/1.1\r\nHost: a.example", 405), ("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example", 400),
      ("GET /a/../b HTTP/1.1\r\nHost: a.example", 400), ("GET http://a.example/pages HTTP/1.1\r\nHost: a.example", 400),
      ("GET * HTTP/1.1\r\nHost: a.example", 400),
    ] as [(String, UInt16)])
  func nowhere(head: String, status: UInt16) throws {
    let stream = try session.open(head)
    #expect(stream.status == status)
    #expect(stream.isWhole)
    #expect(worker.fetches.started.isEmpty)
    #expect(stream.field("Via") == "1.1 yett")
    #expect(stream.field("Date") == "Sun, 06 Nov 1994 08:49:37 GMT")
    if status == 405 { #expect(stream.field("Allow")?.isEmpty == false) }
  }

  @Test("405 names the methods that the path takes (RFC 9110 §10.2.1)")
  func allow() throws {
    let stream = try session.open("PUT /reads HTTP/1.1\r\nHost: a.example")
    #expect(stream.field("Allow") == "GET, HEAD, POST")
  }

  @Test("a fixed response has its content, and to HEAD only its length")
  func fixed() throws {
    let stream = try session.open("GET /hello HTTP/1.1\r\nHost: a.example")
    #expect(stream.status == 200)
    #expect(stream.text == "hello")
    #expect(stream.length == .octets(5))
    #expect(stream.field("Content-Type") == "text/plain")
    let head = try session.open("HEAD /hello HTTP/1.1\r\nHost: a.example")
    #expect(head.length == .octets(5) && head.body.isEmpty && head.isWhole)
    let nothing = try session.open("GET /nothing HTTP/1.1\r\nHost: a.example")
    #expect(nothing.status == 204 && nothing.length == AnswerLength.none && nothing.isWhole)
  }

  @Test("a route's redirect has the place that the configuration says")
  func redirect() throws {
    let stream = try session.open("GET /moved/on?y HTTP/1.1\r\nHost: a.example")
    #expect(stream.status == 308)
    #expect(stream.field("Location") == "https://new.example/here?x=1")
    #expect(stream.length == .octets(0) && stream.isWhole)
  }

  @Test(
    "a listener's redirect keeps host, path and query as sent",
    arguments: [
      ("GET /pages/%41?a=b HTTP/1.1\r\nHost: A.example", UInt16(443), UInt16(301), "https://a.example/pages/%41?a=b"),
      ("GET /pages HTTP/1.1\r\nHost: a.example:8080", 8443, 301, "https://a.example:8443/pages"),
      ("POST /pages HTTP/1.1\r\nHost: a.example", 443, 308, "https://a.example/pages"),
    ])
  func toListener(head: String, port: UInt16, status: UInt16, location: String) throws {
    let facts = ConnectionFacts.sample(scheme: .http, port: 80, redirectsTo: .init(scheme: .https, port: port))
    let stream = try worker.session(facts).open(head)
    #expect(stream.status == status)
    #expect(stream.field("Location") == location)
    #expect(worker.fetches.started.isEmpty)
  }

  @Test("a listener redirects only to hosts that are configured, and paths that are routed")
  func redirectsNowhereElse() throws {
    let facts = ConnectionFacts.sample(scheme: .http, port: 80, redirectsTo: .init(scheme: .https, port: 443))
    let stream = try worker.session(facts).open("GET /pages HTTP/1.1\r\nHost: evil.example")
    #expect(stream.status == 421)
    #expect(stream.field("Location") == nil)
  }

  @Test("OPTIONS * is Yett's own to answer (RFC 9110 §9.3.7)")
  func asterisk() throws {
    let stream = try session.open("OPTIONS * HTTP/1.1\r\nHost: a.example")
    #expect(stream.status == 204)
    #expect(stream.field("Allow")?.contains("GET") == true)
    #expect(worker.fetches.started.isEmpty)
  }

  @Test(
    "Max-Forwards counts down for OPTIONS, and at 0 goes no further (RFC 9110 §7.6.2)",
    arguments: [
      ("OPTIONS", "0", nil), ("OPTIONS", "1", "0"), ("OPTIONS", "0010", "9"),
      ("OPTIONS", "999999999999999999", "999999999999999998"),
    ] as [(String, String, String?)])
  func maxForwards(method: String, value: String, sent: String?) throws {
    let stream = try session.open("\(method) /pages HTTP/1.1\r\nHost: a.example\r\nMax-Forwards: \(value)")
    if let sent {
      #expect(try worker.fetches.last().fields.filter { $0.hasPrefix("Max-") } == ["Max-Forwards: \(sent)"])
    } else {
      #expect(stream.status == 204)
      #expect(stream.field("Allow") != nil)
      #expect(worker.fetches.started.isEmpty)
    }
  }

  @Test("Max-Forwards that is no number, or of another method, stops nothing", arguments: ["", "-1", "0x1", "1 0"])
  func oddMaxForwards(value: String) throws {
    try session.open("OPTIONS /pages HTTP/1.1\r\nHost: a.example\r\nMax-Forwards: \(value)")
    try session.open("GET /pages HTTP/1.1\r\nHost: a.example\r\nMax-Forwards: 0")
    #expect(worker.fetches.started.count == 2)
  }
}
