import Telemetry
import Testing
import Time

@testable import Proxy

@Suite("An exchange's end")
struct RecordTests {
  let worker: ScriptedWorker
  let session: ScriptedSession

  init() throws {
    worker = try ScriptedWorker()
    session = worker.session()
  }

  @Test("its record has every stage, and is handed to recorder and log")
  func stages() throws {
    let stream = try session.begin("GET /pages/x?secret HTTP/1.1\r\nHost: a.example")
    let fetch = try worker.fetches.last()
    worker.wait(.milliseconds(20))
    fetch.progress.connected = worker.moment.now
    worker.wait(.milliseconds(30))
    fetch.progress.head = worker.moment.now
    (fetch.progress.attempts, fetch.progress.server) = (2, 0)
    fetch.answers("HTTP/1.1 200 OK\r\nContent-Length: 2")
    session.turn()
    fetch.sends("ok")
    fetch.ends()
    session.turn()
    worker.wait(.milliseconds(50))
    stream.finish(octetsIn: 100, octetsOut: 200, bodyWait: .milliseconds(7))

    let line = try worker.logLine()
    for part in [
      #""site":"site","route":"pages""#, #""method":"GET","host":"a.example","path":"/pages/x""#, #""status":200"#,
      #""cache":"none""#, #""server":"app-1","attempts":2"#, #""octets_in":100,"octets_out":200"#,
      #""ending":"answered""#, #""body_wait_us":7000"#, #""connect_us":20000"#, #""first_byte_us":43000"#,
      #""total_us":93000"#, #""client":"192.0.2.0""#, #""listener":"web""#,
    ] {
      #expect(line.contains(part), "\(part) is not in \(line)")
    }
    #expect(!line.contains("secret") && !line.contains("why"))
    let figures = try worker.figures("pages")
    #expect(figures.exchanges == 1)
    #expect(figures.count(StatusClass.successful, .none) == 1)
    #expect(figures.count(Verdict.inTime) == 1)
    #expect((figures.octetsIn, figures.octetsOut) == (100, 200))
  }

  @Test(
    "each end counts once, and for what it is against the target",
    arguments: [
      (200, Ending.answered, 50, Verdict.inTime), (200, .answered, 150, .late), (404, .answered, 50, .inTime),
      (500, .answered, 50, .unavailable), (200, .clientGone, 50, .exempt), (200, .clientTimedOut, 50, .exempt),
      (200, .aborted, 50, .unavailable),
    ] as [(Int, Ending, Int64, Verdict)])
  func verdicts(status: Int, ending: Ending, milliseconds: Int64, verdict: Verdict) throws {
    let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    let fetch = try worker.fetches.last()
    worker.wait(.milliseconds(milliseconds))
    fetch.answers("HTTP/1.1 \(status) X\r\nContent-Length: 0")
    fetch.ends()
    session.turn()
    stream.finish(ending)
    let figures = try worker.figures("pages")
    for each in Verdict.allCases { #expect(figures.count(each) == (each == verdict ? 1 : 0)) }
    for each in Ending.allCases { #expect(figures.count(each) == (each == ending ? 1 : 0)) }
    #expect(worker.logLines().count == 1)
  }

  @Test("a second end is none")
  func once() throws {
    let stream = try session.open("GET /hello HTTP/1.1\r\nHost: a.example")
    stream.finish(.answered)
    stream.finish(.clientGone)
    #expect(worker.logLines().count == 1)
    #expect(try worker.figures("hello").exchanges == 1)
  }

  @Test("a client that ends within its body counts as gone, whatever it was still told")
  func cutShort() throws {
    let stream = try session.open("POST /pages HTTP/1.1\r\nHost: a.example\r\nContent-Length: 9")
    stream.failsBody(.cutShort)
    stream.pull()
    stream.finish(.answered)
    #expect(try worker.logLine().contains(#""ending":"client_gone""#))
    #expect(try worker.figures("pages").count(Verdict.exempt) == 1)
  }

  @Test("before any head was made the status is none")
  func noHead() throws {
    let stream = try session.open("GET /pages HTTP/1.1\r\nHost: a.example")
    stream.finish(.clientGone)
    #expect(try worker.logLine().contains(#""status":0"#))
    #expect(try worker.figures("pages").count(StatusClass.none) == 1)
  }
}
