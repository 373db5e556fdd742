import Bytes
import HTTP
import Testing

/// Lines that are whole are read in another way than those that come octet by octet: both say the same, of what is
/// right and of what is wrong.
@Suite("RFC 9112 §2 to §6: random heads read the same however they come")
struct RandomHeadTests {
  private static let lines = [
    "Host: www.mygov.scot", "Host: a:8080", "host: B.", "Content-Length: 5", "Transfer-Encoding: chunked",
    "Connection: keep-alive", "Connection: close, x-y", "X-Y: 1", "Accept: text/html;q=0.9,*/*", "Accept:text/html",
    "Empty:", "Empty: ", "Cookie: a=b; c=d \t", "Expect: 100-continue", "X: \u{E9}\u{E9}\u{E9} \u{E9}", "ETag: \"a\"",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", "Sec-CH-UA-Mobile: ?0", "X_Y: 1", "A: b\tc",
  ]
  private static let strays: [UInt8] = [0, 9, 10, 13, 32, 0x3A, 0x7F, 0x80, 0xFF, 0x2D, 0x5F, 0x28]

  /// Mostly right, sometimes with a stray octet or two.
  private static func head(_ startLines: [String], _ dice: inout Dice) -> [UInt8] {
    var text = startLines.randomElement(using: &dice) ?? ""
    if Bool.random(using: &dice) { text += "Host: a\r\n" }
    for _ in 0..<Int.random(in: 0..<9, using: &dice) { text += "\(lines.randomElement(using: &dice) ?? "")\r\n" }
    var octets = Array("\(text)\r\n".utf8)
    for _ in 0..<max(0, Int.random(in: -3..<3, using: &dice)) {
      let (place, stray) = (octets.indices.randomElement(using: &dice) ?? 0, strays.randomElement(using: &dice) ?? 0)
      switch Int.random(in: 0..<3, using: &dice) {
      case 0: octets[place] = stray
      case 1: octets.insert(stray, at: place)
      default: octets.remove(at: place)
      }
    }
    if Bool.random(using: &dice) { octets += Array("hello, and more".utf8) }
    return octets
  }

  /// In one go, octet by octet, and in a few pieces.
  private static func ways(_ count: Int, _ dice: inout Dice) -> [[Int]] {
    let pieces = (0..<4).map { _ in (0..<3).map { _ in Int.random(in: 0...count, using: &dice) }.sorted() + [count] }
    return [Array(0...count)] + pieces
  }

  @Test("requests", arguments: 0..<400)
  func requests(seed: Int) {
    var dice = Dice(state: UInt64(seed))
    let limits = HeadLimits(requestLineOctets: 64, sectionOctets: 200, fields: 8)
    let startLines = [
      "GET / HTTP/1.1\r\n", "POST /a/b?c HTTP/1.1\r\n", "\r\nM-SEARCH * HTTP/1.0\r\n", "GET / HTTP/1.2\r\n",
      "GET /\r\n",
      "PUT /\u{E9} HTTP/1.1\r\n", "OPTIONS /\(String(repeating: "a", count: seed % 50)) HTTP/1.1\r\n",
    ]
    for _ in 0..<10 {
      let octets = Self.head(startLines, &dice)
      for bounds in [HeadLimits(), limits] {
        let whole = readRequest(octets, ends: [octets.count], limits: bounds)
        if case .whole(let head) = whole {
          let names = head.fields.map { $0.prefix { $0 != "=" } }
          #expect(head.mayHaveUnderscores == names.contains { $0.contains("_") })
        }
        for ends in Self.ways(octets.count, &dice) {
          #expect(
            readRequest(octets, ends: ends, limits: bounds) == whole,
            "\(String(decoding: octets, as: UTF8.self)) \(ends)")
        }
      }
    }
  }

  @Test("answers", arguments: 0..<400)
  func answers(seed: Int) {
    var dice = Dice(state: UInt64(seed))
    let startLines = [
      "HTTP/1.1 200 OK\r\n", "HTTP/1.0 404 Not Found\r\n", "HTTP/1.1 204\r\n", "HTTP/1.1 304 \r\n",
      "HTTP/1.3 503 a\tb\u{E9}\r\n", "HTTP/1.1 099 x\r\n", "HTTP/1.1 20 OK\r\n",
    ]
    for _ in 0..<10 {
      let octets = Self.head(startLines, &dice)
      let whole = readResponse(octets, ends: [octets.count])
      for ends in Self.ways(octets.count, &dice) {
        #expect(readResponse(octets, ends: ends) == whole, "\(String(decoding: octets, as: UTF8.self)) \(ends)")
      }
    }
  }
}
