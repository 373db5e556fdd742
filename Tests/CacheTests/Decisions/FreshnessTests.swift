import HTTP
import Testing
import Time

@testable import Cache

@Suite("RFC 9111 §4.2: freshness")
struct FreshnessTests {
  private func freshness(
    _ lines: [String], mayGuess: Bool = true, policy: StoragePolicy = StoragePolicy(),
    at moment: ResponseMoment = Day.moment
  ) throws -> Freshness {
    try Heads.withResponse(200, lines) { (head, octets) in
      Freshness(
        head.fields, octets, control: CacheControl(head.fields, octets), mayGuess: mayGuess, policy: policy, at: moment)
    }
  }

  @Test(
    "§4.2.1: a shared cache takes s-maxage, then max-age, then Expires less Date",
    arguments: [
      (["Cache-Control: s-maxage=5, max-age=60"], 5), (["Cache-Control: max-age=60"], 60),
      (["Cache-Control: s-maxage=0, max-age=60"], 0),
      (["Cache-Control: max-age=60", "Expires: \(Day.date("13:00:00"))"], 60),
      (["Date: \(Day.date("11:00:00"))", "Expires: \(Day.date("11:00:30"))"], 30),
      (["Expires: \(Day.date("12:00:30"))"], 30), (["Expires: \(Day.date("11:59:00"))"], 0), (["Expires: 0"], 0),
      (["Expires: \(Day.date("12:01:00"))", "Expires: \(Day.date("12:00:10"))"], 10),
      (["Expires: Wed, 01 Jan 9999 00:00:00 GMT"], 1 << 31),
      (["Date: nonsense", "Expires: \(Day.date("12:00:30"))"], 30),
    ] as [([String], Int64)])
  func lifetime(lines: [String], expected: Int64) throws { #expect(try freshness(lines).lifetime.seconds == expected) }

  @Test(
    "§4.2.2: a tenth of the age at the origin, a day at most, nothing without Last-Modified",
    arguments: [
      ([], 0), (["Last-Modified: \(Day.date("11:00:00"))"], 360), (["Last-Modified: \(Day.date("12:00:01"))"], 0),
      (["Last-Modified: Sun, 06 Nov 1904 12:00:00 GMT"], 86_400),
      (["Date: \(Day.date("10:00:00"))", "Last-Modified: \(Day.date("09:00:00"))"], 360),
      (["Last-Modified: yesterday"], 0),
    ] as [([String], Int64)])
  func heuristic(lines: [String], expected: Int64) throws {
    #expect(try freshness(lines).lifetime.seconds == expected)
    #expect(try freshness(lines, mayGuess: false).lifetime == .zero)
  }

  @Test("the route's lifetime takes the heuristic one's place, and no other's")
  func route() throws {
    let policy = StoragePolicy(defaultLifetime: .seconds(300))
    #expect(try freshness([], policy: policy).lifetime == .seconds(300))
    #expect(try freshness(["Last-Modified: \(Day.date("11:00:00"))"], policy: policy).lifetime == .seconds(300))
    #expect(try freshness(["Cache-Control: max-age=0"], policy: policy).lifetime == .zero)
    #expect(try freshness(["Expires: 0"], policy: policy).lifetime == .zero)
    #expect(try freshness([], mayGuess: false, policy: policy).lifetime == .zero)
  }

  @Test(
    "§4.2.3, §5.1: the age on arrival is Age and the time the answer took; without Age, no less than Date says",
    arguments: [
      ([], 2), (["Age: 10"], 12), (["Age: 10, 20"], 12), (["Age: 10", "Age: 3"], 12), (["Age: x"], 2), (["Age: -5"], 2),
      (["Age: 99999999999999999999"], (1 << 31) + 2), (["Date: \(Day.date("11:00:00"))"], 3_600),
      (["Date: \(Day.date("11:00:00"))", "Age: 10"], 12), (["Date: \(Day.date("12:59:59"))"], 2),
    ] as [([String], Int64)])
  func initialAge(lines: [String], expected: Int64) throws {
    let moment = ResponseMoment(requested: .second(-2), received: .second(0), receivedWall: Day.noon)
    #expect(try freshness(lines, at: moment).initialAge.seconds == expected)
  }

  @Test("§4.2.3: what is stored ages on the monotonic clock, a step of the wall clock ages nothing")
  func ages() throws {
    let head = try Heads.withResponse(200, ["Age: 10"]) { (head, octets) in
      try StoredHead(
        head, octets, freshness: Freshness(lifetime: .seconds(60), initialAge: .seconds(10)), at: Day.moment)
    }
    #expect(head.age(at: .second(0)) == .seconds(10))
    #expect(head.age(at: .second(7)) == .seconds(17))
    #expect(head.age(at: .second(-5)) == .seconds(10), "a clock read before the answer came")
    #expect(head.timeToLive(at: .second(7)) == .seconds(43))
    #expect(head.isFresh(at: .second(49)))
    #expect(!head.isFresh(at: .second(50)), "fresh is lifetime > age")
  }
}
