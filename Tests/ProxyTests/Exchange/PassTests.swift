import Bytes
import HTTP
import Testing

@testable import Proxy

@Suite("An exchange that passes a request on")
struct PassTests {
  let worker: ScriptedWorker
  let session: ScriptedSession

  init() throws {
    worker = try ScriptedWorker()
    session = worker.session()
  }

  @Test("bodies go both ways, octet by octet as they came")
  func bothWays() throws {
    let stream = try session.open("POST /pages/form?a=1 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 8")
    let fetch = try worker.fetches.last()
    #expect(stream.sends("four") == 4)
    #expect(stream.sends("more") == 4)
    #expect(!fetch.isRequestWhole)
    stream.endsBody()
    #expect(String(decoding: fetch.sent, as: UTF8.self) == "fourmore")
    #expect(fetch.isRequestWhole)

    fetch.answers("HTTP/1.1 201 Created\r\nContent-Length: 6")
    fetch.sends("abc")
    session.turn()
    #expect(stream.status == 201)
    #expect(stream.length == .octets(6))
    #expect(stream.text == "abc")
    #expect(!stream.isWhole)
    fetch.sends("def")
    fetch.ends()
    session.turn()
    #expect(stream.text == "abcdef")
    #expect(stream.isWhole && !stream.isCut)
  }

  @Test("method, target and authority go on as they came, whatever the method")
  func requestLine() throws {
    try session.open("BREW /pages/%7Ea?x=%20&&y HTTP/1.1\r\nHost: A.Example:8443")
    let fetch = try worker.fetches.last()
    #expect(fetch.line == "BREW /pages/%7Ea?x=%20&&y a.example:8443")
    #expect(fetch.request.framing == .none)
    #expect(fetch.pool.name == "app")
  }

  @Test("streams of one session interleave, each with credit and end of its own")
  func interleaving() throws {
    let streams = try (0..<3).map { try session.open("GET /pages/\($0) HTTP/1.1\r\nHost: a.example", credit: 4 * $0) }
    let fetches = worker.fetches.started
    #expect(fetches.count == 3)
    for index in [2, 0, 1] { fetches[index].answers("HTTP/1.1 20\(index) Fine\r\nTransfer-Encoding: chunked") }
    session.turn()
    #expect(streams.map(\.status) == [200, 201, 202])
    for round in ["aaa", "bbb", "ccc"] {
      for (index, fetch) in fetches.enumerated() { fetch.sends("\(index)\(round)") }
      session.turn()
    }
    #expect(streams.map(\.text) == ["", "1aaa", "2aaa2bbb"])
    fetches[1].fails(.cutShort)
    for index in [0, 2] { fetches[index].ends() }
    for stream in streams { stream.credit = .max }
    session.turn()
    #expect(streams.map(\.text) == ["0aaa0bbb0ccc", "1aaa", "2aaa2bbb2ccc"])
    #expect(streams.map(\.isWhole) == [true, false, true])
    #expect(streams.map(\.isCut) == [false, true, false])
  }

  @Test("news is told once for each event, and only to the stream that it is about")
  func news() throws {
    try session.open("GET /pages/1 HTTP/1.1\r\nHost: a.example")
    try session.open("GET /pages/2 HTTP/1.1\r\nHost: a.example")
    #expect(session.news.isEmpty)
    worker.fetches.started[1].answers("HTTP/1.1 200 OK\r\nContent-Length: 1")
    #expect(session.news == [2])
    session.turn()
    worker.fetches.started[0].takes(1)
    #expect(session.news == [1])
    session.turn()
    worker.fetches.started[1].sends("x")
    #expect(session.news == [2])
    session.turn()
    worker.fetches.started[1].ends()
    #expect(session.news == [2])
  }

  @Test("a reader without credit stops the origin at the window of 64 KiB, and starts it again below half of it")
  func window() throws {
    let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example", credit: 0)
    let fetch = try worker.fetches.last()
    fetch.answers("HTTP/1.1 200 OK\r\nContent-Length: 100000")
    let read = [UInt8](repeating: 0x61, count: 65_535)
    fetch.sends(read)
    #expect(!fetch.isPaused, "one octet of the window is left")
    fetch.sends("b")
    #expect(fetch.isPaused)
    session.turn()
    #expect(stream.status == 200 && stream.body.isEmpty)

    stream.credit = 32_768
    stream.pull()
    #expect(stream.body.count == 32_768)
    #expect(fetch.isPaused, "half of the window is still full")
    stream.credit = 1
    stream.pull()
    #expect(!fetch.isPaused)
    fetch.sends([UInt8](repeating: 0x63, count: 32_769))
    #expect(fetch.isPaused)
    stream.credit = .max
    stream.pull()
    #expect(stream.body == read + [0x62] + [UInt8](repeating: 0x63, count: 32_769))
    #expect(!fetch.isPaused)
  }

  @Test("the client's body waits where the origin takes none")
  func room() throws {
    let stream = try session.open("POST /pages HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked")
    let fetch = try worker.fetches.last()
    #expect(fetch.request.framing == .chunked)
    fetch.bodyRoom = 3
    #expect(stream.sends("abcdef") == 3)
    #expect(stream.bodyRoom == 0)
    fetch.takes(10)
    #expect(session.news == [stream.id])
    #expect(stream.sends("def") == 3)
    #expect(String(decoding: fetch.sent, as: UTF8.self) == "abcdef")
  }

  @Test("an answer that comes while the body still comes is passed on")
  func earlyAnswer() throws {
    let stream = try session.open("POST /pages HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100")
    let fetch = try worker.fetches.last()
    stream.sends("a tenth…")
    fetch.answers("HTTP/1.1 409 Conflict\r\nContent-Length: 2")
    fetch.sends("no")
    fetch.ends()
    session.turn()
    #expect(stream.status == 409)
    #expect(stream.text == "no")
    #expect(stream.isWhole)
    #expect(stream.bodyRoom == 0, "there is nobody left who takes it")
    #expect(!fetch.isRequestWhole && !fetch.isCancelled)
  }

  @Test("a declared length beyond the route's limit is a 413 without a fetch")
  func declaredTooLarge() throws {
    let stream = try session.open("POST /small HTTP/1.1\r\nHost: a.example\r\nContent-Length: 101")
    #expect(stream.status == 413)
    #expect(stream.isWhole)
    #expect(worker.fetches.started.isEmpty)
    #expect(stream.bodyRoom == 0)
    try session.open("POST /small HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100")
    #expect(worker.fetches.started.count == 1)
  }

  @Test("a body that grows beyond the route's limit is a 413, and its request never finished")
  func grownTooLarge() throws {
    let stream = try session.open("POST /small HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked")
    let fetch = try worker.fetches.last()
    stream.sends([UInt8](repeating: 1, count: 100))
    #expect(!stream.refusesBody)
    stream.sends([1])
    #expect(stream.refusesBody)
    #expect(fetch.isCancelled && !fetch.isRequestWhole)
    #expect(fetch.sent.count == 100)
    #expect(stream.bodyRoom == 0)
    stream.pull()
    #expect(stream.status == 413)
    #expect(stream.isWhole)
  }

  @Test("a body that grows too large after the answer's head cuts the answer")
  func grownTooLargeLate() throws {
    let stream = try session.open("POST /small HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked")
    try worker.fetches.last().answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked")
    session.turn()
    stream.sends([UInt8](repeating: 1, count: 101))
    stream.pull()
    #expect(stream.status == 200)
    #expect(stream.isCut)
  }

  @Test(
    "a body that is malformed, cut short or too slow is never finished towards the origin",
    arguments: [
      (RequestBodyFailure.cutShort, 400), (.malformed(.badChunkSize), 400), (.tooSlow, 408),
    ] as [(RequestBodyFailure, UInt16)])
  func bodyFails(failure: RequestBodyFailure, status: UInt16) throws {
    let stream = try session.open("POST /pages HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked")
    let fetch = try worker.fetches.last()
    stream.sends("half an order")
    stream.failsBody(failure)
    #expect(fetch.isCancelled && !fetch.isRequestWhole)
    stream.pull()
    #expect(stream.status == status)
    #expect(stream.isWhole)
  }

  @Test("`Expect: 100-continue` goes on with the head, and the origin's 100 asks for the body (RFC 9110 §10.1.1)")
  func expects() throws {
    let stream = try session.open(
      "POST /pages HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\nExpect: 100-Continue")
    let fetch = try worker.fetches.last()
    #expect(fetch.fields.filter { $0.hasPrefix("Expect") } == ["Expect: 100-continue"])
    #expect(!stream.asksForBody)
    fetch.answers("HTTP/1.1 100 Continue\r\nX-Odd: 1")
    #expect(stream.asksForBody)
    session.turn()
    #expect(stream.interims.isEmpty, "the session writes its own 100")
    try session.open("GET /pages HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue")
    #expect(try !worker.fetches.last().fields.contains { $0.hasPrefix("Expect") }, "there is no body to wait for")
  }

  @Test("interim heads go on in order, four of them at most, and none after the head (RFC 9110 §15.2)")
  func interims() throws {
    let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    let fetch = try worker.fetches.last()
    fetch.answers("HTTP/1.1 102 Processing")
    fetch.answers("HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\nConnection: x-hop\r\nX-Hop: 1")
    session.turn()
    #expect(stream.interims.map(\.status) == [102, 103])
    #expect(stream.interims.last?.fields == ["Link: </s.css>"])
    for number in 1...6 { fetch.answers("HTTP/1.1 103 Early Hints\r\nLink: <\(number)>") }
    stream.pull()
    #expect(stream.interims.dropFirst(2).flatMap(\.fields) == (3...6).map { "Link: <\($0)>" })
    fetch.answers("HTTP/1.1 200 OK\r\nContent-Length: 0")
    session.turn()
    #expect(stream.status == 200)
  }

  @Test(
    "the length that follows a head is what the origin's framing says (RFC 9110 §8.6, RFC 9112 §6.3)",
    arguments: [
      ("GET", "200 OK\r\nContent-Length: 7", AnswerLength.octets(7)),
      ("GET", "200 OK\r\nContent-Length: 0", .octets(0)),
      ("GET", "200 OK\r\nTransfer-Encoding: chunked", .unknown),
      ("GET", "200 OK", .unknown),
      ("GET", "204 No Content", .none),
      ("GET", "304 Not Modified\r\nContent-Length: 7", .octets(7)),
      ("GET", "304 Not Modified", .none),
      ("HEAD", "200 OK\r\nContent-Length: 7", .octets(7)),
      ("HEAD", "200 OK", .unknown),
      ("HEAD", "204 No Content", .none),
    ])
  func lengths(method: String, head: String, length: AnswerLength) throws {
    let stream = try session.open("\(method) /pages HTTP/1.1\r\nHost: a.example")
    let fetch = try worker.fetches.last()
    fetch.answers("HTTP/1.1 \(head)")
    session.turn()
    #expect(stream.length == length)
    #expect(!stream.isWhole)
    fetch.ends()
    session.turn()
    #expect(stream.isWhole)
  }

  @Test("a client that is gone cancels its fetch at once, and hears of nothing any more")
  func reset() throws {
    let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example", credit: 1)
    let other = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    let fetches = worker.fetches.started
    for fetch in fetches {
      fetch.answers("HTTP/1.1 200 OK\r\nContent-Length: 4")
      fetch.sends("abcd")
    }
    session.turn()
    stream.finish(.clientGone)
    #expect(fetches.map(\.isCancelled) == [true, false])
    fetches[1].ends()
    session.turn()
    #expect(other.isWhole)
  }
}
