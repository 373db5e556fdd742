import Bytes
import HTTP
import Testing
import Time

@testable import Cache

/// Heads as the parsers make them, from lines as people write them.
enum Heads {
  /// - Parameter lines: of fields, each with a line feed at its end alone.
  static func withRequest<Result: ~Copyable>(
    _ method: String = "GET", _ lines: [String] = [], _ body: (borrowing RequestHead, Span<UInt8>) throws -> Result
  ) throws -> Result {
    let text = (["\(method) / HTTP/1.1", "Host: a.example"] + lines).joined(separator: "\r\n") + "\r\n\r\n"
    let octets = Array(text.utf8)
    var parser = RequestHeadParser()
    #expect(try parser.read(octets.span))
    return try body(parser.head, octets.span)
  }

  static func withResponse<Result>(
    _ status: Int = 200, _ lines: [String] = [], _ body: (borrowing ResponseHead, Span<UInt8>) throws -> Result
  ) throws -> Result {
    let text = (["HTTP/1.1 \(status) "] + lines).joined(separator: "\r\n") + "\r\n\r\n"
    let octets = Array(text.utf8)
    var parser = ResponseHeadParser()
    #expect(try parser.read(octets.span, answerTo: .get))
    return try body(parser.head, octets.span)
  }
}

/// One day on which everything happens: Sun, 06 Nov 1994.
enum Day {
  static let noon = WallTime(seconds: 784_123_200)
  static let start = Instant(sinceStart: .seconds(1_000))
  /// Asked for and received at noon.
  static let moment = ResponseMoment(requested: start, received: start, receivedWall: noon)

  static func date(_ clock: String) -> String { "Sun, 06 Nov 1994 \(clock) GMT" }
}

extension Instant {
  /// So many seconds after the day's start.
  static func second(_ count: Int64) -> Instant { Day.start + .seconds(count) }
}

/// Objects to store.
enum Sample {
  /// - Parameter lifetime: seconds.
  static func response(_ octets: Int, lifetime: Int64 = 1_000_000) throws -> StoredResponse {
    let head = try head(lifetime: lifetime)
    let body = [UInt8](repeating: 0x61, count: octets)
    return StoredResponse(head: head, body: octets == 0 ? [] : [Slice(Chunk(copying: body.span))])
  }

  static func head(_ lines: [String] = [], status: Int = 200, lifetime: Int64 = 1_000_000) throws -> StoredHead {
    try Heads.withResponse(status, lines) { (head, octets) in
      try StoredHead(
        head, octets, freshness: Freshness(lifetime: .seconds(lifetime), initialAge: .zero), at: Day.moment)
    }
  }

  static func key(_ name: String) -> CacheKey {
    var key = CacheKey()
    key.begin(Span(), scheme: .http, port: 80, host: Span(), path: Array(name.utf8).span, query: nil)
    return key
  }
}

func array(_ octets: Span<UInt8>) -> [UInt8] {
  var copy: [UInt8] = []
  copy.append(octets)
  return copy
}
func octets(_ text: String) -> [UInt8] { Array(text.utf8) }
func text(_ octets: [UInt8]) -> String { String(decoding: octets, as: UTF8.self) }
