import Testing

@Suite("Fills: many clients, one fetch", .timeLimit(.minutes(2)))
struct FillTests {
  static func crowd(_ count: Int, at yett: Yett, _ request: String = .get("/a")) throws -> [Connection] {
    try (0..<count).map { _ in
      let client = try yett.connect()
      try client.send(request)
      return client
    }
  }

  @Test("50 clients at once are one request to the origin", arguments: [1, 2])
  func collapse(workers: Int) throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "", workers: workers)) { yett in
      let clients = try Self.crowd(50, at: yett)
      let inside = try origin.accept()
      _ = try inside.request()
      let body = String(repeating: "b", count: 100_000)
      try inside.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 100000\r\n\r\n")
      try inside.send(body)
      for client in clients { #expect(try client.answer().text == body) }
      #expect(inside.isQuiet)
      #expect(try origin.waiting() == nil)
    }
  }

  @Test("everyone reads along while the body still comes")
  func along() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "")) { yett in
      let clients = try Self.crowd(5, at: yett)
      let inside = try origin.accept()
      _ = try inside.request()
      try inside.send(
        "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
      for client in clients { _ = try client.octets(through: "first") }
      let late = try Self.crowd(1, at: yett)[0]
      _ = try late.octets(through: "first")
      try inside.send("6\r\nsecond\r\n0\r\n\r\n")
      for client in clients + [late] { _ = try client.octets(through: "second\r\n0\r\n\r\n") }
      #expect(try origin.waiting() == nil)
    }
  }

  @Test("an answer that may not be shared goes to its one asker; the others ask for themselves")
  func notShared() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "")) { yett in
      let clients = try Self.crowd(3, at: yett)
      var told: [String] = []
      for number in 0..<3 {
        let inside = try origin.accept()
        _ = try inside.request()
        try inside.send(
          .ok("yours \(number)", "Cache-Control: private", "Set-Cookie: id=\(number)", "Connection: close"))
        inside.close()
      }
      for client in clients {
        let answer = try client.answer()
        told.append(answer.text)
        #expect(answer["Set-Cookie"] == "id=\(answer.text.suffix(1))")
      }
      #expect(Set(told).count == 3, "nobody got another's page")
      // It is remembered: from now on nobody waits for anybody.
      let next = try Self.crowd(2, at: yett)
      let both = [try origin.accept(), try origin.accept()]
      for inside in both {
        _ = try inside.request()
        try inside.send(.ok("own", "Cache-Control: private"))
      }
      for client in next { #expect(try client.answer().text == "own") }
    }
  }

  @Test("a fill that fails in its body fails for all, and nobody takes it for whole")
  func failed() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "")) { yett in
      let clients = try Self.crowd(3, at: yett)
      let inside = try origin.accept()
      _ = try inside.request()
      try inside.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 100\r\n\r\nfirst")
      for client in clients { _ = try client.octets(through: "first") }
      inside.close()
      for client in clients { #expect(try client.rest().octets.count < 95) }
      let next = try Self.crowd(1, at: yett)[0]
      try origin.answer(.ok("whole", "Cache-Control: max-age=60"))
      #expect(try next.answer().text == "whole")
    }
  }

  @Test("a fill that fails before its head is an error page for all")
  func refused() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "")) { yett in
      let clients = try Self.crowd(3, at: yett)
      let inside = try origin.accept()
      _ = try inside.request()
      try inside.send("nonsense\r\n\r\n")
      // Whoever waited may be told at once, or ask once more for itself.
      origin.close()
      for client in clients { #expect(try [502, 503].contains(client.answer().status)) }
    }
  }

  @Test("a client that leaves does not end the fill")
  func left() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "")) { yett in
      let leaver = try Self.crowd(1, at: yett)[0]
      let inside = try origin.accept()
      _ = try inside.request()
      try inside.send("HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 10\r\n\r\nfirst")
      _ = try leaver.octets(through: "first")
      try leaver.reset()
      let stayer = try Self.crowd(1, at: yett)[0]
      _ = try stayer.octets(through: "first")
      try inside.send("second".prefix(5) + "")
      _ = try stayer.octets(through: "secon")
      let next = try Self.crowd(1, at: yett)[0]
      #expect(try next.answer().isHit)
    }
  }

  @Test("what outgrows the largest object is passed whole to those who began, and not stored")
  func outgrown() throws {
    let origin = try Origin()
    var setup = Setup(origin.endpoint, route: "")
    setup.cache = "largest_object: 64KiB"
    try withYett(setup) { yett in
      let body = String(repeating: "b", count: 1_000_000)
      for _ in 0..<2 {
        let clients = try Self.crowd(1, at: yett)
        let inside = try origin.accept()
        _ = try inside.request()
        try inside.send(
          "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        try inside.send("\(String(1_000_000, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
        for client in clients { #expect(try client.answer().body.count == 1_000_000) }
      }
    }
  }

  @Test("waiters with other selecting fields go for their own variant (RFC 9111 §4.1)")
  func variants() throws {
    let origin = try AutomaticOrigin { request in
      .ok(request["Accept-Language"] ?? "", "Cache-Control: max-age=60", "Vary: Accept-Language")
    }
    try withYett(Setup(origin.endpoint, route: "")) { yett in
      let clients = try (0..<20).map {
        try (language: "l\($0 % 4)", Self.crowd(1, at: yett, .get("/a", "Accept-Language: l\($0 % 4)"))[0])
      }
      for (language, client) in clients { #expect(try client.answer().text == language) }
      #expect(origin.requests.count < 20)
    }
  }
}
