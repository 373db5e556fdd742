import Testing

@Suite("Sites and routes")
struct RouteTests {
  static func respond(_ name: String, at path: String) -> Setup.Route {
    Setup.Route(name: name, path: path, keys: #"respond: { status: 200, body: "\#(name)" }"#)
  }

  @Test("the longest path wins, at a segment's end only")
  func longest() throws {
    let setup = Setup(routes: [
      Self.respond("root", at: "/"), Self.respond("search", at: "/search"), Self.respond("deep", at: "/search/deep"),
    ])
    try withYett(setup) { yett in
      let cases = [
        ("/", "root"), ("/search", "search"), ("/search/", "search"), ("/search?q=1", "search"), ("/searching", "root"),
        ("/search/deeper", "search"), ("/search/deep/er", "deep"), ("/se%61rch", "search"), ("//search", "root"),
      ]
      let client = try yett.connect()
      for (target, route) in cases {
        try client.send(.get(target))
        #expect(try client.answer().text == route, "\(target)")
      }
    }
  }

  @Test("no site is a 421, no route a 404; a host is compared without case, final dot and port")
  func nothing() throws {
    var setup = Setup(routes: [Self.respond("a", at: "/a")])
    setup.hosts = ["www.test.example", "*.wild.example"]
    try withYett(setup) { yett in
      let cases = [
        ("www.test.example", "/a", 200), ("WWW.Test.EXAMPLE.:8080", "/a", 200), ("a.wild.example", "/a", 200),
        ("a.b.wild.example", "/a/b", 200), ("www.test.example", "/b", 404), ("wild.example", "/a", 421),
        ("other.example", "/a", 421), ("127.0.0.1", "/a", 421),
      ]
      for (host, target, status) in cases {
        let answer = try yett.ask("GET \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
        #expect(answer.status == status, "\(host)\(target)")
      }
    }
  }

  @Test("a fixed response is what the configuration says")
  func fixed() throws {
    let keys = #"respond: { status: 503, body: "back soon", content_type: "text/plain" }"#
    try withYett(Setup(routes: [Setup.Route(keys: keys)])) { yett in
      let answer = try yett.ask()
      #expect(answer.status == 503 && answer.text == "back soon" && answer["Content-Type"] == "text/plain")
      #expect(answer["Date"] != nil && answer["Content-Length"] == "9")
      let head = try yett.ask(.get("/", "Connection: close", method: "HEAD"))
      #expect(head.status == 503 && head["Content-Length"] == "9")
      let client = try yett.connect()
      try client.send(.post("a body that nobody wants") + .get("/", "Connection: close"))
      let posted = try client.answer(to: "POST")
      #expect(posted.text == "back soon")
      // Whether the body is read to its end, or the connection given up, is Yett's choice; it says which.
      if posted["Connection"]?.lowercased() != "close" { #expect(try client.answer().text == "back soon") }
      #expect(try client.rest().octets == [])
    }
  }

  @Test(
    "a redirect says where to",
    arguments: [(301, "https://new.example/"), (302, "/moved?a=b"), (308, "https://a.example/b")])
  func redirect(status: Int, to location: String) throws {
    let keys = #"redirect: { to: "\#(location)", status: \#(status) }"#
    try withYett(Setup(routes: [Setup.Route(keys: keys)])) { yett throws in
      let answer = try yett.ask()
      #expect(answer.status == status && answer["Location"] == location)
    }
  }

  @Test("`redirect_to` sends the configured host to the other listener, path and query as sent; no other host")
  func redirectTo() throws {
    let folder = try TemporaryFolder()
    let certificate = try Certificate(for: "www.test.example", in: folder)
    var setup = Setup(routes: [Self.respond("secure", at: "/")])
    setup.hosts = ["www.test.example"]
    setup.listeners = [
      #"{ name: http, bind: "127.0.0.1:0", redirect_to: https }"#,
      #"{ name: https, bind: "127.0.0.1:0", tls: front, public_port: 8443 }"#,
    ]
    setup.more = certificate.profile
    try withYett(setup, in: folder) { yett in
      let answer = try yett.ask("GET /a%20b?c=d HTTP/1.1\r\nHost: WWW.test.example:80\r\nConnection: close\r\n\r\n")
      #expect((300..<400).contains(answer.status))
      #expect(answer["Location"] == "https://www.test.example:8443/a%20b?c=d")
      let other = try yett.ask("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
      #expect(other.status == 421 && other["Location"] == nil)
    }
  }
}
