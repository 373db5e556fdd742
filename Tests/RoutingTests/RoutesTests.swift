import Configuration
import HTTP
import Testing

@testable import Routing

/// A site of routes, each a path and its methods.
func site(_ name: String, _ hosts: [HostPattern], _ routes: [(String, [RouteMethod]?)]) -> SiteConfiguration {
  SiteConfiguration(
    name: name, hosts: hosts,
    routes: routes.enumerated().map { RouteConfiguration(name: "r\($0)", path: $1.0, methods: $1.1) })
}

func configuration(_ sites: [SiteConfiguration]) -> Configuration {
  var configuration = Configuration()
  configuration.sites = sites
  return configuration
}

extension Routes {
  /// For tests: looks up text.
  func match(_ host: String, _ path: String, _ method: Method = .get) -> RouteMatch {
    let (host, path) = (Array(host.utf8), Array(path.utf8))
    return match(host: host.span, path: path.span, method: method)
  }
}

@Suite("Routes: hosts match exact, then longest wildcard, then *")
struct HostMatchingTests {
  static let sites = [
    site("exact", [.exact("www.mygov.scot"), .exact("[::1]"), .exact("127.0.0.1")], [("/", nil)]),
    site("wide", [.wildcard(below: "mygov.scot")], [("/", nil)]),
    site("deep", [.wildcard(below: "council.mygov.scot")], [("/", nil)]),
    site("any", [.any], [("/", nil)]),
  ]

  @Test(
    "finds the site",
    arguments: [
      ("www.mygov.scot", 0), ("[::1]", 0), ("127.0.0.1", 0), ("ww.mygov.scot", 1), ("a.www.mygov.scot", 1),
      ("a.b.mygov.scot", 1), ("mygov.scot", 3), (".mygov.scot", 3), ("xmygov.scot", 3), ("council.mygov.scot", 1),
      ("a.council.mygov.scot", 2), ("a.b.council.mygov.scot", 2), ("xcouncil.mygov.scot", 1), ("", 3), (".", 3),
      ("scot", 3), ("www.mygov.scot.", 3), ("WWW.mygov.scot", 1),
    ])
  func host(host: String, site: Int) {
    let routes = Routes(configuration(Self.sites))
    #expect(routes.match(host, "/x") == .route(site: site, route: site))
  }

  @Test("answers 421 without a site", arguments: ["", "mygov.scot", "www.mygov.sco", "ww.mygov.scott"])
  func none(host: String) {
    let routes = Routes(configuration(Array(Self.sites.dropLast())))
    #expect(routes.match(host, "/") == .noSite)
  }

  @Test("a configuration without sites answers 421")
  func empty() {
    let routes = Routes(Configuration())
    #expect(routes.match("a", "/") == .noSite)
    #expect(routes.match("", "") == .noSite)
  }
}

@Suite("Routes: the longest path that ends at a segment's boundary")
struct PathMatchingTests {
  static let long = "/" + String(repeating: "long/", count: 20) + "end"

  @Test(
    "finds the route",
    arguments: [
      ("/", 0), ("/x", 0), ("//", 0), ("/searching", 0), ("/searc", 0), ("/search", 1), ("/search/", 1),
      ("/search/x", 1), ("/search/deep", 2), ("/search/deep/", 2), ("/search/deeper", 1), ("/dir", 0), ("/dir/", 3),
      ("/dir/x", 3), ("/dirx/", 0), (long, 4), (long + "/", 4), (long + "s", 0), ("/%2Fsearch", 0), ("/Search", 0),
    ])
  func path(path: String, route: Int) {
    let paths = ["/", "/search", "/search/deep", "/dir/", Self.long]
    let routes = Routes(configuration([site("s", [.any], paths.map { ($0, nil) })]))
    #expect(routes.match("h", path) == .route(site: 0, route: route))
  }

  @Test("answers 404 without a route", arguments: ["/", "/b", "/ab", "", "*", "a", "/A"])
  func none(path: String) {
    let routes = Routes(configuration([site("s", [.any], [("/a", nil)])]))
    #expect(routes.match("h", path) == .noRoute(site: 0))
  }

  @Test("sites do not see each other's paths")
  func apart() {
    let sites = [site("a", [.exact("a")], [("/a", nil), ("/", nil)]), site("b", [.exact("b")], [("/b", nil)])]
    let routes = Routes(configuration(sites))
    #expect(routes.match("a", "/b") == .route(site: 0, route: 1))
    #expect(routes.match("b", "/b") == .route(site: 1, route: 2))
    #expect(routes.match("b", "/a") == .noRoute(site: 1))
    #expect(Routes.flattened(configuration(sites)).map(\.route.path) == ["/a", "/", "/b"])
    #expect(Routes.flattened(configuration(sites)).map(\.site) == [0, 0, 1])
  }
}

@Suite("Routes: the longest path whose methods allow")
struct MethodMatchingTests {
  static let table: [(String, [RouteMethod]?)] = [
    ("/form", [.post]), ("/form", nil), ("/form/deep", [.put, .delete]), ("/api", [.get]), ("/api/x", [.post]),
    ("/head", [.get]), ("/head", [.head]), ("/only", [.post, .patch]),
  ]

  @Test(
    "finds the route",
    arguments: [
      ("/form", Method.post, 0), ("/form", .get, 1), ("/form", .other, 1), ("/form", .head, 1), ("/form/deep", .put, 2),
      ("/form/deep", .post, 0), ("/form/deep", .get, 1), ("/api", .get, 3), ("/api", .head, 3), ("/api/x", .post, 4),
      ("/api/x", .get, 3), ("/head", .get, 5), ("/head", .head, 6),
    ])
  func method(path: String, method: Method, route: Int) {
    let routes = Routes(configuration([site("s", [.any], Self.table)]))
    #expect(routes.match("h", path, method) == .route(site: 0, route: route))
  }

  @Test(
    "answers 405 with what is allowed (RFC 9110 §15.5.6)",
    arguments: [
      ("/api", Method.post, "GET, HEAD"), ("/api/x", .delete, "GET, HEAD, POST"), ("/only/x", .get, "POST, PATCH"),
      ("/only", .other, "POST, PATCH"),
    ])
  func refused(path: String, method: Method, allow: String) {
    let routes = Routes(configuration([site("s", [.any], Self.table)]))
    guard case .methodNotAllowed(site: 0, let allowed) = routes.match("h", path, method) else {
      Issue.record("\(routes.match("h", path, method))")
      return
    }
    #expect(allowed.description == allow)
  }

  @Test("configuration and HTTP agree on the methods", arguments: RouteMethod.allCases)
  func names(method: RouteMethod) {
    #expect("\(method.method.text)" == method.rawValue)
  }
}
