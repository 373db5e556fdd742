import Testing

@Suite("Fields (RFC 9110 §7.6)")
struct FieldTests {
  @Test("§7.6.1: hop-by-hop fields, and what Connection names, go no further to the origin")
  func requestHops() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(
        .get(
          "/", "Connection: keep-alive, X-Drop , x-gone", "X-Drop: 1", "X-Gone: 1", "Keep-Alive: timeout=5",
          "Proxy-Connection: keep-alive", "TE: trailers", "Trailer: X", "Upgrade: h2c", "Proxy-Authorization: Basic x",
          "X-Kept: 1"))
      let head = try origin.answer(.ok()).request.head
      for name in [
        "X-Drop", "X-Gone", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade", "Proxy-Authorization",
      ] {
        #expect(head[name] == nil, "\(name)")
      }
      #expect(head["X-Kept"] == "1" && head["Connection"] != "close")
      #expect(try client.answer().status == 200)
    }
  }

  @Test("§7.6.1: Connection cannot remove what the request lives by, nor what Yett sets")
  func protected() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      let names = "Host, Content-Length, Authorization, Cookie, X-Forwarded-For, X-Forwarded-Proto, X-Request-ID, Via"
      try client.send(.post("abc", to: "/", "Connection: \(names)", "Authorization: Basic x", "Cookie: a=b"))
      let request = try origin.answer(.ok()).request
      for name in names.split(separator: ", ") { #expect(request[String(name)] != nil, "\(name)") }
      #expect(request["Host"] == "test.example" && request.text == "abc" && request["Cookie"] == "a=b")
      #expect(try client.answer(to: "POST").status == 200)
    }
  }

  @Test("what clients say of their way here is dropped and said anew")
  func forwarded() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(
        .get(
          "/", "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil", "X-Forwarded-Port: 1",
          "Forwarded: for=6.6.6.6", "x-forwarded-for: 7.7.7.7", "Via: 1.0 older"))
      let head = try origin.answer(.ok()).request.head
      #expect(head.all("X-Forwarded-For") == ["127.0.0.1"] && head.all("X-Forwarded-Proto") == ["http"])
      #expect(head.all("X-Forwarded-Host") == ["test.example"])
      #expect(head.all("X-Forwarded-Port").count == 1 && head["X-Forwarded-Port"] != "1")
      #expect(head["Forwarded"]?.contains("6.6.6.6") != true)
      #expect(head["Via"]?.hasPrefix("1.0 older, 1.1 ") == true, "RFC 9110 §7.6.3")
      #expect(try client.answer().status == 200)
    }
  }

  @Test(
    "fields that some origins obey and no client may say are dropped",
    arguments: [
      "X-Original-URL: /admin", "X-Rewrite-URL: /admin", "X-HTTP-Method-Override: DELETE", "Proxy: http://evil",
      "X_Forwarded_For: 6.6.6.6", "Content_Length: 5", "X-A_B: c",
    ])
  func dropped(line: String) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/", line))
      let name = String(line.prefix { $0 != ":" })
      #expect(try origin.answer(.ok()).request[name] == nil)
      #expect(try client.answer().status == 200)
    }
  }

  @Test("every request has one identifier, told to both sides, different each time")
  func identifier() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      var seen: Set<String> = []
      for _ in 0..<3 {
        let client = try yett.connect()
        try client.send(.get("/", "Connection: close"))
        let told = try origin.answer(.ok("", "Connection: close")).request.head.all("X-Request-ID")
        let answer = try client.answer()
        #expect(told.count == 1 && answer.head.all("X-Request-ID") == told)
        seen.formUnion(told)
      }
      #expect(seen.count == 3)
    }
  }

  @Test("§7.6.1: the origin's hop-by-hop fields reach no client; the others come as they are, in their order")
  func answerHops() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      try origin.answer(
        .ok(
          "hello", "Connection: X-Drop", "X-Drop: 1", "Keep-Alive: timeout=5", "Proxy-Authenticate: Basic",
          "Upgrade: h2c",
          "Trailer: X", "Set-Cookie: a=1", "Set-Cookie: b=2", "Server: origin", "X-Kept:  a  b "))
      let head = try client.answer().head
      for name in ["X-Drop", "Keep-Alive", "Proxy-Authenticate", "Upgrade", "Trailer"] {
        #expect(head[name] == nil, "\(name)")
      }
      #expect(head.all("Set-Cookie") == ["a=1", "b=2"] && head["Server"] == "origin" && head["X-Kept"] == "a  b")
      #expect(head["Via"]?.hasPrefix("1.1 ") == true)
    }
  }

  @Test("RFC 9110 §6.6.1: Date comes where it is missing, and stays where it is")
  func date() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer(.ok())
      let date = try client.answer()["Date"]
      #expect(date?.hasSuffix(" GMT") == true && date?.utf8.count == 29)
      try client.send(.get())
      _ = try inside.request()
      try inside.send(.ok("hello", "Date: Tue, 15 Nov 1994 08:12:31 GMT"))
      #expect(try client.answer().head.all("Date") == ["Tue, 15 Nov 1994 08:12:31 GMT"])
    }
  }

  @Test("an error page has the request's identifier and nothing else of the request")
  func errorPage() throws {
    try withYett(Setup(try Origin.refusing())) { yett in
      let answer = try yett.ask(.get("/secret-path?secret=query", "X-Secret: secret-field", "Connection: close"))
      #expect(answer.status >= 500 && answer.text.utf8.count < 4096)
      #expect(!answer.text.contains("secret"))
      #expect(answer["X-Request-ID"].map { answer.text.contains($0) } == true)
      #expect(answer["Content-Type"] != nil && answer["Cache-Control"]?.contains("no-store") != false)
      let json = try yett.ask(.get("/", "Accept: application/json", "Connection: close"))
      #expect(json["Content-Type"]?.hasPrefix("application/json") == true && json.text.hasPrefix("{"))
    }
  }
}
