import Glibc
import Testing

@Suite("HTTP/2: much of it, small memory", .serialized, .timeLimit(.minutes(5)))
struct HTTP2BulkTests {
  static let quarter = 1 << 28

  @Test("a download of 256 MiB passes in under 64 MiB", arguments: Door.allCases)
  func download(door: Door) throws {
    let nginx = try Nginx("")
    try nginx.serve("large", octets: Self.quarter)
    try withHTTP2(Setup(nginx.endpoint)) { yett throws in
      let transfer = try ClientTests.curl(door, yett, "--output", "/dev/null", path: "/large")
      #expect(transfer.status == 200 && transfer.exit == .code(0))
      #expect(try yett.residentMemory(peak: true) < 64 * 1024)
    }
  }

  @Test("answers that nobody opens a window for cost what the limits say, however many wait")
  func unread() throws {
    let origin = try AutomaticOrigin { _ in .ok(String(repeating: "u", count: 4 << 20)) }
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let client = try yett.open(.cleartext, [.initialWindowSize: 0])
      _ = try client.head(of: client.request())
      let before = try yett.residentMemory()
      let streams = try (0..<63).map { _ in try client.request() }
      for stream in streams { _ = try client.head(of: stream) }
      try client.expectNoData()
      // 64 KiB and one read of 64 KiB for each, and what an allocator makes of it.
      #expect(try yett.residentMemory(peak: true) < before + 63 * 128 + 4 * 1024)
    }
  }

  @Test("an upload that its origin does not read grows nothing: the windows stay shut")
  func slowOrigin() throws {
    let origin = try Origin()
    try withHTTP2(Setup(origin.endpoint, route: "cache: off, body_limit: 2GiB")) { yett in
      let client = try yett.open()
      let stream = try client.request(method: "POST", ["content-length": "\(Self.quarter)"], ends: false)
      let inside = try origin.accept()
      _ = try inside.head()
      let before = try yett.residentMemory()
      let sent = try client.pour(on: stream, atMost: Self.quarter, quiet: .seconds(1))
      #expect(sent < 64 << 20, "what sockets hold, and the window")
      #expect(try yett.residentMemory(peak: true) < before + 4 * 1024)
    }
  }

  @Test("floods leave nothing behind, and take nothing while they last")
  func floods() throws {
    let origin = try AutomaticOrigin { _ in .ok("hello") }
    try withHTTP2(Setup(origin.endpoint)) { yett in
      let floods = AbuseTests.frames + AbuseTests.streams + AbuseTests.memory
      let round = {
        for flood in floods {
          let client = try yett.open(.cleartext, flood.settings)
          _ = try flood.page(client) {}
          try client.expectEnd()
        }
      }
      try round()
      let before = try yett.residentMemory()
      for _ in 0..<4 { try round() }
      #expect(try yett.residentMemory(peak: true) < before + 4 * 1024)
    }
  }
}
