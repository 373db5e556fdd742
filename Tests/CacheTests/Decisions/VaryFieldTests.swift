import Bytes
import HTTP
import Testing

@testable import Cache

@Suite("RFC 9111 §4.1: selecting fields")
struct VaryFieldTests {
  private func field(_ lines: [String]) throws -> VaryField {
    try Heads.withResponse(200, lines) { (head, octets) in VaryField(head.fields, octets) }
  }

  /// The octets of the selecting fields, in both forms in which a request is kept.
  private func selection(_ spec: VarySpec, _ lines: [String]) throws -> [UInt8] {
    try Heads.withRequest("GET", lines) { (head, octets) in
      var direct = CacheKey()
      var copied = CacheKey()
      spec.select(from: head, octets, into: &direct)
      spec.select(from: try RequestFields.copy(head, octets), into: &copied)
      #expect(array(direct.octets) == array(copied.octets))
      return array(direct.octets)
    }
  }

  private func spec(_ names: String) throws -> VarySpec {
    guard case .names(let spec) = try field(["Vary: \(names)"]) else {
      Issue.record("\(names) selects nothing")
      return VarySpec([])
    }
    return spec
  }

  @Test("order, case and repetition of names do not matter")
  func normal() throws {
    let first = try spec("accept-encoding, accept-language")
    #expect(try spec("Accept-Language,,Accept-Encoding , accept-LANGUAGE") == first)
    guard case .names(let split) = try field(["Vary: Accept-Language", "Vary: Accept-Encoding"]) else {
      Issue.record("two lines select nothing")
      return
    }
    #expect(split == first)
    #expect(try spec("accept-encoding") != first)
  }

  @Test(
    "what the key holds or the origin never sees selects nothing",
    arguments: [
      "Host", "X-Forwarded-Proto", "Range, If-None-Match", "Connection, TE", "x_y", "X-Original-URL", "", ",",
    ])
  func nothing(names: String) throws {
    guard case .absent = try field(["Vary: \(names)"]) else {
      Issue.record("\(names) selects")
      return
    }
  }

  @Test(
    "what is another in every request cannot be held, nor too many names",
    arguments: [
      "*", "accept, *", "X-Forwarded-For", "Forwarded", "X-Request-ID", "Via",
      (0..<17).map { "x-\($0)" }.joined(separator: ","), String(repeating: "x", count: 513),
    ])
  func any(names: String) throws {
    guard case .any = try field(["Vary: \(names)"]) else {
      Issue.record("\(names) can be held")
      return
    }
  }

  @Test(
    "what is no list of names may mean anything",
    arguments: [
      "Accept Cookie", "accept, a b", "Cookie;", "\"Cookie\"", "accept, \"x, Cookie", "Cookie: x", "Accept/*",
      "caf\u{E9}",
    ])
  func unreadable(names: String) throws { try any(names: names) }

  @Test(
    "§4.1: equal where the fields mean the same",
    arguments: [
      ("X-A", ["X-A: b"], ["x-a: b"], true), ("X-A", ["X-A: b"], ["X-A: B"], false), ("X-A", [], [], true),
      ("X-A", [], ["X-A:"], false), ("X-A", ["X-A: b", "X-A: c"], ["X-A: b, c"], true),
      ("X-A", ["X-A: c", "X-A: b"], ["X-A: b, c"], false), ("X-A", ["X-B: b"], [], true),
      ("X-A, X-B", ["X-A: b"], ["X-B: b"], false), ("X-A, X-B", ["X-A: 1", "X-B: 2"], ["X-B: 2", "X-A: 1"], true),
      ("Accept-Encoding", ["Accept-Encoding: gzip, br"], ["accept-encoding: GZIP,br"], true),
      ("Accept-Encoding", ["Accept-Encoding: gzip", "Accept-Encoding: br"], ["Accept-Encoding: gzip,br"], true),
      ("Accept-Encoding", ["Accept-Encoding: gzip"], [], false), ("Accept-Encoding", ["Accept-Encoding:"], [], false),
      ("Accept", ["Accept: a/b;c=D"], ["Accept: a/b;c=d"], false),
    ] as [(String, [String], [String], Bool)])
  func equal(names: String, first: [String], second: [String], isEqual: Bool) throws {
    let spec = try spec(names)
    #expect((try selection(spec, first) == selection(spec, second)) == isEqual)
  }

  @Test("a field that Connection removes is absent: the origin did not see it")
  func removed() throws {
    let spec = try spec("X-A")
    #expect(try selection(spec, ["X-A: b", "Connection: x-a"]) == selection(spec, []))
  }

  @Test("selections by other fields are never the same")
  func otherSpec() throws {
    #expect(try selection(spec("X-A"), ["X-A: b"]) != selection(spec("X-B"), ["X-B: b"]))
    // The octets of one value that look like another field.
    let both = try selection(spec("X-A, X-B"), ["X-A: 1", "X-B: 2"])
    let tail = text(Array(both.dropFirst(9)).filter { $0 >= 0x20 && $0 < 0x7F })
    #expect(try selection(spec("X-A"), ["X-A: \(tail)"]) != both)
  }
}
