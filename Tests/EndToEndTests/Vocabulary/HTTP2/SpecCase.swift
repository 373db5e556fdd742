import Testing

/// A rule of HTTP/2 as one client tries it, by both doors, in front of an origin that answers whole requests.
struct SpecCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// What the client says in its SETTINGS; `nil` leaves the preface to the page as well.
  let settings: KeyValuePairs<Frame.Setting, UInt32>?
  let page: @Sendable (HTTP2Client) throws -> Void

  /// - Parameter name: the RFC's section, and the rule.
  init(
    _ name: String, _ settings: KeyValuePairs<Frame.Setting, UInt32>? = [:],
    page: @escaping @Sendable (HTTP2Client) throws -> Void
  ) {
    (testDescription, self.settings, self.page) = (name, settings, page)
  }

  func run() throws {
    let origin = try AutomaticOrigin { _ in .ok("hello, world") }
    try withHTTP2(Setup(origin.endpoint)) { yett in
      for door in Door.allCases {
        do {
          let client = try yett.connect(by: door)
          if let settings { try client.open(settings) }
          try page(client)
        } catch { Issue.record("by \(door): \(error)") }
      }
    }
  }
}

/// What most rules come to.
extension HTTP2Client {
  /// Waits for the head of an answer.
  func expectAnswer(_ stream: UInt32 = 1) throws {
    let head = try head(of: stream)
    guard head.fields[":status"] != nil else { throw Unmet("an answer has no status: \(head)") }
  }

  /// Either the connection lives, or it ends: what a GOAWAY from here leaves open.
  func fenceOrEnd() throws {
    offer(.ping("the end?"))
    while let frame = try frameOrEnd() { if frame.kind == .ping, frame.flags.contains(.ack) { return } }
  }
}
