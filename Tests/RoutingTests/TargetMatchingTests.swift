import Configuration
import HTTP
import Testing

@testable import Routing

@Suite("Routes and Target see the same host and path")
struct TargetMatchingTests {
  /// Configured as people write them; the route's path is in the form that configuration makes of it.
  static let text = """
    listeners: [{name: web, bind: "[::]:8080"}]
    sites:
      - name: s
        hosts: [WWW.mygov.scot., "[::1]"]
        routes:
          - {name: a, path: /%73earch, respond: {}}
          - {name: b, path: "/a%2fb/%c3%a9", respond: {}}
          - {name: c, path: /a, respond: {}}
    """

  @Test(
    "RFC 3986 §6.2.2: however they are written",
    arguments: [
      ("/search?q=/a", "www.mygov.scot", 0), ("/s%65arch/x", "WWW.MyGov.Scot.:80", 0), ("/search", "[::1]:80", 0),
      ("/a%2Fb/%C3%a9/x", "www.mygov.scot", 1), ("/a%2fb", "www.mygov.scot", nil), ("/a/b", "www.mygov.scot", 2),
      ("http://www.mygov.scot/a", "other", 2), ("/Search", "www.mygov.scot", nil),
    ] as [(String, String, Int?)])
  func written(form: String, host: String, route: Int?) throws {
    let routes = Routes(try Configuration.decode(Array(Self.text.utf8), file: "y"))
    var target = Target()
    let (form, host) = (Array(form.utf8), Array(host.utf8))
    try target.assign(form: form.span, host: host.span, method: .get, scheme: .http)
    let found = routes.match(target, method: .get)
    #expect(found == (route.map { .route(site: 0, route: $0) } ?? .noRoute(site: 0)))
  }

  @Test("OPTIONS * has no route, even beside /")
  func asterisk() throws {
    let routes = Routes(configuration([site("s", [.any], [("/", nil)])]))
    var target = Target()
    let (form, host) = (Array("*".utf8), Array("h".utf8))
    try target.assign(form: form.span, host: host.span, method: .options, scheme: .http)
    #expect(routes.match(target, method: .options) == .noRoute(site: 0))
  }
}
