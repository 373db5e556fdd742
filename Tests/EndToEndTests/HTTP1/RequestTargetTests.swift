import Testing

@Suite("Targets and methods (RFC 9112 §3.2, RFC 9110 §9)")
struct RequestTargetTests {
  @Test(
    "path and query go on octet by octet as they came",
    arguments: ["/", "//a//b/", "/a%20b%2Fc;d=1?q=%zz&r=a?b/../c", "/%E2%82%AC", "/~a'(b)*,;=:@!$&+", "/a?", "/*"])
  func verbatim(target: String) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get(target))
      #expect(try origin.answer(.ok()).request.target == target)
      #expect(try client.answer().status == 200)
    }
  }

  @Test("§3.2.2: an absolute form's authority wins over Host, and the origin gets the origin form")
  func absoluteForm() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      for (target, path) in [
        ("http://Other.Example/a?b", "/a?b"), ("http://other.example", "/"), ("HTTP://other.example?q", "/?q"),
      ] {
        let client = try yett.connect()
        try client.send(.get(target, "Connection: close"))
        let request = try origin.answer(.ok("", "Connection: close")).request
        #expect(request.target == path, "\(target)")
        #expect(request["Host"]?.lowercased() == "other.example", "\(target)")
        #expect(try client.answer().status == 200)
      }
    }
  }

  @Test("§3.2.4: `OPTIONS *` is for the server itself, or goes on as it is; other methods may not say `*`")
  func asterisk() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("*", "Max-Forwards: 0", method: "OPTIONS"))
      #expect(try (200..<300).contains(client.answer(to: "OPTIONS").status))
      #expect(try yett.ask(.get("*")).status == 400)
      #expect(try origin.waiting() == nil)
    }
  }

  @Test("RFC 9110 §7.6.2: Max-Forwards of OPTIONS is counted down, and answered here at 0")
  func maxForwards() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Max-Forwards: 3", method: "OPTIONS"))
      #expect(try origin.answer(.ok("", "Allow: GET")).request["Max-Forwards"] == "2")
      #expect(try client.answer(to: "OPTIONS")["Allow"] == "GET")
      try client.send(.get("/", "Max-Forwards: 0", method: "OPTIONS"))
      #expect(try (200..<300).contains(client.answer(to: "OPTIONS").status))
      #expect(try origin.waiting() == nil)
    }
  }

  @Test("CONNECT and TRACE are refused", arguments: ["CONNECT test.example:443", "CONNECT /", "TRACE /"])
  func refused(start: String) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send("\(start) HTTP/1.1\r\nHost: test.example\r\n\r\n")
      #expect(try [400, 405, 501].contains(client.answer().status))
      #expect(try origin.waiting() == nil)
    }
  }

  @Test("a method that nobody knows goes on")
  func unknownMethod() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get("/", method: "PROPFIND"))
      #expect(try origin.answer(.ok()).request.method == "PROPFIND")
      #expect(try client.answer().text == "hello")
    }
  }

  @Test("RFC 9110 §7.8: an Upgrade that is not spoken here is ignored")
  func upgrade() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(
        .get("/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"))
      let request = try origin.answer(.ok()).request
      #expect(request["Upgrade"] == nil && request["HTTP2-Settings"] == nil)
      #expect(try client.answer().status == 200)
    }
  }
}
