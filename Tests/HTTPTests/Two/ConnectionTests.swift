import Bytes
import Testing
import Time

@testable import HTTP

@Suite("Frames and streams of HTTP/2 (RFC 9113)")
struct ConnectionTests {
  private static func failure(_ code: HTTP2ErrorCode) -> (HTTP2Event) -> Bool {
    { if case .failed(let failure) = $0 { failure.code == code } else { false } }
  }

  // MARK: Beginning

  @Test("§3.4: the preface and SETTINGS, split at every offset, are answered with settings and an acknowledgement")
  func preface() {
    for piece in 1...60 {
      let peer = ScriptedPeer(isOpen: false)
      peer.write { $0.start(into: &$1) }
      #expect(peer.send(clientPreface + settings([(.maxFrameSize, 16_384)]), piece: piece) == [.opened])
      #expect(peer.frames() == ["SETTINGS", "WINDOW_UPDATE 0 983041", "SETTINGS ack"])
      #expect(peer.isSettled)
    }
  }

  @Test(
    "§3.4: what begins otherwise is no HTTP/2",
    arguments: [Array("GET / HTTP/1.1\r\n".utf8), clientPreface + frame(.ping, [], [0, 0, 0, 0, 0, 0, 0, 0])])
  func noPreface(octets: [UInt8]) {
    let peer = ScriptedPeer(isOpen: false)
    let events = peer.send(octets)
    #expect(events.count == 1 && events.allSatisfy(Self.failure(.protocolError)))
    #expect(peer.frames() == ["GOAWAY 0 1"])
  }

  // MARK: Requests

  @Test("§8.1: a request is read from frames that come in any pieces", arguments: 1...64)
  func pieces(piece: Int) {
    let peer = ScriptedPeer()
    let octets =
      frame(.headers, .endHeaders, stream: 1, request("POST", path: "/a", [("content-length", "5")]))
      + frame(.data, .padded, stream: 1, [3] + Array("hel".utf8) + [0, 0, 0])
      + frame(.data, .endStream, stream: 1, Array("lo".utf8))
    let events = peer.send(octets, piece: piece)
    #expect(events.first == .request(slot: 0, isEnded: false))
    #expect(peer.headLine == "POST /a a.example")
    #expect(peer.bodies[0].map { String(decoding: $0, as: UTF8.self) } == "hello")
    let ends = events.filter {
      if case .body(_, _, let isEnded) = $0 { isEnded } else { $0 == .ended(slot: 0) }
    }
    #expect(ends.count == 1)
  }

  @Test("§6.10: a head may go on in CONTINUATION, with priority and padding before it")
  func continuation() {
    let peer = ScriptedPeer()
    let fields = request(path: "/long")
    let first = [2] + big(0) + [15] + Array(fields[..<7]) + [0, 0]
    #expect(peer.send(frame(.headers, [.padded, .priority, .endStream], stream: 3, first)).isEmpty)
    #expect(peer.isHeadUnderWay)
    #expect(peer.send(frame(.continuation, [], stream: 3, Array(fields[7..<9]))).isEmpty)
    #expect(
      peer.send(frame(.continuation, .endHeaders, stream: 3, Array(fields[9...]))) == [.request(slot: 0, isEnded: true)]
    )
    #expect(peer.headLine == "GET /long a.example")
  }

  @Test("§8.1: trailers end a body; without END_STREAM they are malformed")
  func trailers() {
    let peer = ScriptedPeer()
    let open = frame(.headers, .endHeaders, stream: 1, request("POST"))
    let trailers = literals([("x-checksum", "1")])
    #expect(peer.send(open + frame(.headers, [.endHeaders, .endStream], stream: 1, trailers)).last == .ended(slot: 0))
    peer.write { $0.release(0, into: &$1) }
    _ = peer.frames()
    peer.send(frame(.headers, .endHeaders, stream: 3, request("POST")))
    #expect(
      peer.send(frame(.headers, .endHeaders, stream: 3, trailers)) == [.reset(slot: 0, .malformed(.protocolError))])
    #expect(peer.frames() == ["RST_STREAM 3 1"])
  }

  @Test(
    "§8.1.1: a body that is not as long as its Content-Length is malformed",
    arguments: [
      frame(.data, .endStream, stream: 1, Array("hi".utf8)), frame(.data, [], stream: 1, Array("hello!".utf8)),
      frame(.headers, [.endHeaders, .endStream], stream: 1, literals([("x-a", "b")])),
    ])
  func contentLength(body: [UInt8]) {
    let peer = ScriptedPeer()
    peer.send(frame(.headers, .endHeaders, stream: 1, request("POST", [("content-length", "5")])))
    #expect(peer.send(body) == [.reset(slot: 0, .malformed(.protocolError))])
    #expect(peer.frames() == ["RST_STREAM 1 1"])
  }

  // MARK: Streams

  @Test("§5.1.1: numbers are odd and grow")
  func numbers() {
    for (streams, code) in [([2], 1), ([5, 3], 1), ([5, 5], 5)] as [([UInt32], Int)] {
      let peer = ScriptedPeer()
      for stream in streams { peer.send(frame(.headers, [.endHeaders, .endStream], stream: stream, request())) }
      #expect(peer.frames() == ["GOAWAY \(streams[0] == 2 ? 0 : 5) \(code)"])
    }
  }

  @Test("§5.1.2: more than the streams that may be are refused, and a place is free again when its work is let go of")
  func concurrency() {
    var limits = HTTP2Limits()
    limits.streams = 2
    let peer = ScriptedPeer(limits: limits)
    let get = { frame(.headers, [.endHeaders, .endStream], stream: $0, request()) }
    #expect(peer.send(get(1) + get(3)).count == 2)
    #expect(peer.send(get(5)).isEmpty)
    #expect(peer.frames() == ["RST_STREAM 5 7"])
    #expect(peer.send(frame(.resetStream, [], stream: 1, big(8))) == [.reset(slot: 0, .byClient)])
    // It was reset; its fetch may still run.
    #expect(peer.send(get(7)).isEmpty)
    #expect(peer.frames() == ["RST_STREAM 7 7"])
    peer.write { $0.release(0, into: &$1) }
    #expect(peer.frames().isEmpty)
    #expect(peer.send(get(9)) == [.request(slot: 0, isEnded: true)])
  }

  @Test("§5.1: frames on idle streams end the connection", arguments: [FrameType.data, .resetStream, .windowUpdate])
  func idle(type: FrameType) {
    let peer = ScriptedPeer()
    #expect(peer.send(frame(type, [], stream: 1, [0, 0, 0, 1])).allSatisfy(Self.failure(.protocolError)))
    #expect(peer.frames() == ["GOAWAY 0 1"])
  }

  @Test("§5.1: DATA behind a request's end, or on a stream that is over, is refused; what we have reset is passed over")
  func closed() {
    let peer = ScriptedPeer()
    let data = frame(.data, [], stream: 1, [1, 2, 3])
    peer.send(frame(.headers, [.endHeaders, .endStream], stream: 1, request()))
    #expect(peer.send(data) == [.reset(slot: 0, .malformed(.streamClosed))])
    #expect(peer.frames() == ["RST_STREAM 1 5"])
    #expect(peer.send(data).isEmpty)
    #expect(peer.frames().isEmpty)
    peer.write { $0.release(0, into: &$1) }
    peer.send(frame(.headers, [.endHeaders, .endStream], stream: 3, request()))
    peer.write { connection, output in
      _ = connection.data(0, of: 0, endsStream: true, into: &output)
      connection.endSending(0)
      connection.release(0, into: &output)
    }
    #expect(peer.frames() == ["DATA 3 0 end"])
    #expect(peer.send(frame(.data, [], stream: 3, [1])).isEmpty)
    #expect(peer.frames() == ["RST_STREAM 3 5"])
  }

  @Test("§8.1: a request that ends after its answer is over, and one that goes on with errors is refused")
  func late() {
    for (octets, event) in [
      (frame(.data, .endStream, stream: 1, [1]), HTTP2Event.over(slot: 0)),
      (frame(.data, [], stream: 1, [1]) + frame(.data, .endStream, stream: 1), .over(slot: 0)),
      (frame(.headers, [.endHeaders, .endStream], stream: 1, literals([("x-a", "b")])), .over(slot: 0)),
      (frame(.headers, .endHeaders, stream: 1, literals([("x-a", "b")])), .reset(slot: 0, .malformed(.protocolError))),
    ] {
      let peer = ScriptedPeer()
      peer.send(frame(.headers, .endHeaders, stream: 1, request("POST")))
      peer.write { connection, output in
        let isWritten = connection.head([0x88].span, of: 0, endsStream: true, into: &output)
        #expect(isWritten)
      }
      #expect(peer.send(octets) == [event])
      peer.write { $0.release(0, into: &$1) }
    }
  }

  @Test("§8.1: an answer that is whole before its request spares the client the rest")
  func early() {
    let peer = ScriptedPeer()
    peer.send(frame(.headers, .endHeaders, stream: 1, request("POST")))
    peer.write { connection, output in
      let isWritten = connection.head([0x88].span, of: 0, endsStream: true, into: &output)
      #expect(isWritten)
    }
    #expect(peer.send(frame(.data, [], stream: 1, [1])).isEmpty)
    peer.write { $0.release(0, into: &$1) }
    #expect(peer.frames() == ["HEADERS 1 1 end", "RST_STREAM 1 0"])
    #expect(peer.send(frame(.data, .endStream, stream: 1, [1])).isEmpty)
    #expect(peer.frames().isEmpty)
  }

  @Test("§6.1: padding behind octets that reach nobody is passed over with them")
  func unreadPadding() {
    let peer = ScriptedPeer()
    peer.send(frame(.headers, .endHeaders, stream: 1, request("POST")))
    peer.write { $0.reset(0, .cancel, into: &$1) }
    let data = frame(.data, .padded, stream: 1, [3, 1, 2, 0, 0, 0])
    #expect(peer.send(data + frame(.ping, [], [1, 2, 3, 4, 5, 6, 7, 8])).isEmpty)
    #expect(peer.frames() == ["RST_STREAM 1 8", "PING ack"])
  }

  // MARK: Errors of frames

  @Test(
    "errors of the connection",
    arguments: [
      ("§4.2: longer than 16,384 octets", frame(.data, [], stream: 1, [UInt8](repeating: 0, count: 16_385)), 6),
      ("§6.1: DATA on the connection", frame(.data, [], [1]), 1),
      ("§6.2: HEADERS on the connection", frame(.headers, .endHeaders, request()), 1),
      ("§6.2: more padding than payload", frame(.headers, [.padded, .endHeaders], stream: 1, [9, 1]), 1),
      ("§6.3: PRIORITY on the connection", frame(.priority, [], [0, 0, 0, 1, 1]), 1),
      ("§6.4: RST_STREAM of another length", frame(.resetStream, [], stream: 1, [0]), 6),
      ("§6.5: SETTINGS on a stream", frame(.settings, [], stream: 1), 1),
      ("§6.5: an acknowledgement with settings", frame(.settings, .acknowledgement, [0, 1, 0, 0, 0, 0]), 6),
      ("§6.5: not six octets each", frame(.settings, [], [0, 1, 0]), 6),
      ("§6.5.2: ENABLE_PUSH of 2", settings([(.enablePush, 2)]), 1),
      ("§6.5.2: a window of 2^31", settings([(.initialWindowSize, 1 << 31)]), 3),
      ("§6.5.2: frames of 16,383", settings([(.maxFrameSize, 16_383)]), 1),
      ("§6.6: a client pushes", frame(.pushPromise, [], stream: 1, [0, 0, 0, 2]), 1),
      ("§6.7: PING on a stream", frame(.ping, [], stream: 1, [0, 0, 0, 0, 0, 0, 0, 0]), 1),
      ("§6.7: PING of seven octets", frame(.ping, [], [0, 0, 0, 0, 0, 0, 0]), 6),
      ("§6.8: GOAWAY on a stream", frame(.goAway, [], stream: 1, big(0) + big(0)), 1),
      ("§6.9: WINDOW_UPDATE by 0", frame(.windowUpdate, [], big(0)), 1),
      ("§6.9.1: beyond 2^31 - 1", frame(.windowUpdate, [], big(0x7FFF_FFFF)), 3),
      ("§6.9: of three octets", frame(.windowUpdate, [], [0, 0, 1]), 6),
      ("§6.10: CONTINUATION without HEADERS", frame(.continuation, .endHeaders, stream: 1, []), 1),
      ("§6.10: HEADERS, then another frame", frame(.headers, [], stream: 1, request()) + settings(), 1),
      ("§4.3: a block that cannot be decoded", frame(.headers, [.endHeaders], stream: 1, [0xFF, 0xFF, 0xFF, 0xFF]), 9),
      ("RFC 9218 §7.1: PRIORITY_UPDATE on a stream", frame(.priorityUpdate, [], stream: 1, big(1)), 1),
    ] as [(String, [UInt8], UInt32)])
  func connectionErrors(what: String, octets: [UInt8], code: UInt32) {
    for piece in [1, 5, Int.max] {
      let peer = ScriptedPeer()
      let events = peer.send(octets, piece: piece)
      #expect(events.count == 1, "\(what)")
      #expect(events.allSatisfy { if case .failed(let failure) = $0 { failure.code.rawValue == code } else { false } })
      #expect(peer.frames().last?.hasSuffix(" \(code)") == true, "\(what)")
      #expect(peer.send(frame(.ping, [], [1, 2, 3, 4, 5, 6, 7, 8])).isEmpty, "nothing is read after it")
    }
  }

  @Test("§4.1: frames of other types are passed over, and reserved bits mean nothing")
  func unknown() {
    let peer = ScriptedPeer()
    #expect(peer.send(frame(raw: 0x42, 0xFF, stream: 9, [1, 2, 3])).isEmpty)
    var ping = frame(.ping, [], [1, 2, 3, 4, 5, 6, 7, 8])
    ping[5] |= 0x80
    #expect(peer.send(ping).isEmpty)
    #expect(peer.frames() == ["PING ack"])
  }

  // MARK: Flow control

  @Test("§6.9.2: settings move the windows of open streams, below zero too")
  func windows() {
    let peer = ScriptedPeer()
    peer.send(frame(.headers, [.endHeaders, .endStream], stream: 1, request()))
    #expect(peer.room(0) == 16_384)
    peer.write { connection, output in
      let isWritten = connection.data(10, of: 0, endsStream: false, into: &output)
      #expect(isWritten)
      output.append([UInt8](repeating: 0, count: 10).span)
    }
    peer.send(settings([(.initialWindowSize, 4)]))
    #expect(peer.room(0) == -6 && peer.isStalled(0))
    peer.send(frame(.windowUpdate, [], stream: 1, big(7)))
    #expect(peer.room(0) == 1)
    #expect(peer.send(frame(.windowUpdate, [], stream: 1, big(0))) == [.reset(slot: 0, .malformed(.protocolError))])
  }

  @Test("§6.9.1: more than its windows allow is refused: a stream's, and the connection's")
  func exceeded() {
    let peer = ScriptedPeer()
    peer.takesBodies = false
    peer.send(frame(.headers, .endHeaders, stream: 1, request("POST")))
    let data = { (stream: UInt32) in frame(.data, [], stream: stream, [UInt8](repeating: 7, count: 16_384)) }
    for _ in 0..<3 { peer.send(data(1)) }
    #expect(peer.send(data(1)) == [.reset(slot: 0, .malformed(.flowControlError))])
    var last: [HTTP2Event] = []
    for stream in stride(from: UInt32(3), to: 63, by: 2) where last.isEmpty {
      peer.send(frame(.headers, .endHeaders, stream: stream, request("POST")))
      for _ in 0..<3 where last.isEmpty { last = peer.send(data(stream)).filter(Self.failure(.flowControlError)) }
    }
    #expect(last.count == 1)
  }

  @Test("§6.9: what was taken may be sent again, and the window of who is read at once grows")
  func growing() {
    let peer = ScriptedPeer()
    peer.send(frame(.headers, .endHeaders, stream: 1, request("POST")))
    var granted = 65_535
    for _ in 0..<200 {
      peer.send(frame(.data, [], stream: 1, [UInt8](repeating: 7, count: 16_384)))
      granted -= 16_384
      for line in peer.frames() where line.hasPrefix("WINDOW_UPDATE 1 ") {
        granted += Int(line.split(separator: " ")[2]) ?? 0
      }
      #expect(granted >= 0 && granted <= 524_288)
    }
    // Half of it may have been taken without being told yet.
    #expect(granted > 262_144)
  }

  @Test("a body that nobody takes opens no window")
  func untaken() {
    let peer = ScriptedPeer()
    peer.takesBodies = false
    peer.send(frame(.headers, .endHeaders, stream: 1, request("POST")))
    for _ in 0..<3 { peer.send(frame(.data, [], stream: 1, [UInt8](repeating: 7, count: 16_384))) }
    #expect(peer.frames().isEmpty)
    peer.write { $0.took(49_152, of: 0, into: &$1) }
    #expect(peer.frames() == ["WINDOW_UPDATE 1 114687"], "what was taken, and as much again")
  }

  // MARK: Ending

  @Test("§6.8: a drain has two steps, and what is opened after the second is not answered")
  func drain() {
    let peer = ScriptedPeer()
    peer.send(frame(.headers, [.endHeaders, .endStream], stream: 1, request()))
    peer.write { $0.beginDrain(into: &$1) }
    #expect(peer.frames() == ["GOAWAY 2147483647 0", "PING"])
    #expect(peer.send(frame(.headers, [.endHeaders, .endStream], stream: 3, request())).count == 1)
    #expect(peer.send(frame(.ping, .acknowledgement, Array("yett-end".utf8))) == [.drainHeard])
    peer.write { $0.endDrain(into: &$1) }
    #expect(peer.frames() == ["GOAWAY 3 0"])
    #expect(peer.send(frame(.headers, [.endHeaders, .endStream], stream: 5, request())).isEmpty)
    #expect(peer.frames().isEmpty)
  }

  // MARK: Floods

  @Test(
    "floods end the connection with ENHANCE_YOUR_CALM, and count as what they are",
    arguments: [
      (HTTP2Flood.settings, settings(), 150), (.ping, frame(.ping, [], [1, 2, 3, 4, 5, 6, 7, 8]), 150),
      (.priority, frame(.priority, [], stream: 5, [0, 0, 0, 1, 1]), 1_100),
      (.priority, frame(.priorityUpdate, [], big(1) + Array("u=1".utf8)), 1_100),
      (.emptyFrames, frame(.data, [], stream: 1), 150),
      (.windowUpdates, frame(.windowUpdate, [], big(1)), 2_100),
    ] as [(HTTP2Flood, [UInt8], Int)])
  func floods(flood: HTTP2Flood, octets: [UInt8], count: Int) {
    let peer = ScriptedPeer()
    peer.send(frame(.headers, .endHeaders, stream: 1, request("POST")))
    for _ in 0..<count where !peer.events.contains(.failed(HTTP2Failure(flood))) {
      peer.send(octets)
      if peer.frames().contains("GOAWAY 1 11") { break }
    }
    #expect(peer.events.last == .failed(HTTP2Failure(flood)))
  }

  @Test("a flood that is spread over time is none")
  func spread() {
    let peer = ScriptedPeer()
    for _ in 0..<1_000 {
      #expect(peer.send(frame(.ping, [], [1, 2, 3, 4, 5, 6, 7, 8])).isEmpty)
      peer.now = peer.now + .milliseconds(100)
      #expect(peer.frames() == ["PING ack"])
    }
  }

  @Test("CVE-2023-44487: streams that are opened and taken back again and again end the connection")
  func rapidReset() {
    let peer = ScriptedPeer()
    for stream in stride(from: UInt32(1), to: 2_000, by: 2) {
      let events = peer.send(
        frame(.headers, [.endHeaders, .endStream], stream: stream, request())
          + frame(.resetStream, [], stream: stream, big(8)))
      if case .reset(let slot, .byClient) = events.last { peer.write { $0.release(slot, into: &$1) } }
      if case .failed = events.last { break }
    }
    #expect(peer.events.last == .failed(HTTP2Failure(.rapidReset)))
  }

  @Test("CVE-2025-8671: streams that the client makes us reset end the connection")
  func madeResets() {
    let peer = ScriptedPeer()
    for stream in stride(from: UInt32(1), to: 2_000, by: 2) {
      let events = peer.send(
        frame(.headers, [.endHeaders, .endStream], stream: stream, request())
          + frame(.windowUpdate, [], stream: stream, big(0)))
      if case .reset(let slot, .malformed) = events.last { peer.write { $0.release(slot, into: &$1) } }
      _ = peer.frames()
      if case .failed = events.last { break }
    }
    #expect(peer.events.last == .failed(HTTP2Failure(.madeResets)))
  }

  @Test("CVE-2024-27316: a head in CONTINUATION frames without end ends the connection")
  func continuations() {
    for payload in [[], Array(literals([("x-a", String(repeating: "a", count: 100))]))] as [[UInt8]] {
      let peer = ScriptedPeer()
      peer.send(frame(.headers, [], stream: 1, request()))
      for _ in 0..<200 where peer.events.count < 2 { peer.send(frame(.continuation, [], stream: 1, payload)) }
      #expect(peer.events.last == .failed(HTTP2Failure(.continuation)))
    }
  }
}
