import Bytes
import HTTP
import Testing
import Time

@testable import Cache

@Suite("RFC 9110 §13: conditions on a stored response")
struct ConditionalTests {
  private func decide(_ stored: StoredHead, _ lines: [String], method: String = "GET") throws -> Conditional {
    try Heads.withRequest(method, lines) { (head, octets) in Conditional(head, octets, on: stored, now: Day.noon) }
  }

  @Test(
    "§13.1.2: If-None-Match compares weakly",
    arguments: [
      ("\"a\"", "\"a\"", true), ("\"a\"", "W/\"a\"", true), ("W/\"a\"", "\"a\"", true), ("W/\"a\"", "W/\"a\"", true),
      ("\"a\"", "\"b\"", false), ("\"a\"", "\"A\"", false), ("\"a\"", "\"b\", \"a\"", true),
      ("\"a\"", "\"b\" ,,W/\"a\"", true),
      ("\"a\"", "*", true), (nil, "*", true), (nil, "\"a\"", false), (nil, "\"\"", false), ("\"a\"", "a", false),
      ("a", "a", false), ("\"a\"", "\"a", false), ("\"a\"", "x, \"a\"", false), ("\"\"", "\"\"", true),
      ("\"a\\\"", "\"x\", \"a\\\"", true), ("\"a,b\"", "\"a,b\"", true), ("\"a,b\"", "\"a\",\"b\"", false),
      ("\"a\"", "w/\"a\"", false), ("\"a\"x", "\"a\"", false),
      ("\"a\"", "\"\(String(repeating: "b", count: 500))\",\"a\"", true),
    ] as [(String?, String, Bool)])
  func ifNoneMatch(etag: String?, condition: String, isNotModified: Bool) throws {
    let stored = try Sample.head(etag.map { ["ETag: \($0)"] } ?? [])
    for method in ["GET", "HEAD"] {
      let found = try decide(stored, ["If-None-Match: \(condition)"], method: method)
      #expect(found == (isNotModified ? .notModified : .whole))
    }
  }

  @Test("§13.1.2: every line counts")
  func lines() throws {
    let stored = try Sample.head(["ETag: \"a\""])
    #expect(try decide(stored, ["If-None-Match: \"b\"", "If-None-Match: \"a\""]) == .notModified)
  }

  @Test(
    "§13.1.3, RFC 9111 §4.3.2: If-Modified-Since asks Last-Modified, or else Date",
    arguments: [
      (["Last-Modified: \(Day.date("10:00:00"))"], Day.date("10:00:00"), true),
      (["Last-Modified: \(Day.date("10:00:00"))"], Day.date("09:59:59"), false),
      (["Last-Modified: \(Day.date("10:00:00"))"], Day.date("10:00:01"), true),
      (["Last-Modified: \(Day.date("10:00:00"))"], "Sunday, 06-Nov-94 10:00:00 GMT", true),
      (["Last-Modified: \(Day.date("10:00:00"))"], "nonsense", false),
      (["Date: \(Day.date("11:00:00"))"], Day.date("11:00:00"), true),
      (["Date: \(Day.date("11:00:00"))"], Day.date("10:59:59"), false), ([], Day.date("12:00:00"), true),
      ([], Day.date("11:59:59"), false),
    ] as [([String], String, Bool)])
  func ifModifiedSince(lines: [String], condition: String, isNotModified: Bool) throws {
    let found = try decide(try Sample.head(lines), ["If-Modified-Since: \(condition)"])
    #expect(found == (isNotModified ? .notModified : .whole))
  }

  @Test("§13.2.2: If-None-Match goes before If-Modified-Since")
  func precedence() throws {
    let stored = try Sample.head(["ETag: \"a\"", "Last-Modified: \(Day.date("10:00:00"))"])
    let since = "If-Modified-Since: \(Day.date("11:00:00"))"
    #expect(try decide(stored, [since, "If-None-Match: \"b\""]) == .whole)
    #expect(try decide(stored, ["If-Modified-Since: \(Day.date("09:00:00"))", "If-None-Match: \"a\""]) == .notModified)
  }

  @Test("§13.2.1: what is no success is answered as if there were no condition", arguments: [404, 301, 500])
  func noSuccess(status: Int) throws {
    let stored = try Sample.head(["ETag: \"a\""], status: status)
    #expect(try decide(stored, ["If-None-Match: \"a\""]) == .whole)
  }

  @Test("§15.4.5: a 304 has what guides the client's cache, and no more")
  func notModifiedFields() throws {
    let stored = try Sample.head([
      "Date: \(Day.date("11:00:00"))", "ETag: \"a\"", "Content-Type: text/html", "Cache-Control: max-age=5",
      "content-location: /b", "Vary: Accept", "Expires: 0", "Set-Cookie: a=b", "X-Other: 1",
    ])
    var block = FieldBlock()
    try stored.copyNotModifiedFields(to: &block)
    #expect(
      text(Array(block.octets)).split(separator: "\r\n") == [
        "Date: \(Day.date("11:00:00"))", "ETag: \"a\"", "Cache-Control: max-age=5", "content-location: /b",
        "Vary: Accept", "Expires: 0",
      ])
  }
}

@Suite("A stored head")
struct StoredHeadTests {
  @Test("RFC 9111 §3.1: keeps end-to-end fields, in order and as they came")
  func fields() throws {
    let stored = try Sample.head([
      "Content-Type: text/html", "Connection: x-hop", "X-Hop: 1", "Age: 5", "Content-Length: 3", "Keep-Alive: x",
      "X-Request-ID: abc", "date: \(Day.date("11:00:00"))", "x-A: b", "Cache-Status: other; hit",
    ])
    let lines = stored.withLines { span in
      var copy: [UInt8] = []
      copy.append(span)
      return text(copy)
    }
    #expect(
      lines.split(separator: "\r\n") == [
        "Content-Type: text/html", "date: \(Day.date("11:00:00"))", "x-A: b", "Cache-Status: other; hit",
      ])
  }

  @Test("RFC 9110 §6.6.1: has the time of receipt where the origin sent no Date")
  func date() throws {
    #expect(try Sample.head().withLines { span in span.equals("Date: Sun, 06 Nov 1994 12:00:00 GMT\r\n") })
  }
}
