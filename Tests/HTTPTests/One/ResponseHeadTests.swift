import HTTP
import Testing

@Suite("RFC 9112 §4, §6.3: answers' heads")
struct ResponseHeadTests {
  private func head(_ text: String, answerTo method: Method = .get) -> ReadResponse? {
    if case .whole(let head) = readResponse(text, answerTo: method) { head } else { nil }
  }

  @Test(
    "§2.1: read the same wherever they are cut",
    arguments: [
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a\r\n\r\nhello",
      "HTTP/1.0 404 \r\nConnection: x\r\nX: 1\r\n\r\n", "HTTP/1.1 204\r\n\r\n",
      "HTTP/1.1 200 O\tK \r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\nX: 1\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n", "HTTP/1.1 600 \r\n\r\n",
    ])
  func cut(head: String) {
    let octets = Array(head.utf8)
    let whole = readResponse(octets, ends: [octets.count])
    #expect(whole != .unfinished)
    for ends in everyCut(of: octets.count) { #expect(readResponse(octets, ends: ends) == whole, "cut at \(ends)") }
  }

  @Test(
    "§4: the status line",
    arguments: [
      ("HTTP/1.1 200 OK", 200), ("HTTP/1.1 200 ", 200), ("HTTP/1.1 200", 200), ("HTTP/1.0 404 Not Found at all", 404),
      ("HTTP/1.1 100 Continue", 100), ("HTTP/1.1 599 x", 599), ("HTTP/1.2 200 OK", 200),
    ])
  func statusLine(line: String, status: UInt16) { #expect(head("\(line)\r\n\r\n")?.status == status) }

  @Test(
    "§4: malformed status lines are refused",
    arguments: [
      ("HTTP/1.1  200 OK\r\n", HeadError.badStatusLine), ("HTTP/1.1 099 x\r\n", .badStatusLine),
      ("HTTP/1.1 600 x\r\n", .badStatusLine), ("HTTP/1.1 20 OK\r\n", .badStatusLine),
      ("HTTP/1.1 2000 OK\r\n", .badStatusLine), ("HTTP/1.1 2x0 OK\r\n", .badStatusLine),
      ("HTTP/1.1 -20 OK\r\n", .badStatusLine), ("HTTP/1.1\t200 OK\r\n", .badStatusLine),
      ("http/1.1 200 OK\r\n", .badStatusLine), ("ICY 200 OK\r\n", .badStatusLine), ("<html>", .badStatusLine),
      ("HTTP/2.0 200 OK\r\n", .unsupportedVersion), ("HTTP/1.1 200 O\u{0}K\r\n", .badStatusLine),
      ("HTTP/1.1 200 OK\n", .bareLineFeed), ("HTTP/1.1 200\n", .badStatusLine),
      ("HTTP/1.1 200 OK\rX", .bareCarriageReturn), ("\r\nHTTP/1.1 200 OK\r\n", .badStatusLine),
      ("HTTP/1.1 200 " + String(repeating: "x", count: 1_011), .statusLineTooLong),
    ])
  func badLine(text: String, error: HeadError) { #expect(readResponse(text) == .refused(error)) }

  @Test(
    "§6.3: how the body ends",
    arguments: [
      (200, Method.get, "Content-Length: 5", BodyFraming.length(5)), (200, .get, "X: 1", .untilClose),
      (200, .get, "Transfer-Encoding: CHUNKED", .chunked), (200, .head, "Content-Length: 5", .none),
      (200, .head, "Transfer-Encoding: chunked", .none), (200, .head, "X: 1", .none),
      (304, .get, "Content-Length: 5", .none), (204, .get, "Content-Length: 5", .none), (101, .get, "X: 1", .none),
      (103, .get, "Link: x", .none), (100, .post, "X: 1", .none), (205, .get, "Content-Length: 0", .length(0)),
      (404, .post, "X: 1", .untilClose),
    ])
  func framing(status: Int, method: Method, line: String, framing: BodyFraming) {
    #expect(head("HTTP/1.1 \(status) x\r\n\(line)\r\n\r\n", answerTo: method)?.framing == framing)
  }

  @Test("RFC 9110 §8.6: the length of an answer to HEAD is known, though no body comes")
  func declaredLength() {
    #expect(head("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", answerTo: .head)?.declaredLength == 5)
    #expect(head("HTTP/1.1 200 OK\r\n\r\n", answerTo: .head)?.declaredLength == nil)
  }

  @Test(
    "§6.1, §6.3: what could be framed differently is refused",
    arguments: [
      ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6", HeadError.repeatedLength),
      ("HTTP/1.1 200 OK\r\nContent-Length: 5, 5", .repeatedLength),
      ("HTTP/1.1 200 OK\r\nContent-Length: x", .badLength),
      ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", .lengthBesideTransferEncoding),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked", .badTransferEncoding),
      ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip", .badTransferEncoding),
      ("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked", .transferEncodingBeforeHTTP11),
      ("HTTP/1.1 304 x\r\nTransfer-Encoding: gzip", .badTransferEncoding),
      ("HTTP/1.1 200 OK\r\nX: 1\r\n folded", .foldedField), ("HTTP/1.1 200 OK\r\nX: a\u{0}", .controlInField),
    ])
  func smuggling(head: String, error: HeadError) { #expect(readResponse("\(head)\r\n\r\n") == .refused(error)) }

  @Test(
    "§9.3: persistence",
    arguments: [
      ("HTTP/1.1 200 OK\r\nContent-Length: 0", true),
      ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0", false),
      ("HTTP/1.0 200 OK\r\nContent-Length: 0", false), ("HTTP/1.1 200 OK\r\nX: 1", false),
      ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0", true), ("HTTP/1.1 204 x\r\nX: 1", true),
    ])
  func persistence(head: String, keeps: Bool) { #expect(self.head("\(head)\r\n\r\n")?.keepsAlive == keeps) }

  @Test("RFC 9110 §7.6.1: what goes no further, and what Connection cannot remove")
  func hopByHop() {
    let lines =
      "Connection: set-cookie, Cache-Control, vary, x-a, Server\r\nSet-Cookie: 1\r\nCache-Control: 1\r\nVary: 1\r\n"
      + "X-A: 1\r\nServer: 1\r\nProxy-Authenticate: 1\r\nTrailer: 1\r\nTransfer-Encoding: chunked\r\nETag: 1"
    #expect(
      head("HTTP/1.1 200 OK\r\n\(lines)\r\n\r\n")?.removed == [
        "Connection", "X-A", "Server", "Proxy-Authenticate", "Trailer", "Transfer-Encoding",
      ])
  }

  @Test("a parser that is reset reads the final head behind an interim one")
  func interim() throws {
    let octets = Array("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n".utf8)
    var parser = ResponseHeadParser()
    let isWhole1 = try parser.read(octets.span, answerTo: .get)
    #expect(isWhole1)
    #expect(parser.head.isInterim == true)
    let length = parser.head.length
    parser.reset()
    let isWhole2 = try parser.read(octets.span.extracting(length..<octets.count), answerTo: .get)
    #expect(isWhole2)
    #expect(parser.head.status == 200)
    #expect(parser.head.framing == .length(5))
    #expect(parser.head.fields.count == 1)
  }
}
