import Bytes
import Testing
import Time

@testable import HTTP

/// A frame as a test writes it, right or wrong.
func frame(
  _ type: FrameType, _ flags: FrameFlags = [], stream: UInt32 = 0, _ payload: [UInt8] = []
) -> [UInt8] {
  frame(raw: type.rawValue, flags.rawValue, stream: stream, payload)
}

func frame(raw type: UInt8, _ flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
  let length = UInt32(payload.count)
  return Array(big(length).dropFirst()) + [type, flags] + big(stream) + payload
}

func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }

/// Literal fields without Huffman coding or a place in the table (RFC 7541 §6.2.2).
func literals(_ fields: [(String, String)]) -> [UInt8] {
  var octets: [UInt8] = []
  for (name, value) in fields {
    octets.append(0)
    for text in [name, value] {
      octets.append(UInt8(text.utf8.count))
      octets += Array(text.utf8)
    }
  }
  return octets
}

/// Fields of a plain request.
func request(_ method: String = "GET", path: String = "/", _ more: [(String, String)] = []) -> [UInt8] {
  literals([(":method", method), (":scheme", "http"), (":authority", "a.example"), (":path", path)] + more)
}

func settings(_ values: [(HTTP2Setting, UInt32)] = []) -> [UInt8] {
  var octets: [UInt8] = []
  for (setting, value) in values {
    octets += [0, UInt8(setting.rawValue)]
    octets += big(value)
  }
  return frame(.settings, [], octets)
}

let clientPreface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

/// Hands octets to a connection and writes down what comes of them: events with their streams, and frames.
final class ScriptedPeer {
  private var connection: HTTP2Connection
  private var reader = RequestHeadReader()
  private let pool = BufferPool()
  private var output: Buffer
  private var input: [UInt8] = []
  private(set) var events: [HTTP2Event] = []
  var now = Instant(sinceStart: .seconds(10))
  /// Octets of bodies, by slot.
  private(set) var bodies: [Int: [UInt8]] = [:]
  /// Whether octets of bodies count as taken at once.
  var takesBodies = true

  /// - Parameter isOpen: the preface and empty settings have come.
  init(limits: HTTP2Limits = HTTP2Limits(), isOpen: Bool = true) {
    connection = HTTP2Connection(limits: limits, scheme: .http)
    output = pool.take(.large)
    guard isOpen else { return }
    connection.start(into: &output)
    #expect(send(clientPreface + settings()) == [.opened])
    _ = frames()
  }

  /// What the octets come to, `more` left out.
  @discardableResult func send(_ octets: [UInt8], piece: Int = .max) -> [HTTP2Event] {
    let before = events.count
    var start = 0
    while start < octets.count {
      let end = Swift.min(octets.count, start + Swift.min(piece, octets.count))
      input += octets[start..<end]
      start = end
      read()
    }
    return Array(events[before...])
  }

  private func read() {
    var position = 0
    while true {
      let event = connection.next(input.span, from: &position, reader: &reader, output: &output, buffers: pool, at: now)
      if event == .more { break }
      events.append(event)
      if case .body(let slot, let range, _) = event {
        bodies[slot, default: []] += input[range]
        if takesBodies { connection.took(range.count, of: slot, into: &output) }
      }
      if case .failed = event { break }
    }
    input.removeFirst(position)
  }

  /// The lines of the last request's head, pseudo-fields left out.
  var headLines: [String] { Self.lines(reader) }

  private static func lines(_ reader: borrowing RequestHeadReader) -> [String] {
    (0..<reader.head.fields.count).map { index in
      let slot = reader.head.fields[index]
      let octets = reader.octets.readable
      return "\(text(octets[clamped: slot.name])): \(text(octets[clamped: slot.value]))"
    }
  }

  /// `GET /path a.example`
  var headLine: String { Self.line(reader) }

  private static func line(_ reader: borrowing RequestHeadReader) -> String {
    let ranges = [reader.head.methodName, reader.head.target, reader.head.host]
    return ranges.map { text(reader.octets.readable[clamped: $0]) }.joined(separator: " ")
  }

  var isHeadUnderWay: Bool { connection.isHeadUnderWay }
  var isSettled: Bool { connection.isSettled }
  func room(_ slot: Int) -> Int { connection.room(for: slot) }
  func isStalled(_ slot: Int) -> Bool { connection.isStalled(slot) }

  func write(_ body: (inout HTTP2Connection, inout Buffer) -> Void) { body(&connection, &output) }

  /// The frames that were written since the last call: `RST_STREAM 1 5`.
  func frames() -> [String] {
    let lines = Self.frames(output)
    output.clear()
    return lines
  }

  private static func frames(_ output: borrowing Buffer) -> [String] {
    var lines: [String] = []
    let octets = output.readable
    var position = 0
    while octets.count - position >= FrameHeader.octets {
      let header = FrameHeader(octets.extracting(position..<position + FrameHeader.octets))
      position += FrameHeader.octets
      lines.append(line(header, octets.extracting(position..<position + header.length)))
      position += header.length
    }
    #expect(position == octets.count, "a frame was cut")
    return lines
  }

  private static func line(_ header: FrameHeader, _ payload: Span<UInt8>) -> String {
    let end = header.flags.contains(.endStream) ? " end" : ""
    switch header.type {
    case .settings: return header.flags.contains(.acknowledgement) ? "SETTINGS ack" : "SETTINGS"
    case .resetStream: return "RST_STREAM \(header.stream) \(payload.bigEndian32(at: 0))"
    case .windowUpdate: return "WINDOW_UPDATE \(header.stream) \(payload.bigEndian32(at: 0))"
    case .goAway: return "GOAWAY \(payload.bigEndian32(at: 0)) \(payload.bigEndian32(at: 4))"
    case .ping: return header.flags.contains(.acknowledgement) ? "PING ack" : "PING"
    case .data: return "DATA \(header.stream) \(header.length)\(end)"
    case .headers: return "HEADERS \(header.stream) \(header.length)\(end)"
    case .continuation: return "CONTINUATION \(header.stream) \(header.length)"
    default: return "?"
    }
  }
}
