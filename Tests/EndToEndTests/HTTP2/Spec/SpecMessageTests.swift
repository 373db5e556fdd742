import Testing

@Suite("HTTP/2: malformed messages are a PROTOCOL_ERROR of their stream (RFC 9113 §8)")
struct SpecMessageTests {
  /// A request that ends with its head.
  static func head(_ name: String, _ change: @escaping @Sendable (Fields) -> Fields) -> SpecCase {
    SpecCase(name) { client in
      try client.expectError(try client.request(head: change(client.head())), .protocolError)
    }
  }

  static let heads: [SpecCase] = [
    head("§8.2: upper case in a name") { $0 + ["X-TEST": "ok"] },
    head("§8.3: an unknown pseudo-header field") { $0 + [":test": "ok"] },
    head("§8.3: one of a response") { $0 + [":status": "200"] },
    head("§8.3: one after a regular field") { ["x-test": "ok"] + $0 },
    head("§8.2.2: a connection-specific field") { $0 + ["connection": "keep-alive"] },
    head("§8.2.2: `te` with more than `trailers`") { $0 + ["trailers": "test", "te": "trailers, deflate"] },
    head("§8.3.1: an empty `:path`") { $0.with(":path", "") },
    head("§8.3.1: no `:method`") { $0.without(":method") },
    head("§8.3.1: no `:scheme`") { $0.without(":scheme") },
    head("§8.3.1: no `:path`") { $0.without(":path") },
    head("§8.3.1: `:method` twice") { $0 + [":method": "GET"] },
    head("§8.3.1: `:scheme` twice") { $0 + [":scheme": $0[":scheme"] ?? ""] },
    head("§8.3.1: `:path` twice") { $0 + [":path": "/"] },
  ]

  @Test("heads", arguments: heads)
  func headsHold(rule: SpecCase) throws { try rule.run() }

  static let bodies: [SpecCase] = [
    SpecCase("§8.1.1: more DATA than `content-length`") { client in
      let stream = try client.request(method: "POST", ["content-length": "1"], ends: false)
      try client.send(.data(stream, "test", .endStream))
      try client.expectError(stream, .protocolError)
    },
    SpecCase("§8.1.1: more in two DATA than `content-length`") { client in
      let stream = try client.request(method: "POST", ["content-length": "1"], ends: false)
      try client.send(.data(stream, "test"), .data(stream, "test", .endStream))
      try client.expectError(stream, .protocolError)
    },
    SpecCase("§8.1: trailers that do not end their stream") { client in
      let stream = try client.request(method: "POST", ends: false)
      let trailers = try client.coder.encode(["x-test": "ok"])
      try client.send(.data(stream, "test"), .headers(stream, trailers, .endHeaders))
      try client.expectError(stream, .protocolError)
    },
    SpecCase("§8.3: a pseudo-header field among trailers") { client in
      let stream = try client.request(method: "POST", ends: false)
      let trailers = try client.coder.encode([":method": "POST"])
      try client.send(.data(stream, "test"), .headers(stream, trailers))
      try client.expectError(stream, .protocolError)
    },
  ]

  @Test("bodies and trailers", arguments: bodies)
  func bodiesHold(rule: SpecCase) throws { try rule.run() }
}
