import Testing

@Suite("HTTP/2: flow control (RFC 9113 §5.2 and §6.9)")
struct SpecFlowControlTests {
  static let updates: [SpecCase] = [
    SpecCase("§6.9: no increment of 0 for the connection") { client in
      try client.send(.windowUpdate(0, 0))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§6.9: no increment of 0 for a stream") { client in
      let stream = try client.request(ends: false)
      try client.send(.windowUpdate(stream, 0))
      try client.expectError(stream, .protocolError)
    },
    SpecCase("§6.9: WINDOW_UPDATE has four octets") { client in
      try client.send(Frame(kind: .windowUpdate, payload: [0, 0, 1]))
      try client.expectGoAway(.frameSizeError)
    },
    SpecCase("§6.9.1: no window of the connection beyond 2^31-1") { client in
      try client.send(.windowUpdate(0, .max >> 1), .windowUpdate(0, .max >> 1))
      try client.expectGoAway(.flowControlError)
    },
    SpecCase("§6.9.1: no window of a stream beyond 2^31-1") { client in
      let stream = try client.request(ends: false)
      try client.send(.windowUpdate(stream, .max >> 1), .windowUpdate(stream, .max >> 1))
      try client.expectReset(stream, .flowControlError)
    },
    SpecCase("§6.5.2 and §6.9.2: no initial window beyond 2^31-1") { client in
      try client.send(.settings([.initialWindowSize: 1 << 31]))
      try client.expectGoAway(.flowControlError)
    },
  ]

  @Test("what a window cannot be", arguments: updates)
  func updatesHold(rule: SpecCase) throws { try rule.run() }

  static let windows: [SpecCase] = [
    SpecCase("§6.9.1: no more DATA than the window") { client in
      try client.send(.settings([.initialWindowSize: 1]))
      try client.settingsAcknowledged()
      let stream = try client.request()
      guard try client.data(of: stream).payload.count == 1 else { throw Unmet("more came than the window allowed") }
    },
    SpecCase("§6.9.2: another initial window changes the streams that are there", [.initialWindowSize: 0]) { client in
      let stream = try client.request()
      try client.send(.settings([.initialWindowSize: 1]))
      guard try client.data(of: stream).payload.count == 1 else { throw Unmet("more came than the window allowed") }
    },
    SpecCase("§6.9.2: it may make a window negative", [.initialWindowSize: 3]) { client in
      let stream = try client.request()
      guard try client.octets(3, of: stream) == Array("hel".utf8) else { throw Unmet("another body came") }
      try client.send(.settings([.initialWindowSize: 2]))
      try client.settingsAcknowledged()
      try client.send(.windowUpdate(stream, 2))
      guard try client.data(of: stream).payload.count == 1 else { throw Unmet("the window was not negative") }
    },
  ]

  @Test("what a window allows", arguments: windows)
  func windowsHold(rule: SpecCase) throws { try rule.run() }
}
