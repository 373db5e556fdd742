import Testing
import Time

@testable import Control

@Suite("What /status is asked for")
struct StatusQueryTests {
  @Test(
    "reads span and route",
    arguments: [
      ("", 60, nil), ("since=5m", 300, nil), ("route=search", 60, "search"), ("route=a%2Fb&since=1s", 1, "a/b"),
      ("since=1s&since=2s", 2, nil), ("route=a%zz", 60, "a%zz"), ("route=%2", 60, "%2"), ("&", 60, nil),
    ] as [(String, Int64, String?)])
  func good(text: String, seconds: Int64, route: String?) throws {
    let query = try StatusQuery(text)
    #expect(query.since == .seconds(seconds) && query.route == route)
  }

  @Test(
    "refuses what it does not know",
    arguments: [
      ("since=60", .span("60")), ("since=", .span("")), ("since=0s", .span("0s")), ("since=601s", .span("601s")),
      ("since", .span("")),
      ("sinze=1s", .unknown("sinze")), ("=", .unknown("")),
    ] as [(String, StatusQueryError)])
  func bad(text: String, error: StatusQueryError) {
    #expect(throws: error) { try StatusQuery(text) }
  }

  @Test("a route is named alone or with its site")
  func names() throws {
    let query = try StatusQuery("route=mygov/search")
    #expect(query.includes(site: "mygov", route: "search") && !query.includes(site: "other", route: "search"))
    #expect(try StatusQuery("route=search").includes(site: "other", route: "search"))
    #expect(try StatusQuery("").includes(site: "a", route: "b"))
  }
}
