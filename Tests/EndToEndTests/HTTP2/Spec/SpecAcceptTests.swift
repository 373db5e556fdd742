import Testing

@Suite("HTTP/2: what has to be taken (RFC 9113)")
struct SpecAcceptTests {
  static let streams: [SpecCase] = [
    SpecCase("§3.4: the server answers the preface with SETTINGS", nil) { client in
      try client.connection.send(HTTP2Client.preface)
      try client.send(.settings([.initialWindowSize: 65_535]))
      let first = try client.frame()
      guard first.kind == .settings, first.flags.isEmpty else { throw Unmet("first came \(first)") }
    },
    SpecCase("§5.1: PRIORITY on an idle stream") { client in
      try client.send(.priority(1))
      try client.fence()
    },
    SpecCase("§5.1: WINDOW_UPDATE on a half-closed stream", [.initialWindowSize: 0]) { client in
      let stream = try client.request()
      try client.send(.windowUpdate(stream, 1))
      guard try client.data(of: stream).payload.count == 1 else { throw Unmet("more came than the window allowed") }
    },
    SpecCase("§5.1: PRIORITY on a half-closed stream", [.initialWindowSize: 0]) { client in
      let stream = try client.request()
      try client.send(.priority(stream), .windowUpdate(stream, 1))
      guard try client.data(of: stream).payload.count == 1 else { throw Unmet("more came than the window allowed") }
    },
    SpecCase("§5.1: RST_STREAM on a half-closed stream", [.initialWindowSize: 0]) { client in
      try client.send(.reset(try client.request()))
      try client.fence()
    },
    SpecCase("§5.1: PRIORITY on a closed stream") { client in
      let stream = try client.request()
      _ = try client.answer(of: stream)
      try client.send(.priority(stream))
      try client.fence()
    },
  ]

  @Test("frames in the states of a stream", arguments: streams)
  func streamsHold(rule: SpecCase) throws { try rule.run() }

  static let frames: [SpecCase] =
    [
      SpecCase("§6.1: one DATA") { client in
        let stream = try client.request(method: "POST", ends: false)
        try client.send(.data(stream, "test", .endStream))
        try client.expectAnswer(stream)
      },
      SpecCase("§6.1: two DATA") { client in
        let stream = try client.request(method: "POST", ends: false)
        try client.send(.data(stream, "test"), .data(stream, "test", .endStream))
        try client.expectAnswer(stream)
      },
      SpecCase("§6.1: DATA with padding") { client in
        let stream = try client.request(method: "POST", ends: false)
        try client.send(Frame.data(stream, "test", .endStream).padded(5))
        try client.expectAnswer(stream)
      },
      SpecCase("§6.2: HEADERS") { try $0.expectAnswer($0.request()) },
      SpecCase("§6.2: HEADERS with padding") { client in
        try client.send(Frame.headers(1, try client.block()).padded(8))
        try client.expectAnswer()
      },
      SpecCase("§6.2: HEADERS with the fields of a priority") { client in
        let payload = try Frame.priority(after: 0) + client.block()
        try client.send(.headers(1, payload, [.endHeaders, .endStream, .priority]))
        try client.expectAnswer()
      },
      SpecCase("§6.4: RST_STREAM") { client in
        try client.send(.reset(try client.request(ends: false)))
        try client.fence()
      },
      SpecCase("§6.5: SETTINGS with all parameters") { client in
        try client.send(
          .settings([
            .headerTableSize: 4_096, .enablePush: 1, .maxConcurrentStreams: 100, .initialWindowSize: 65_535,
            .maxFrameSize: 16_384, .maxHeaderListSize: 100,
          ]))
        try client.settingsAcknowledged()
      },
      SpecCase("§6.7: PING") { try $0.fence("h-u-r-r-") },
      SpecCase("§6.8: GOAWAY") { client in
        try client.send(.goAway(last: 0, .noError, "bye"))
        try client.fenceOrEnd()
      },
      SpecCase("§6.9: WINDOW_UPDATE of the connection") { client in
        try client.send(.windowUpdate(0, 1))
        try client.fence()
      },
      SpecCase("§6.9: WINDOW_UPDATE of a stream") { client in
        let stream = try client.request()
        try client.send(.windowUpdate(stream, 1))
        try client.expectAnswer(stream)
      },
      SpecCase("§6.10: one CONTINUATION") { client in
        let block = try client.block()
        try client.send(.headers(1, Array(block[..<5]), .endStream), .continuation(1, Array(block[5...])))
        try client.expectAnswer()
      },
      SpecCase("§6.10: two CONTINUATIONs") { client in
        let block = try client.block()
        try client.send(
          .headers(1, Array(block[..<5]), .endStream), .continuation(1, Array(block[5..<10]), []),
          .continuation(1, Array(block[10...])))
        try client.expectAnswer()
      },
    ]
    // RFC 9113 §5.3.2 took the meaning of these; their form is still read.
    + [
      ("the least weight", Frame.priority(1, weight: 0)), ("the greatest weight", .priority(1)),
      ("a dependency", .priority(3, after: 1, weight: 0)), ("an exclusive one", .priority(1, isExclusive: true)),
      ("a higher stream than is opened next", .priority(3)),
    ].map { what, frame in
      SpecCase("§6.3: PRIORITY with \(what)") { client in
        try client.send(frame)
        try client.expectAnswer(try client.request())
      }
    }

  @Test("each frame", arguments: frames)
  func framesHold(rule: SpecCase) throws { try rule.run() }

  static let messages: [SpecCase] = [
    SpecCase("§8.1: GET") { client in
      guard try client.ask().text == "hello, world" else { throw Unmet("another answer came") }
    },
    SpecCase("§8.1: HEAD") { try $0.expectAnswer($0.request(method: "HEAD")) },
    SpecCase("§8.1: POST") { client in
      let stream = try client.request(method: "POST", ends: false)
      try client.send(.data(stream, "test", .endStream))
      try client.expectAnswer(stream)
    },
    SpecCase("§8.1: POST with trailers") { client in
      let stream = try client.request(method: "POST", ["trailer": "x-test"], ends: false)
      try client.send(.data(stream, "test"), .headers(stream, try client.coder.encode(["x-test": "ok"])))
      try client.expectAnswer(stream)
    },
  ]

  @Test("messages", arguments: messages)
  func messagesHold(rule: SpecCase) throws { try rule.run() }
}
