import Testing

@Suite("HTTP/2: the preface, and the form of frames (RFC 9113 §3 to §5)")
struct SpecFrameFormatTests {
  @Test("§3.4: what is no preface ends the connection", arguments: Door.allCases)
  func preface(door: Door) throws {
    try withHTTP2(Setup(routes: [Setup.Route(keys: "respond: { status: 200 }")])) { yett in
      let client = try yett.connect(by: door)
      try client.connection.send("INVALID CONNECTION PREFACE\r\n\r\n")
      // In cleartext that may as well be HTTP/1.1: then it is a bad request.
      let said = try String(decoding: client.connection.rest().octets, as: UTF8.self)
      #expect(door == .tls || said.isEmpty || said.hasPrefix("HTTP/1.1 400 "))
      #expect(door == .cleartext || !said.hasPrefix("HTTP/1.1"))
    }
  }

  static let format: [SpecCase] = [
    SpecCase("§4.1 and §5.5: a frame of an unknown type is passed over") { client in
      try client.send(Frame(kind: .unknown, payload: [UInt8](repeating: 0, count: 8)))
      try client.fence()
    },
    SpecCase("§4.1: a flag that has no meaning is passed over") { client in
      try client.send(.ping("no flags", Frame.Flags(rawValue: 0x16)))
      try client.next("the acknowledgement of PING") { $0.kind == .ping && $0.flags.contains(.ack) }
    },
    SpecCase("§4.1: the reserved bit is passed over") { client in
      var ping = Frame.ping("reserved")
      ping.stream = 1 << 31
      try client.send(ping)
      try client.next("the acknowledgement of PING") { $0.kind == .ping && $0.flags.contains(.ack) }
    },
    SpecCase("§4.2: a frame of the largest size is taken") { client in
      let stream = try client.request(method: "POST", ends: false)
      try client.send(.data(stream, octets: client.largestFrame, .endStream))
      try client.expectAnswer(stream)
    },
    SpecCase("§4.2: DATA beyond the largest size is a FRAME_SIZE_ERROR") { client in
      let stream = try client.request(method: "POST", ends: false)
      try client.send(.data(stream, octets: client.largestFrame + 1, .endStream))
      try client.expectError(stream, .frameSizeError)
    },
    SpecCase("§4.2: HEADERS beyond the largest size ends the connection") { client in
      let block = try client.block()
      let rest = [UInt8](repeating: 0, count: client.largestFrame + 1 - block.count)
      try client.send(.headers(1, block + rest))
      try client.expectGoAway(.frameSizeError)
    },
  ]

  @Test("format and size", arguments: format)
  func formatHold(rule: SpecCase) throws { try rule.run() }

  static let blocks: [SpecCase] = [
    SpecCase("§4.3: a head that cannot be decoded is a COMPRESSION_ERROR") { client in
      try client.send(.headers(1, [0x40]))
      try client.expectGoAway(.compressionError)
    },
    SpecCase("§4.3 and §6.2: no PRIORITY inside a head") { client in
      try client.send(.headers(1, try client.block(), []), .priority(1))
      client.offer(.continuation(1, try client.coder.encode(.filler(1))))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§4.3 and §6.2: no HEADERS of another stream inside a head") { client in
      try client.send(.headers(1, try client.block(), []), .headers(3, try client.block()))
      client.offer(.continuation(1, try client.coder.encode(.filler(1))))
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§5.5: no frame of an unknown type inside a head") { client in
      let extra = Frame(kind: .unknown, payload: [UInt8](repeating: 0, count: 8))
      try client.send(.headers(1, try client.block(), .endStream), extra)
      try client.expectGoAway(.protocolError)
    },
  ]

  @Test("heads are whole", arguments: blocks)
  func blocksHold(rule: SpecCase) throws { try rule.run() }

  static let errors: [SpecCase] = [
    SpecCase("§5.4.1: after a connection error comes GOAWAY, and the end") { client in
      var ping = Frame.ping("on three")
      ping.stream = 3
      try client.send(ping)
      try client.expectGoAway(.protocolError)
    },
    SpecCase("§7: an unknown code in GOAWAY has no consequence of its own") { client in
      try client.send(.goAway(last: 0, ErrorCode(rawValue: 255)))
      try client.fenceOrEnd()
    },
    SpecCase("§7: an unknown code in RST_STREAM has no consequence of its own") { client in
      let stream = try client.request(method: "POST", ends: false)
      try client.send(.reset(stream, ErrorCode(rawValue: 255)))
      try client.fence()
    },
  ]

  @Test("errors", arguments: errors)
  func errorsHold(rule: SpecCase) throws { try rule.run() }
}
