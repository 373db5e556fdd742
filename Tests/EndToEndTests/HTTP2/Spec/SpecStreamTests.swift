import Testing

@Suite("HTTP/2: streams (RFC 9113 §5)")
struct SpecStreamTests {
  static let idle: [SpecCase] = [
    SpecCase("§5.1, idle: no DATA") { client in
      try client.send(.data(1, "test", .endStream))
      try client.expectError(1, .protocolError, .streamClosed)
    },
    SpecCase("§5.1, idle, and §6.4: no RST_STREAM") { client in
      try client.send(.reset(1))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§5.1, idle: no WINDOW_UPDATE") { client in
      try client.send(.windowUpdate(1, 100))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§5.1, idle: no CONTINUATION") { client in
      try client.send(.continuation(1, try client.block()))
      try client.expectGoAway(.protocolError)
    },
  ]

  // A window of 0 keeps the stream where it is.
  static let halfClosed: [SpecCase] = [
    SpecCase("§5.1, half-closed, and §6.1: no DATA", [.initialWindowSize: 0]) { client in
      let stream = try client.request(method: "POST")
      try client.send(.data(stream, "test", .endStream))
      try client.expectError(stream, .streamClosed)
    },
    SpecCase("§5.1, half-closed: no HEADERS", [.initialWindowSize: 0]) { client in
      let stream = try client.request()
      try client.send(.headers(stream, try client.block()))
      try client.expectError(stream, .streamClosed)
    },
    SpecCase("§5.1, half-closed: no CONTINUATION", [.initialWindowSize: 0]) { client in
      let stream = try client.request()
      try client.send(.continuation(stream, try client.block()))
      try client.expectError(stream, .streamClosed, .protocolError)
    },
  ]

  // RFC 9113 lets a server pass over some of these; h2spec does not.
  static let closed: [SpecCase] = [
    SpecCase("§5.1, closed by RST_STREAM: no DATA") { client in
      let stream = try client.request(ends: false)
      try client.send(.reset(stream), .data(stream, "test", .endStream))
      try client.expectError(stream, .streamClosed)
    },
    SpecCase("§5.1, closed by RST_STREAM: no HEADERS") { client in
      let stream = try client.request(ends: false)
      try client.send(.reset(stream), .headers(stream, try client.block()))
      try client.expectError(stream, .streamClosed)
    },
    SpecCase("§5.1, closed by RST_STREAM: no CONTINUATION") { client in
      let stream = try client.request(ends: false)
      try client.send(.reset(stream), .continuation(stream, try client.coder.encode(.filler(1))))
      try client.expectError(stream, .streamClosed, .protocolError)
    },
    SpecCase("§5.1, closed by its end: no DATA") { client in
      let stream = try client.request()
      _ = try client.answer(of: stream)
      try client.send(.data(stream, "test", .endStream))
      try client.expectError(stream, .streamClosed)
    },
    SpecCase("§5.1, closed by its end: no HEADERS") { client in
      let stream = try client.request()
      _ = try client.answer(of: stream)
      try client.send(.headers(stream, try client.block()))
      // §5.1.1 would call it a PROTOCOL_ERROR.
      try client.expectGoAway(.streamClosed, .protocolError)
    },
    SpecCase("§5.1, closed by its end: no CONTINUATION") { client in
      let stream = try client.request()
      _ = try client.answer(of: stream)
      try client.send(.continuation(stream, try client.coder.encode(.filler(1))))
      try client.expectGoAway(.streamClosed, .protocolError)
    },
  ]

  @Test("what a state does not allow", arguments: idle + halfClosed + closed)
  func statesHold(rule: SpecCase) throws { try rule.run() }

  static let identifiers: [SpecCase] = [
    SpecCase("§5.1.1: a client's streams are odd") { client in
      try client.send(.headers(2, try client.block()))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§5.1.1: a new stream is higher than those before") { client in
      try client.send(.headers(5, try client.block()), .headers(3, try client.block()))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§5.1.2: streams beyond the limit are refused", [.initialWindowSize: 0]) { client in
      guard let limit = client.settings[.maxConcurrentStreams], limit < 1_000 else { throw Unmet("there is no limit") }
      for _ in 0..<limit { _ = try client.request() }
      try client.expectError(try client.request(), .refusedStream, .protocolError)
    },
  ]

  @Test("numbers", arguments: identifiers)
  func identifiersHold(rule: SpecCase) throws { try rule.run() }

  // RFC 9113 §5.3.2 says that the scheme is gone, and nothing of this error; h2spec still asks for it.
  static let dependencies: [SpecCase] = [
    SpecCase("RFC 7540 §5.3.1, obsolete: HEADERS that depend on their own stream") { client in
      let payload = try Frame.priority(after: 1) + client.block()
      try client.send(.headers(1, payload, [.endHeaders, .endStream, .priority]))
      try client.expectError(1, .protocolError)
    },
    SpecCase("RFC 7540 §5.3.1, obsolete: PRIORITY that depends on its own stream") { client in
      try client.send(.priority(1, after: 1))
      try client.expectError(1, .protocolError)
    },
  ]

  @Test("dependencies", arguments: dependencies)
  func dependenciesHold(rule: SpecCase) throws { try rule.run() }
}
