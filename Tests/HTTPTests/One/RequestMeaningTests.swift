import HTTP
import Testing

/// What a request's fields mean, and what they may not say.
@Suite("RFC 9112 §6, RFC 9110 §7: what a request's fields mean for this hop")
struct RequestMeaningTests {
  private func read(_ lines: String, version: String = "1.1", host: String = "Host: a\r\n") -> Outcome<
    ReadRequest, HeadError
  > {
    readRequest("POST / HTTP/\(version)\r\n\(host)\(lines)\r\n\r\n")
  }

  private func head(_ lines: String, version: String = "1.1", host: String = "Host: a\r\n") -> ReadRequest? {
    if case .whole(let head) = read(lines, version: version, host: host) { head } else { nil }
  }

  @Test(
    "RFC 9112 §6.3: the framing is what one field says",
    arguments: [
      ("X: 1", BodyFraming.none), ("Content-Length: 0", .length(0)), ("content-length: 0042", .length(42)),
      ("Content-Length: \t7 ", .length(7)), ("Content-Length: 9223372036854775807", .length(UInt64(Int64.max))),
      ("Transfer-Encoding: chunked", .chunked), ("TRANSFER-ENCODING: Chunked", .chunked),
    ])
  func framing(line: String, framing: BodyFraming) { #expect(head(line)?.framing == framing) }

  @Test(
    "RFC 9112 §6.1, §6.3, §11.2: what enables request smuggling is refused",
    arguments: [
      ("Content-Length: 5\r\nTransfer-Encoding: chunked", HeadError.lengthBesideTransferEncoding),
      ("Transfer-Encoding: chunked\r\nContent-Length: 5", .lengthBesideTransferEncoding),
      ("Content-Length: 5\r\nContent-Length: 6", .repeatedLength),
      ("Content-Length: 5\r\nContent-Length: 5", .repeatedLength),
      ("Content-Length: 5, 5", .repeatedLength), ("Content-Length: 5,", .repeatedLength),
      ("Content-Length:", .badLength), ("Content-Length: +5", .badLength), ("Content-Length: -5", .badLength),
      ("Content-Length: 5 5", .badLength), ("Content-Length: 0x5", .badLength), ("Content-Length: 5.0", .badLength),
      ("Content-Length: \u{662}", .badLength), ("Content-Length: 9223372036854775808", .badLength),
      ("Content-Length: 18446744073709551621", .badLength),
      ("Content-Length: 99999999999999999999999999999999", .badLength),
      ("Transfer-Encoding: gzip, chunked", .badTransferEncoding),
      ("Transfer-Encoding: chunked, chunked", .badTransferEncoding),
      ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .badTransferEncoding),
      ("Transfer-Encoding: identity", .badTransferEncoding), ("Transfer-Encoding:", .badTransferEncoding),
      ("Transfer-Encoding: , chunked", .badTransferEncoding), ("Transfer-Encoding: \"chunked\"", .badTransferEncoding),
      ("Transfer-Encoding: chunked;q=1", .badTransferEncoding), ("Transfer-Encoding: xchunked", .badTransferEncoding),
    ])
  func smuggling(lines: String, error: HeadError) {
    #expect(read(lines) == .refused(error))
    #expect(error.status == 400)
  }

  @Test("RFC 9112 §6.1: HTTP/1.0 knows no transfer coding")
  func oldTransferEncoding() {
    #expect(read("Transfer-Encoding: chunked", version: "1.0") == .refused(.transferEncodingBeforeHTTP11))
  }

  @Test(
    "RFC 9112 §3.2: one valid Host",
    arguments: [
      ("", HeadError.missingHost), ("Host: a\r\nHost: a\r\n", .repeatedHost), ("Host: a\r\nhost: b\r\n", .repeatedHost),
      ("Host:\r\n", .badHost), ("Host: a b\r\n", .badHost), ("Host: u@a\r\n", .badHost), ("Host: a, b\r\n", .badHost),
      ("Host: a/b\r\n", .badHost), ("Host: a:65536\r\n", .badHost), ("Host: http://a\r\n", .badHost),
    ])
  func host(lines: String, error: HeadError) {
    #expect(read("X: 1", host: lines) == .refused(error))
    #expect(error.status == 400)
  }

  @Test("RFC 9112 §3.2: an HTTP/1.0 request may have no Host, but not two")
  func oldHost() {
    #expect(head("X: 1", version: "1.0", host: "")?.host == "")
    #expect(read("X: 1", version: "1.0", host: "Host: a\r\nHost: a\r\n") == .refused(.repeatedHost))
    #expect(read("X: 1", version: "1.0", host: "Host: a b\r\n") == .refused(.badHost))
  }

  @Test(
    "RFC 9112 §9.3: persistence",
    arguments: [
      ("1.1", "X: 1", true), ("1.1", "Connection: close", false), ("1.1", "Connection: Close", false),
      ("1.1", "Connection: keep-alive, close", false), ("1.1", "Connection: x\r\nConnection: close", false),
      ("1.1", "Connection: \"close\"", true), ("1.1", "Connection: closed", true),
      ("1.0", "X: 1", false), ("1.0", "Connection: keep-alive", true), ("1.0", "Connection: Keep-Alive", true),
      ("1.0", "Connection: x, keep-alive", true), ("1.0", "Connection: keep-alive, close", false),
    ])
  func persistence(version: String, lines: String, keeps: Bool) {
    #expect(head(lines, version: version)?.keepsAlive == keeps)
  }

  @Test(
    "RFC 9110 §10.1.1: 100-continue is expected by HTTP/1.1 requests with a body",
    arguments: [
      ("1.1", "Content-Length: 5\r\nExpect: 100-continue", true),
      ("1.1", "Transfer-Encoding: chunked\r\nExpect: 100-CONTINUE", true),
      ("1.1", "Expect: 100-continue", false), ("1.1", "Content-Length: 0\r\nExpect: 100-continue", false),
      ("1.0", "Content-Length: 5\r\nExpect: 100-continue", false), ("1.1", "Content-Length: 5", false),
    ])
  func expectation(version: String, lines: String, expects: Bool) {
    #expect(head(lines, version: version)?.expectsContinue == expects)
  }

  @Test("RFC 9110 §10.1.1: another expectation is 417", arguments: ["200-ok", "100-continue, x", "", "100-continuee"])
  func otherExpectation(value: String) {
    #expect(read("Content-Length: 5\r\nExpect: \(value)") == .refused(.unknownExpectation))
    #expect(HeadError.unknownExpectation.status == 417)
  }

  @Test("RFC 9110 §7.6.1: hop-by-hop fields and those that Connection names go no further")
  func hopByHop() {
    let lines = """
      Connection: x-one, "x-two", TE\r
      Connection: ,, X-Three ,if-none-match\r
      Keep-Alive: 1\r
      Proxy-Connection: 1\r
      Proxy-Authorization: 1\r
      Proxy-Authenticate: 1\r
      TE: trailers\r
      Trailer: x\r
      Upgrade: h2c\r
      Content-Length: 1\r
      x-one: 1\r
      X-Two: 1\r
      x-THREE: 1\r
      x-thre: 1\r
      If-None-Match: 1\r
      If-Match: 1
      """
    let removed = head(lines)?.removed
    #expect(
      removed == [
        "Connection", "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Proxy-Authenticate", "TE",
        "Trailer", "Upgrade", "Content-Length", "x-one", "x-THREE", "If-None-Match",
      ])
  }

  @Test(
    "Connection cannot remove who asks, for what, and what Yett sets",
    arguments: [
      "Authorization", "Cookie", "Cache-Control", "Content-Type", "Range", "Via", "Date", "X-Request-ID", "Forwarded",
      "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Proto", "Age", "Cache-Status",
    ])
  func protected(name: String) {
    #expect(head("Connection: close, \(name), host\r\n\(name): 1")?.removed == ["Connection"])
  }

  @Test("Connection options are bounded")
  func boundedOptions() {
    let long = String(repeating: "a,", count: ConnectionOptions.octetLimit / 2)
    #expect(head("Connection: \(long)") != nil)
    #expect(read("Connection: \(long)a") == .refused(.tooManyConnectionOptions))
    #expect(read("Connection: \(long)\r\nConnection: a") == .refused(.tooManyConnectionOptions))
  }
}
