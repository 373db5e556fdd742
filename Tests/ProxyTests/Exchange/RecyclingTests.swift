import Bytes
import HTTP
import Telemetry
import Testing
import Upstream

@testable import Proxy

@Suite("A recycled exchange")
struct RecyclingTests {
  let worker: ScriptedWorker
  let session: ScriptedSession

  init() throws {
    worker = try ScriptedWorker()
    session = worker.session()
  }

  /// Leaves as much behind as a request can: each in the middle of something else.
  private func leaveTraces(_ number: Int) throws {
    let head =
      "POST /small/old?old HTTP/1.1\r\nHost: a.example\r\nX-Old: old\r\nCookie: old\r\nAccept: application/json"
    let stream = try session.open("\(head)\r\nContent-Length: 10\r\nExpect: 100-continue", credit: 1)
    let fetch = try worker.fetches.last()
    stream.sends("old")
    switch number {
    case 0: break
    case 1:
      for _ in 0..<3 { fetch.answers("HTTP/1.1 103 Early\r\nX-Old: old") }
      fetch.answers("HTTP/1.1 100 Continue")
    case 2:
      fetch.answers("HTTP/1.1 500 Old\r\nX-Old: old\r\nContent-Length: 70000")
      fetch.sends([UInt8](repeating: 1, count: 65_536))
    case 3:
      fetch.answers("HTTP/1.1 500 Old\r\nX-Old: old\r\nContent-Length: 70000")
      stream.pull()
      fetch.sends([UInt8](repeating: 1, count: 65_536))
      stream.pull()
    case 4:
      fetch.answers("HTTP/1.1 200 Old\r\nTransfer-Encoding: chunked")
      stream.pull()
      fetch.fails(.silent(for: .seconds(1)))
    case 5: stream.failsBody(.tooSlow)
    default: stream.sends([UInt8](repeating: 1, count: 98))
    }
    stream.finish(.clientGone, octetsIn: 77, octetsOut: 88, bodyWait: .seconds(9))
    _ = worker.logLines()
  }

  @Test("carries nothing over into the next request, whatever was left of the last", arguments: 0..<7)
  func next(traces: Int) throws {
    try leaveTraces(traces)
    let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    #expect(stream.bodyRoom == 0)
    #expect(!stream.asksForBody && !stream.refusesBody && !stream.hasInterim)
    #expect(stream.status == nil)
    let fetch = try worker.fetches.last()
    #expect(fetch.request.framing == .none)
    #expect(!fetch.fields.joined().contains("old"))
    #expect(fetch.line == "GET /pages a.example")
    fetch.answers("HTTP/1.1 200 OK\r\nContent-Length: 3")
    fetch.sends("new")
    fetch.ends()
    session.turn()
    #expect(stream.isWhole && !stream.isCut)
    #expect(stream.text == "new")
    #expect(!stream.fields.joined().lowercased().contains("old"))
    stream.finish()
    let line = try worker.logLine()
    #expect(!line.contains("old") && !line.contains("why") && !line.contains("body_wait"))
    #expect(line.contains(#""ending":"answered""#))
  }

  @Test("makes its own pages anew", arguments: 0..<7)
  func pages(traces: Int) throws {
    try leaveTraces(traces)
    let stream = try session.open("GET /nowhere HTTP/1.1\r\nHost: a.example")
    #expect(stream.status == 404)
    #expect(stream.field("Content-Type")?.hasPrefix("text/html") == true)
    #expect(stream.isWhole)
    stream.finish()
    #expect(try !worker.logLine().contains("old"))
  }

  @Test("says nothing of the last request where a head could not be read")
  func refused() throws {
    try leaveTraces(0)
    let stream = session.refuse(400, why: "malformed")
    #expect(stream.isWhole)
    stream.finish()
    let line = try worker.logLine()
    #expect(!line.contains("old") && !line.contains("a.example"), "\(line)")
  }

  @Test("hears no late news of the request before")
  func lateNews() throws {
    let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    let late = try worker.fetches.last()
    stream.finish(.clientGone)
    let next = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    #expect(next.exchange === stream.exchange)
    late.answers("HTTP/1.1 200 OK\r\nContent-Length: 3")
    late.takes(1)
    #expect(session.news.isEmpty)
    next.pull()
    #expect(next.status == nil)
  }
}
