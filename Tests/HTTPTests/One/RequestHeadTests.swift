import HTTP
import Testing

@Suite("RFC 9112 §3: request heads")
struct RequestHeadTests {
  static let browser = """
    GET /search?q=school%20meals HTTP/1.1\r
    Host: www.mygov.scot\r
    User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r
    Accept:text/html,\t*/*;q=0.8 \t \r
    Empty:\r
    X-Tab: a\tb\r
    X-Caf\u{E9}: no\r
    Cookie: a=1; b=2\r
    Connection: keep-alive\r
    \r

    """.replacing("X-Caf\u{E9}", with: "X-Cafe")

  @Test("§3, §5: method, target, version and fields are read as they stand")
  func parts() throws {
    guard case .whole(let head) = readRequest(Self.browser) else {
      Issue.record("not read")
      return
    }
    #expect(head.method == .get)
    #expect(head.target == "/search?q=school%20meals")
    #expect(head.version == .http11)
    #expect(head.host == "www.mygov.scot")
    #expect(
      head.fields == [
        "Host=www.mygov.scot", "User-Agent=Mozilla/5.0 (X11; Linux x86_64)", "Accept=text/html,\t*/*;q=0.8", "Empty=",
        "X-Tab=a\tb", "X-Cafe=no", "Cookie=a=1; b=2", "Connection=keep-alive",
      ])
    #expect(head.framing == .none)
    #expect(head.keepsAlive)
    #expect(head.length == Self.browser.utf8.count)
  }

  @Test(
    "§2.1: read the same wherever they are cut",
    arguments: [
      browser, "\r\n\r\nPOST / HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
      "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: b\nY: c\r\n\r\n",
      "GET / HTTP/1.1\rHost: a\r\n\r\n", "GET /\u{0} HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
      "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
    ])
  func cut(head: String) {
    let octets = Array(head.utf8)
    let whole = readRequest(octets, ends: [octets.count])
    #expect(whole != .unfinished)
    for ends in everyCut(of: octets.count) { #expect(readRequest(octets, ends: ends) == whole, "cut at \(ends)") }
  }

  @Test("§2.1: unfinished until the last octet")
  func unfinished() {
    let octets = Array(Self.browser.utf8)
    for count in 0..<octets.count { #expect(readRequest(octets, ends: [count]) == .unfinished) }
  }

  @Test("a parser that is reset reads the next head as a new one would")
  func reset() throws {
    var parser = RequestHeadParser()
    let first = Array(
      "POST /a HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nConnection: keep-alive, x-y\r\nX-Y: 1\r\n\r\n".utf8)
    let second = Array("GET /b HTTP/1.1\r\nHost: b\r\nX-Y: 2\r\n\r\n".utf8)
    #expect(parser.isIdle == true)
    let isWhole1 = try parser.read(first.span)
    #expect(isWhole1)
    #expect(parser.isIdle == false)
    #expect(parser.head.framing == .length(5))
    parser.reset()
    #expect(parser.isIdle == true)
    let isWhole2 = try parser.read(second.span)
    #expect(isWhole2)
    #expect(parser.head.framing == .none)
    #expect(parser.head.keepsAlive == true)
    #expect(parser.head.fields.count == 2)
    #expect(parser.head.isHopByHop(parser.head.fields[1], octets: second.span) == false)
  }

  @Test("RFC 9110 §7.2: what Host came to is told, and forgotten with its head")
  func authority() throws {
    var parser = RequestHeadParser()
    let first = Array("GET / HTTP/1.1\r\nHost: WWW.a:81\r\n\r\n".utf8)
    let isWhole1 = try parser.read(first.span)
    #expect(isWhole1)
    #expect(parser.head.authority == Authority(Array("WWW.a:81".utf8).span))
    #expect(parser.head.authority?.port == 81)
    parser.reset()
    let isWhole2 = try parser.read(Array("GET / HTTP/1.0\r\n\r\n".utf8).span)
    #expect(isWhole2)
    #expect(parser.head.authority == nil)
  }

  @Test(
    "malformed request lines are refused",
    arguments: [
      ("GET / HTTP/1.1\n", HeadError.bareLineFeed, 400),
      ("GET / HTTP/1.1\rX", .bareCarriageReturn, 400),
      ("\nGET / HTTP/1.1\r\n", .bareLineFeed, 400),
      ("\rGET / HTTP/1.1\r\n", .bareCarriageReturn, 400),
      (" GET / HTTP/1.1\r\n", .badMethod, 400),
      ("GET\t/ HTTP/1.1\r\n", .badMethod, 400),
      ("G(T / HTTP/1.1\r\n", .badMethod, 400),
      ("GET\r\n", .badMethod, 400),
      ("GET  / HTTP/1.1\r\n", .badTarget, 400),
      ("GET /\r\n", .badTarget, 400),
      ("GET /\n", .bareLineFeed, 400),
      ("GET /\u{7F} HTTP/1.1\r\n", .badTarget, 400),
      ("GET /\t HTTP/1.1\r\n", .badTarget, 400),
      ("GET /\u{0} HTTP/1.1\r\n", .badTarget, 400),
      ("GET /  HTTP/1.1\r\n", .badVersion, 400),
      ("GET / HTTP/1.1 \r\n", .badVersion, 400),
      ("GET / http/1.1\r\n", .badVersion, 400),
      ("GET / HTTP/1.\r\n", .badVersion, 400),
      ("GET / HTTP/1.11\r\n", .badVersion, 400),
      ("GET / HTTPS/1.1\r\n", .badVersion, 400),
      ("GET / a HTTP/1.1\r\n", .badVersion, 400),
      ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion, 505),
      ("GET / HTTP/0.9\r\n", .unsupportedVersion, 505),
      ("\u{16}\u{3}\u{1}", .badMethod, 400),
      ("\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n", .badMethod, 400),
    ])
  func line(text: String, error: HeadError, status: UInt16) {
    #expect(readRequest(text) == .refused(error))
    #expect(error.status == status)
  }

  @Test(
    "§2.3, RFC 9110 §2.5: a higher minor version is read as 1.1",
    arguments: [("1.0", Version.http10), ("1.1", .http11), ("1.2", .http11), ("1.9", .http11)])
  func version(digits: String, version: Version) {
    guard case .whole(let head) = readRequest("GET / HTTP/\(digits)\r\nHost: a\r\n\r\n") else {
      Issue.record("not read")
      return
    }
    #expect(head.version == version)
  }

  @Test(
    "§5: malformed field lines are refused",
    arguments: [
      (" X: 1", HeadError.foldedField), ("\tX: 1", .foldedField), ("X: 1\r\n 2", .foldedField),
      ("X : 1", .spaceBeforeColon), ("X\t: 1", .spaceBeforeColon), (": 1", .badFieldName), ("X", .badFieldName),
      ("X(y): 1", .badFieldName), ("X\u{0}: 1", .badFieldName), ("Caf\u{E9}: 1", .badFieldName),
      ("X: a\u{0}b", .controlInField), ("X: a\u{1}b", .controlInField), ("X: a\u{7F}b", .controlInField),
      ("X: a\rb", .bareCarriageReturn), ("X: a\nb", .bareLineFeed), ("X: a\n", .bareLineFeed),
      ("X\nY: 1", .bareLineFeed),
      ("X: 1\r\r", .bareCarriageReturn), ("\rX: 1", .bareCarriageReturn), ("\n", .bareLineFeed),
    ])
  func field(line: String, error: HeadError) {
    #expect(readRequest("GET / HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n") == .refused(error))
    #expect(error.status == 400)
  }

  @Test("RFC 9110 §5.5: obs-text in a value is let through")
  func obsText() {
    let octets = Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [0x80, 0xFF] + Array("\r\n\r\n".utf8)
    guard case .whole = readRequest(octets, ends: [octets.count]) else {
      Issue.record("not read")
      return
    }
  }

  @Test("§3: the request line's limit holds to the octet, wherever it is cut: 414")
  func lineLimit() {
    let limits = HeadLimits(requestLineOctets: 32)
    let fits = "GET /" + String(repeating: "a", count: 32 - 16) + " HTTP/1.1\r\n"
    #expect(fits.utf8.count == 32)
    let rest = "Host: a\r\n\r\n"
    guard case .whole = readRequest(fits + rest, limits: limits) else {
      Issue.record("not read")
      return
    }
    let octets = Array((fits.replacing("/a", with: "/aa") + rest).utf8)
    for ends in everyCut(of: octets.count) {
      #expect(readRequest(octets, ends: ends, limits: limits) == .refused(.requestLineTooLong))
    }
    #expect(HeadError.requestLineTooLong.status == 414)
  }

  @Test("RFC 6585 §5: the limits of the section hold to the octet: 431")
  func sectionLimit() {
    let line = "GET / HTTP/1.1\r\n"
    let section = "Host: a\r\nX: 123456789\r\n\r\n"
    let count = section.utf8.count
    guard case .whole = readRequest(line + section, limits: HeadLimits(sectionOctets: count)) else {
      Issue.record("not read")
      return
    }
    let octets = Array((line + section).utf8)
    for ends in everyCut(of: octets.count) {
      #expect(
        readRequest(octets, ends: ends, limits: HeadLimits(sectionOctets: count - 1)) == .refused(.sectionTooLarge))
    }
    #expect(HeadError.sectionTooLarge.status == 431)
  }

  @Test("RFC 6585 §5: a hundred fields are read, one more is 431", arguments: [99, 100])
  func fieldLimit(more: Int) {
    let head = "GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: 1\r\n", count: more) + "\r\n"
    let outcome = readRequest(head)
    if more == 99 {
      guard case .whole = outcome else {
        Issue.record("not read")
        return
      }
    } else {
      #expect(outcome == .refused(.tooManyFields))
      #expect(HeadError.tooManyFields.status == 431)
    }
  }

  @Test("limits beyond what 16-bit offsets can say are cut")
  func hugeLimits() {
    let limits = HeadLimits(requestLineOctets: .max, sectionOctets: .max, fields: .max)
    #expect(limits.requestLineOctets + limits.sectionOctets < 65_536 - 8)
    #expect(limits.fields == FieldTable.limit)
    #expect(HeadLimits(requestLineOctets: .min, sectionOctets: .min, fields: .min).fields == 1)
  }
}
