import Testing

@Suite("HTTP/2: each frame's own rules (RFC 9113 §6)")
struct SpecFrameTests {
  static let streamFrames: [SpecCase] = [
    SpecCase("§6.1: no DATA on stream 0") { client in
      try client.send(.data(0, "test", .endStream))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§6.1: no more padding than there is payload in DATA") { client in
      let stream = try client.request(method: "POST", ["content-length": "4"], ends: false)
      try client.send(Frame.data(stream, "Test", .endStream).padded(0, claiming: 6))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§6.2: no HEADERS on stream 0") { client in
      try client.send(.headers(0, try client.block()))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§6.2: no more padding than there is payload in HEADERS") { client in
      let block = try client.block()
      try client.send(Frame.headers(1, block).padded(0, claiming: UInt8(block.count + 2)))
      try client.expectError(1, .protocolError)
    },
    SpecCase("§6.3: no PRIORITY on stream 0") { client in
      try client.send(.priority(0))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§6.3: PRIORITY has five octets", [.initialWindowSize: 0]) { client in
      let stream = try client.request()
      try client.send(Frame(kind: .priority, stream: stream, payload: [128, 0, 0, 1]))
      try client.expectError(stream, .frameSizeError)
    },
    SpecCase("§6.4: no RST_STREAM on stream 0") { client in
      try client.send(.reset(0))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§6.4: RST_STREAM has four octets", [.initialWindowSize: 0]) { client in
      let stream = try client.request()
      try client.send(Frame(kind: .resetStream, stream: stream, payload: [0, 0, 0]))
      try client.expectError(stream, .frameSizeError)
    },
    SpecCase("§8.4: no PUSH_PROMISE from a client") { client in
      try client.send(.pushPromise(1, promising: 3, try client.block()))
      try client.expectGoAway(.protocolError)
    },
  ]

  @Test("DATA, HEADERS, PRIORITY, RST_STREAM, PUSH_PROMISE", arguments: streamFrames)
  func streamFramesHold(rule: SpecCase) throws { try rule.run() }

  static let settings: [SpecCase] =
    [
      SpecCase("§6.5: an acknowledgement has no payload") { client in
        try client.send(Frame(kind: .settings, flags: .ack, payload: [0]))
        try client.expectGoAway(.frameSizeError)
      },
      SpecCase("§6.5: SETTINGS are for stream 0") { client in
        var frame = Frame.settings([.maxConcurrentStreams: 100])
        frame.stream = 1
        try client.send(frame)
        try client.expectGoAway(.protocolError)
      },
      SpecCase("§6.5: a parameter has six octets") { client in
        try client.send(Frame(kind: .settings, payload: [0, 3, 0]))
        try client.expectGoAway(.frameSizeError, .protocolError)
      },
      SpecCase("§6.5.2: an unknown parameter is passed over") { client in
        try client.send(.settings([.unknown: 1]))
        try client.fence()
      },
      SpecCase("§6.5.3: of one parameter twice the last counts") { client in
        try client.send(.settings([.initialWindowSize: 100, .initialWindowSize: 1]))
        try client.settingsAcknowledged()
        let stream = try client.request()
        guard try client.data(of: stream).payload.count == 1 else { throw Unmet("the first one counted") }
      },
      SpecCase("§6.5.3: SETTINGS are acknowledged") { client in
        try client.send(.settings([.enablePush: 0]))
        try client.settingsAcknowledged()
      },
    ]
    + [
      (Frame.Setting.enablePush, UInt32(2), ErrorCode.protocolError),
      (.maxFrameSize, 16_383, .protocolError), (.maxFrameSize, 1 << 24, .protocolError),
    ].map { setting, value, code in
      SpecCase("§6.5.2: no value \(value) of parameter \(setting.rawValue)") { client in
        try client.send(.settings([setting: value]))
        try client.expectGoAway(code)
      }
    }

  @Test("SETTINGS", arguments: settings)
  func settingsHold(rule: SpecCase) throws { try rule.run() }

  static let connectionFrames: [SpecCase] = [
    SpecCase("§6.7: PING is acknowledged with its octets") { try $0.fence("12345678") },
    SpecCase("§6.7: an acknowledgement is not acknowledged") { client in
      try client.send(.ping("unasked ", .ack))
      try client.fence("asked   ")
      guard client.kept.allSatisfy({ $0.kind != .ping }) else { throw Unmet("it was acknowledged") }
    },
    SpecCase("§6.7: PING is for stream 0") { client in
      var ping = Frame.ping("on one  ")
      ping.stream = 1
      try client.send(ping)
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§6.7: PING has eight octets") { client in
      try client.send(.ping("sixsix"))
      try client.expectGoAway(.frameSizeError)
    },
    SpecCase("§6.8: GOAWAY is for stream 0") { client in
      var frame = Frame.goAway(last: 0, .noError)
      frame.stream = 1
      try client.send(frame)
      try client.expectGoAway(.protocolError)
    },
  ]

  @Test("PING, GOAWAY", arguments: connectionFrames)
  func connectionFramesHold(rule: SpecCase) throws { try rule.run() }

  static let continuations: [SpecCase] = [
    SpecCase("§6.10: CONTINUATIONs as many as it takes") { client in
      try client.send(
        .headers(1, try client.block(), .endStream), .continuation(1, try client.coder.encode(.filler(1)), []),
        .continuation(1, try client.coder.encode(.filler(1))))
      try client.expectAnswer()
    },
    SpecCase("§6.10: after CONTINUATION without END_HEADERS comes CONTINUATION") { client in
      try client.send(
        .headers(1, try client.block(method: "POST"), []), .continuation(1, try client.coder.encode(.filler(1)), []),
        .data(1, "test", .endStream))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§6.10: no CONTINUATION on stream 0") { client in
      try client.send(
        .headers(1, try client.block(), .endStream), .continuation(0, try client.coder.encode(.filler(1))))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§6.10: no CONTINUATION after HEADERS with END_HEADERS", [.initialWindowSize: 0]) { client in
      try client.send(.headers(1, try client.block()), .continuation(1, try client.coder.encode(.filler(1))))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§6.10: no CONTINUATION after CONTINUATION with END_HEADERS", [.initialWindowSize: 0]) { client in
      try client.send(
        .headers(1, try client.block(), .endStream), .continuation(1, try client.coder.encode(.filler(1))),
        .continuation(1, try client.coder.encode(.filler(1))))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§6.10: no CONTINUATION after DATA") { client in
      try client.send(.headers(1, try client.block(method: "POST"), []), .data(1, "test", .endStream))
      client.offer(.continuation(1, try client.coder.encode(.filler(1))))
      try client.expectGoAway(.protocolError)
    },
  ]

  @Test("CONTINUATION", arguments: continuations)
  func continuationsHold(rule: SpecCase) throws { try rule.run() }
}
