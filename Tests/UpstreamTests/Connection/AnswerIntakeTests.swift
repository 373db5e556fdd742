import Bytes
import EventLoop
import Glibc
import HTTP
import Testing

@testable import Upstream

/// All that an intake says of one answer.
private struct TakenAnswer: Equatable {
  /// Interim ones and the final one, as they came.
  var heads: [String] = []
  var body = ""
  var keepsAlive = false
  /// Octets of the connection that belong to it.
  var used = 0
}

/// What came of handing octets to an intake.
private enum Taken: Equatable {
  case whole(TakenAnswer)
  case unfinished(hasBegun: Bool, isInBody: Bool)
  case failed(UpstreamFailure)
}

/// How the origin's side ended behind the last octet.
private enum Ending: Equatable {
  case open, orderly, unproven
  case broken(SystemError)
}

private let broken = SystemError("recv", code: ECONNRESET)

/// As its connection does it: parts that end at `ends` are read one after the other into one buffer.
private func take(
  _ octets: [UInt8], ends: [Int], answerTo method: Method = .get, ending: Ending = .open, by intake: inout AnswerIntake
) -> Taken {
  var input = BufferPool().take(.large)
  var (answer, body): (TakenAnswer, [UInt8]) = (TakenAnswer(), [])
  var start = 0
  intake.begin(answerTo: method)
  do throws(UpstreamFailure) {
    for end in ends {
      input.append(octets.span.extracting(start..<end))
      start = end
      var position = 0
      reading: while true {
        switch try intake.read(input, from: &position) {
        case .interim(let start), .head(let start):
          var head: [UInt8] = []
          head.append(input.readable.extracting(start..<(start + intake.head.length)))
          answer.heads.append(String(decoding: head, as: UTF8.self))
          #expect((intake.head.status < 200) == !intake.isInBody)
        case .body(let range):
          #expect(!range.isEmpty)
          body.append(input.readable.extracting(range))
        case .more: break reading
        case .whole:
          (answer.used, answer.keepsAlive) = (end - input.count + position, intake.keepsAlive)
          answer.body = String(decoding: body, as: UTF8.self)
          return .whole(answer)
        }
      }
      input.consume(position)
      input.compact()
    }
    switch ending {
    case .open: return .unfinished(hasBegun: intake.hasBegun, isInBody: intake.isInBody)
    case .orderly: try intake.inputEnded(.orderly)
    case .unproven: try intake.inputEnded(.unproven)
    case .broken(let error): try intake.inputEnded(.broken(error))
    }
  } catch {
    return .failed(error)
  }
  (answer.used, answer.keepsAlive) = (octets.count, intake.keepsAlive)
  answer.body = String(decoding: body, as: UTF8.self)
  return .whole(answer)
}

private func take(_ text: String, answerTo method: Method = .get, ending: Ending = .open) -> Taken {
  var intake = AnswerIntake()
  return take(Array(text.utf8), ends: [text.utf8.count], answerTo: method, ending: ending, by: &intake)
}

/// Whole, octet by octet, and cut at every offset.
private func everyCut(of count: Int) -> [[Int]] { [[count], Array(0...count)] + (0...count).map { [$0, count] } }

@Suite("RFC 9112: answers are taken off their connection")
struct AnswerIntakeTests {
  struct Sample: CustomTestStringConvertible {
    var name: String
    var heads: [String]
    var body = ""
    /// As it stands on the connection.
    var framed = ""
    var method = Method.get
    var keepsAlive = true
    var ending = false
    var testDescription: String { name }
  }

  static let samples = [
    Sample(
      name: "§6.3: by its length", heads: ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\n"], body: "hello",
      framed: "hello"),
    Sample(
      name: "§7.1: in chunks, trailers dropped", heads: ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
      body: "hello world", framed: "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\n"),
    Sample(name: "§6.3: of length 0", heads: ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]),
    Sample(
      name: "§6.3: to HEAD has no body", heads: ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"], method: .head),
    Sample(name: "§6.3: 204 has no body", heads: ["HTTP/1.1 204 No Content\r\n\r\n"]),
    Sample(name: "§6.3: 304 has no body", heads: ["HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"]),
    Sample(
      name: "§6.3, §9.3: without a length it ends with the connection", heads: ["HTTP/1.1 200 OK\r\n\r\n"],
      body: "hello", framed: "hello", keepsAlive: false, ending: true),
    Sample(
      name: "RFC 9110 §15.2: interim heads come before it",
      heads: [
        "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n",
      ], body: "a", framed: "a"),
    Sample(
      name: "§9.6: `close` is kept", heads: ["HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"],
      keepsAlive: false),
    Sample(
      name: "§9.3: HTTP/1.0 closes", heads: ["HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"], keepsAlive: false),
    Sample(
      name: "§9.3: HTTP/1.0 keeps what it says it keeps",
      heads: ["HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"]),
    Sample(
      name: "§9.6: the final head says it, not an interim one",
      heads: [
        "HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      ]),
  ]

  @Test("the same wherever they are cut", arguments: samples)
  func cut(sample: Sample) {
    let message = Array((sample.heads.joined() + sample.framed).utf8)
    let expected = Taken.whole(
      TakenAnswer(heads: sample.heads, body: sample.body, keepsAlive: sample.keepsAlive, used: message.count))
    for ends in everyCut(of: message.count) {
      var intake = AnswerIntake()
      let taken = take(
        message, ends: ends, answerTo: sample.method, ending: sample.ending ? .orderly : .open, by: &intake)
      #expect(taken == expected, "cut at \(ends)")
    }
  }

  @Test("§9.2: what follows is no part of it, and is left where it is", arguments: samples.filter { !$0.ending })
  func stray(sample: Sample) {
    let message = Array((sample.heads.joined() + sample.framed).utf8)
    let octets = message + Array("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil".utf8)
    let expected = Taken.whole(
      TakenAnswer(heads: sample.heads, body: sample.body, keepsAlive: sample.keepsAlive, used: message.count))
    for end in message.count...octets.count {
      var intake = AnswerIntake()
      #expect(take(octets, ends: [end], answerTo: sample.method, by: &intake) == expected, "\(end) octets")
    }
  }

  @Test("one after the other on one connection, each as if it were the first")
  func sequence() {
    var intake = AnswerIntake()
    for sample in Self.samples + Self.samples.reversed() where !sample.ending {
      let message = Array((sample.heads.joined() + sample.framed).utf8)
      let taken = take(message, ends: Array(0...message.count), answerTo: sample.method, by: &intake)
      #expect(
        taken
          == .whole(
            TakenAnswer(heads: sample.heads, body: sample.body, keepsAlive: sample.keepsAlive, used: message.count)),
        "\(sample.name)")
    }
  }

  @Test("§8: one that is cut short is never taken for whole", arguments: samples.filter { !$0.ending })
  func cutShort(sample: Sample) {
    let message = Array((sample.heads.joined() + sample.framed).utf8)
    let head = sample.heads.joined().utf8.count
    for count in 0..<message.count {
      var intake = AnswerIntake()
      let open = Taken.unfinished(hasBegun: count > 0, isInBody: count >= head)
      #expect(take(message, ends: [count], answerTo: sample.method, by: &intake) == open)
      for ending in [Ending.orderly, .unproven] {
        let closed = take(message, ends: [count], answerTo: sample.method, ending: ending, by: &intake)
        #expect(closed == .failed(count == 0 ? .closedUnanswered : .cutShort), "\(ending) after \(count)")
      }
      let reset = take(message, ends: [count], answerTo: sample.method, ending: .broken(broken), by: &intake)
      #expect(reset == .failed(count == 0 ? .brokenUnanswered(broken) : .cutShort), "broken after \(count)")
    }
  }

  @Test("§6.3: a reset is no end, also where only the end of the connection would be one")
  func resetBody() {
    #expect(take("HTTP/1.1 200 OK\r\n\r\nhello", ending: .broken(broken)) == .failed(.cutShort))
    #expect(take("HTTP/1.1 200 OK\r\n\r\nhello") == .unfinished(hasBegun: true, isInBody: true))
  }

  @Test("§9.8: over TLS an end without `close_notify` makes no answer whole; one that is whole already stays so")
  func unproven() {
    #expect(take("HTTP/1.1 200 OK\r\n\r\nhello", ending: .unproven) == .failed(.unprovenEnd))
    #expect(take("HTTP/1.1 200 OK\r\n\r\n", ending: .unproven) == .failed(.unprovenEnd))
    guard case .whole = take("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", ending: .unproven) else {
      Issue.record("a whole answer was refused")
      return
    }
  }

  @Test("RFC 9110 §15.2.2: nobody asked for another protocol")
  func switching() {
    #expect(take("HTTP/1.1 101 Switching\r\n\r\n") == .failed(.badAnswer(reason: "switches protocols unasked")))
  }

  @Test("RFC 9110 §15.2: sixteen interim heads, and no more")
  func interimLimit() {
    let interim = "HTTP/1.1 102 Processing\r\n\r\n"
    let final = "HTTP/1.1 204 No Content\r\n\r\n"
    guard case .whole(let answer) = take(String(repeating: interim, count: 16) + final) else {
      Issue.record("sixteen were refused")
      return
    }
    #expect(answer.heads.count == 17)
    #expect(
      take(String(repeating: interim, count: 17) + final) == .failed(.badAnswer(reason: "has too many interim heads")))
  }

  @Test(
    "§2.2, §6.3, §7.1: what is malformed is refused at the octet that says so, however it comes",
    arguments: [
      "hello\r\n\r\n", "HTTP/1.1 099 Low\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 200 OK\n\n",
      "HTTP/1.1 200 OK\r\nX-A : b\r\n\r\n", "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX",
      "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 2x0 OK\r\n\r\n",
    ])
  func malformed(text: String) {
    let octets = Array(text.utf8)
    for ends in everyCut(of: octets.count) {
      var intake = AnswerIntake()
      guard case .failed(.badAnswer(let reason)) = take(octets, ends: ends, by: &intake) else {
        Issue.record("taken when cut at \(ends)")
        return
      }
      #expect(reason.hasPrefix("is malformed: "))
    }
  }
}
