import HTTP
import Testing
import Time

@testable import Cache

@Suite("RFC 9111 §3: storing in a shared cache")
struct StorabilityTests {
  /// `nil` where it is stored.
  private func refusal(
    _ lines: [String], status: Int = 200, authorization: Bool = false, use: RequestDirectives.Use = .fill,
    policy: StoragePolicy = StoragePolicy(), largest: Int = 1_000
  ) throws -> Refusal? {
    try Heads.withResponse(status, lines) { (head, octets) in
      switch Storability(
        head, octets, to: RequestDirectives(use: use, hasAuthorization: authorization), policy: policy,
        largest: largest, at: Day.moment)
      {
      case .store: nil
      case .refuse(let refusal): refusal
      }
    }
  }

  @Test(
    "what the response says decides",
    arguments: [
      (["Cache-Control: max-age=60"], nil), (["Cache-Control: s-maxage=60"], nil),
      (["Expires: \(Day.date("13:00:00"))"], nil), (["Last-Modified: \(Day.date("09:00:00"))"], nil),
      ([], .notFresh), (["Cache-Control: public"], .notFresh), (["Cache-Control: max-age=0"], .notFresh),
      (["Cache-Control: max-age=60", "Age: 60"], .notFresh), (["Cache-Control: max-age=60", "Age: 59"], nil),
      (["Cache-Control: max-age=60, s-maxage=0"], .notFresh), (["Cache-Control: no-store, max-age=60"], .noStore),
      (["Cache-Control: max-age=60", "Cache-Control: no-store"], .noStore),
      (["Cache-Control: private, max-age=60"], .isPrivate), (["Cache-Control: private=\"x\", max-age=60"], .isPrivate),
      (["Cache-Control: no-cache, max-age=60"], .notFresh), (["Cache-Control: no-cache=\"x\", max-age=60"], .notFresh),
      (["Cache-Control: max-age=60", "Vary: *"], .variesByAnything),
      (["Cache-Control: max-age=60", "Vary: Accept, *"], .variesByAnything),
      (["Cache-Control: max-age=60", "Vary: Accept"], nil), (["Cache-Control: max-age=60", "Pragma: no-cache"], nil),
      (["Cache-Control: max-age=60, no-store, must-understand"], nil),
    ] as [([String], Refusal?)])
  func response(lines: [String], expected: Refusal?) throws { #expect(try refusal(lines) == expected) }

  @Test(
    "RFC 9110 §15.1: some statuses may be stored without a word, others need one, two never",
    arguments: [
      (200, true, true), (203, true, true), (204, true, true), (300, true, true), (301, true, true), (308, true, true),
      (404, true, true), (405, true, true), (410, true, true), (414, true, true), (501, true, true),
      (201, false, true), (302, false, true), (303, false, true), (307, false, true), (400, false, true),
      (403, false, true), (429, false, true), (500, false, true), (503, false, true), (599, false, true),
      (206, false, false), (304, false, false),
    ])
  func status(status: Int, heuristically: Bool, explicitly: Bool) throws {
    #expect((try refusal(["Last-Modified: \(Day.date("09:00:00"))"], status: status) == nil) == heuristically)
    #expect((try refusal(["Cache-Control: max-age=60"], status: status) == nil) == explicitly)
    #expect(
      (try refusal([], status: status, policy: StoragePolicy(defaultLifetime: .seconds(60))) == nil) == heuristically,
      "the route's lifetime is a guess too")
  }

  @Test(
    "RFC 9111 §5.2.2.3: must-understand overrides no-store for statuses that are understood",
    arguments: [200, 404, 299, 499])
  func mustUnderstand(status: Int) throws {
    let found = try refusal(["Cache-Control: max-age=60, no-store, must-understand"], status: status)
    #expect(found == (status == 299 || status == 499 ? .status : nil))
  }

  @Test(
    "§3.5: an answer to Authorization needs public, s-maxage or must-revalidate",
    arguments: [
      ("max-age=60", false), ("max-age=60, public", true), ("s-maxage=60", true), ("max-age=60, must-revalidate", true),
      ("max-age=60, proxy-revalidate", false), ("s-maxage=60, private", false),
    ])
  func authorization(control: String, isStored: Bool) throws {
    #expect((try refusal(["Cache-Control: \(control)"], authorization: true) == nil) == isStored)
  }

  @Test(
    "Set-Cookie is stored where it says public or s-maxage, or the route says so",
    arguments: [
      ("max-age=60", false), ("max-age=60, public", true), ("s-maxage=60", true),
      ("max-age=60, must-revalidate", false),
    ])
  func setCookie(control: String, isStored: Bool) throws {
    let lines = ["Cache-Control: \(control)", "Set-Cookie: a=b"]
    #expect((try refusal(lines) == nil) == isStored)
    #expect(try refusal(lines, policy: StoragePolicy(storesSetCookie: true)) == nil)
  }

  @Test(
    "a body beyond the largest object is known by its length",
    arguments: [(1_000, nil), (1_001, .tooLarge)] as [(Int, Refusal?)])
  func large(length: Int, expected: Refusal?) throws {
    #expect(try refusal(["Cache-Control: max-age=60", "Content-Length: \(length)"]) == expected)
  }

  @Test("§5.2.1.5: what the request forbids is not stored", arguments: [RequestDirectives.Use.read, .bypass])
  func request(use: RequestDirectives.Use) throws {
    #expect(try refusal(["Cache-Control: max-age=60"], use: use) == .requestForbids)
  }
}

@Suite("What a request means to the cache")
struct RequestDirectivesTests {
  @Test(
    "use",
    arguments: [
      ("GET", [], .fill), ("HEAD", [], .read), ("POST", [], .bypass), ("OPTIONS", [], .bypass), ("PURGE", [], .bypass),
      ("GET", ["Content-Length: 0"], .fill), ("GET", ["Content-Length: 1"], .bypass),
      ("GET", ["Transfer-Encoding: chunked"], .bypass), ("HEAD", ["Content-Length: 1"], .bypass),
      ("GET", ["Range: bytes=0-1"], .read), ("GET", ["If-None-Match: \"a\""], .fill),
      ("GET", ["If-Modified-Since: \(Day.date("12:00:00"))"], .fill), ("GET", ["If-Match: *"], .bypass),
      ("GET", ["If-Unmodified-Since: \(Day.date("12:00:00"))"], .bypass), ("HEAD", ["If-Match: *"], .bypass),
      ("GET", ["Cache-Control: no-store"], .read), ("GET", ["Cache-Control: no-cache"], .fill),
      ("GET", ["Cache-Control: max-age=0"], .fill), ("GET", ["Pragma: no-cache"], .fill),
    ] as [(String, [String], RequestDirectives.Use)])
  func use(method: String, lines: [String], expected: RequestDirectives.Use) throws {
    let directives = try Heads.withRequest(method, lines) { RequestDirectives($0, $1) }
    #expect(directives.use == expected)
  }

  @Test("RFC 9111 §5.2.1.7 and §3.5: only-if-cached and Authorization are seen")
  func flags() throws {
    let plain = try Heads.withRequest { RequestDirectives($0, $1) }
    #expect(!plain.onlyIfCached && !plain.hasAuthorization)
    let both = try Heads.withRequest("GET", ["cache-control: only-if-cached", "Authorization: Basic x"]) {
      RequestDirectives($0, $1)
    }
    #expect(both.onlyIfCached && both.hasAuthorization)
  }
}
