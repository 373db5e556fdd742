import Bytes
import HTTP
import Testing
import Time

@testable import Proxy

@Suite("A request's body on its way in")
struct RequestBodyIntakeTests {
  private let start = Instant(sinceStart: .seconds(100))

  private func at(_ milliseconds: Int64) -> Instant { start + .milliseconds(milliseconds) }

  private func limits(rate: Int64) -> SessionLimits {
    SessionLimits(
      head: HeadLimits(), handshakeTimeout: .seconds(1), headTimeout: .seconds(1), bodyGrace: .seconds(10),
      bodyRate: rate, keepAlive: .seconds(1), writeTimeout: .seconds(1), connectionsPerWorker: 1,
      connectionsPerAddress: 1, handshakes: 1)
  }

  /// Hands over pieces of at most `piece` octets, each when the one before is used up. The octets of the body, and how
  /// many of the input were used.
  private func read(
    _ intake: inout RequestBodyIntake, _ text: String, piece: Int, room: Int = .max
  ) throws -> (body: String, used: Int) {
    let octets = Array(text.utf8)
    var (body, start) = ([] as [UInt8], 0)
    while start < octets.count, !intake.isComplete {
      var buffer = BufferPool().take(.small)
      buffer.append(octets.span.extracting(start..<Swift.min(start + piece, octets.count)))
      var used = 0
      while used < buffer.count, !intake.isComplete {
        var position = 0
        var rest = BufferPool().take(.small)
        rest.append(buffer.readable.extracting(used..<buffer.count))
        if case .octets(let range) = try intake.read(rest, from: &position, atMost: room) {
          #expect(range.count <= room)
          body.append(rest.readable.extracting(range))
        }
        used += position
      }
      start += used
    }
    return (String(decoding: body, as: UTF8.self), start)
  }

  @Test(
    "it is complete with its last octet, and takes none behind it (RFC 9112 §6.3)",
    arguments: [
      (BodyFraming.length(5), "helloGET /", "hello", 5), (.length(5), "hello", "hello", 5),
      (.chunked, "5\r\nhello\r\n0\r\n\r\nGET /", "hello", 15), (.chunked, "5\r\nhello\r\n0\r\n\r\n", "hello", 15),
      (.chunked, "0\r\n\r\n", "", 5),
    ], [1, 2, 3, 1_000])
  func whole(body: (framing: BodyFraming, sent: String, text: String, used: Int), piece: Int) throws {
    for room in [1, 2, 1_000] {
      var intake = RequestBodyIntake()
      intake.begin(body.framing, at: start, expectsContinue: false)
      let isCompleteAtOnce = intake.isComplete
      #expect(!isCompleteAtOnce)
      let read = try read(&intake, body.sent, piece: piece, room: room)
      #expect(read.body == body.text && read.used == body.used)
      let (isComplete, octets) = (intake.isComplete, intake.pace.octets)
      #expect(isComplete && octets == UInt64(body.text.utf8.count))
    }
  }

  @Test(
    "where nothing follows it is complete at once, and is not waited for", arguments: [BodyFraming.none, .length(0)])
  func nothing(framing: BodyFraming) {
    var intake = RequestBodyIntake()
    intake.begin(framing, at: start, expectsContinue: true)
    let (isComplete, ask) = (intake.isComplete, intake.pace.continueDeadline)
    #expect(isComplete && ask == nil)
  }

  @Test("a client that holds its body back is asked after a second, once (RFC 9110 §10.1.1)")
  func expects() {
    var intake = RequestBodyIntake()
    intake.begin(.chunked, at: start, expectsContinue: true)
    var ask = intake.pace.continueDeadline
    #expect(ask == at(1_000))
    intake.pace.askedForBody()
    ask = intake.pace.continueDeadline
    #expect(ask == nil)
  }

  @Test("only the client's own pauses count against it, and what it has sent earns time")
  func pace() throws {
    var intake = RequestBodyIntake()
    intake.begin(.length(10_000), at: start, expectsContinue: false)
    let limits = limits(rate: 1_000)
    intake.pace.waiting(at: at(0))
    var deadline = intake.pace.deadline(at: at(4_000), limits: limits)
    #expect(deadline == at(10_000), "the grace from the first wait on, whenever it is asked")
    intake.pace.notWaiting(at: at(4_000))
    _ = try read(&intake, String(repeating: "x", count: 2_000), piece: 2_000)
    // A minute in which the origin takes nothing.
    intake.pace.waiting(at: at(64_000))
    deadline = intake.pace.deadline(at: at(65_000), limits: limits)
    #expect(deadline == at(64_000 + 10_000 - 4_000 + 2_000))
    let waited = intake.pace.waited(at: at(65_000))
    #expect(waited == .seconds(5))
    let never = intake.pace.deadline(at: at(65_000), limits: self.limits(rate: 0))
    #expect(never == .distantFuture)
  }

  @Test("the next request begins without what the last one left")
  func again() throws {
    var intake = RequestBodyIntake()
    intake.begin(.length(3), at: start, expectsContinue: true)
    intake.pace.waiting(at: at(0))
    _ = try read(&intake, "abc", piece: 3)
    intake.abandon()
    intake.begin(.length(3), at: at(9_000), expectsContinue: false)
    let (octets, abandoned, ask) = (intake.pace.octets, intake.isAbandoned, intake.pace.continueDeadline)
    #expect(octets == 0 && !abandoned && ask == nil)
    let waited = intake.pace.waited(at: at(9_500))
    #expect(waited == .zero)
  }
}
